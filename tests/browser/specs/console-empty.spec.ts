/**
 * From an empty installation to an answered matter, with nothing but the console and the public pages: a county of
 * 18 townships, 400 villages and 1,000 deputies is set up from workbooks; codes are printed; a resident writes; station and
 * office work on it; the answer and the numbers are there.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test, type Browser, type Page } from "@playwright/test";
import { Console, optionOf, pick, PASSWORD } from "../support/console";
import { assignments, book, COUNTY, grids, offices, people, regions, sites, spoiled } from "../support/county";
import { bringUpEmpty, createAdmin } from "../support/product";
import { codesOn } from "../support/qr";
import { bringIn, newAccount, type Newcomer } from "../support/setup";
import { stack } from "../support/stack";
import { totp } from "../support/totp";
import { barriers, keepPicture, watch } from "../support/watch";

test.use({ bypassCSP: true });

/** What is done for all of a county at once. */
const FOR_ALL = { timeout: 240_000 };

let down: () => void;
test.beforeAll(() => {
  test.setTimeout(600_000);
  down = bringUpEmpty();
});
test.afterAll(() => down());

/** Looks at pages as they are now; their pictures begin with `empty-`. */
async function glances(who: Console, pages: readonly string[], state: string): Promise<void> {
  for (const path of pages) {
    await who.open(path);
    await who.glance(`empty-${path.slice(1).replace("/", "-")}-${state}`);
  }
}

/** Somebody comes in by the link that the security administrator makes. */
async function newcomer(browser: Browser, security: Console, who: Newcomer): Promise<Console> {
  return Console.invited(browser, await newAccount(security, who, () => security.glance(`empty-account-${who.username}`)));
}

async function downloaded(page: Page, press: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), press()]);
  return download.path();
}
const begins = (path: string): string => readFileSync(path).subarray(0, 4).toString();

/** The first administrator comes in with two factors and finds what is to be done. */
async function comeIn(browser: Browser): Promise<Console> {
  const system = await Console.invited(browser, createAdmin("system-admin", "root", "严守一"), "empty-first");
  const { page } = system;
  await expect(page.getByRole("heading", { name: "建立引导" })).toBeVisible();
  await page.getByRole("button", { name: "退出" }).click();
  await page.getByLabel("账号").fill("root");
  await page.getByLabel("密码").fill(PASSWORD);
  await page.getByRole("button", { name: "登录" }).click();
  await page.getByLabel("手机上动态口令应用显示的 6 位数字").fill(totp(system.secret, 1));
  await page.getByRole("button", { name: "继续" }).click();
  await expect(page.getByRole("heading", { name: "建立引导" })).toBeVisible();
  await expect(page.getByText("还没有").first()).toBeVisible();
  // The account has no WeChat yet: that is said, with the way to it.
  await page.getByRole("button", { name: "给我发一条测试消息" }).click();
  await expect(page.getByRole("status").filter({ hasText: "您的账号没有绑定微信" })).toBeVisible();
  await expect(page.getByRole("link", { name: "去绑定" })).toBeVisible();
  await system.glance("empty-places-setup-tested");
  await page.getByRole("link", { name: "看微信设置" }).click();
  await system.settled();
  const mini = page.getByRole("region", { name: "小程序", exact: true });
  await expect(mini.getByRole("row", { name: "AppSecret 已设置，不显示 MINYI_WECHAT_SECRET" })).toBeVisible();
  await system.glance("empty-policies-wechat");
  const places = ["setup", "regions", "sites", "grids", "map", "offices", "deputies", "assignments", "term", "import"];
  await glances(system, places.map((name) => `/places/${name}`), "nothing");
  return system;
}

/** The county comes in from workbooks; what is wrong is told row by row and nothing of it goes in. */
async function bringInCounty(system: Console): Promise<void> {
  await bringIn(system, "regions", regions);
  await bringIn(system, "sites", sites);
  await bringIn(system, "grids", grids);
  await bringIn(system, "offices", offices);

  const page = await system.open("/places/import?kind=deputies");
  expect(begins(await downloaded(page, () => page.getByRole("link", { name: "下载模板" }).click()))).toBe("PK\x03\x04");
  const wrong = spoiled(people, [[3, 2, "村代表"], [500, 4, "没有这个站"], [1001, 9, "二〇二二年"]]);
  await page.getByLabel("填好的文件").setInputFiles(book(wrong));
  await page.getByRole("button", { name: "检查" }).click();
  await expect(page.getByRole("heading", { name: "有 3 处需要修改，一行也没有导入" })).toBeVisible(FOR_ALL);
  for (const place of ["3 层级", "500 站点", "1001 任期开始"]) await expect(page.getByRole("row", { name: place })).toBeVisible();
  await expect(page.getByRole("button", { name: "导入", exact: true })).toBeDisabled();
  await system.glance("empty-places-import-mistakes");
  const corrected = page.getByRole("button", { name: "下载带错误说明的文件" });
  expect(begins(await downloaded(page, () => corrected.click()))).toBe("PK\x03\x04");
  await system.open("/places/deputies");
  await expect(page.getByText("这里还没有代表。")).toBeVisible();
  await expect(page.locator("tbody tr")).toHaveCount(0);

  await bringIn(system, "deputies", people);
  await system.glance("empty-places-imported");
  await bringIn(system, "assignments", assignments);
  await system.open("/places/deputies");
  await page.getByLabel("查找姓名、单位或证号").pressSequentially("9800999");
  await expect(page.locator("tbody tr")).toHaveCount(1);
}

/** The hole that is left is found and filled, and the deadlines are settled. */
async function settle(system: Console): Promise<void> {
  const page = await system.open("/places/assignments");
  await expect(page.getByText("没有责任代表的网格：1 个")).toBeVisible();
  await system.glance("empty-places-assignments-hole");
  await page.getByRole("button", { name: /^给.*安排责任代表$/ }).click();
  const form = page.getByRole("dialog");
  await pick(page, "代表（必填）", "9801000");
  await form.getByRole("button", { name: "保存" }).click();
  await expect(form).toBeHidden();
  await expect(page.getByText("没有责任代表的网格：0 个")).toBeVisible();
  await glances(system, ["/places/setup", "/places/sites", "/places/deputies"], "full");

  await system.open("/policies/deadlines");
  await page.getByLabel("长度").fill("7");
  await page.getByRole("button", { name: "保存", exact: true }).click();
  await expect(page.getByRole("cell", { name: "7 个工作日" }).first()).toBeVisible();
  await system.glance("empty-policies-deadlines");
}

/** The county's administrator makes codes for all of it and prints them; the first of the file, and the township where it hangs. */
async function printCodes(county: Console): Promise<{ token: string; township: string }> {
  const nothing = ["/desk/queue", "/desk/handovers", "/desk/ledger", "/watch/board", "/watch/numbers", "/watch/map", "/watch/clusters"];
  await glances(county, [...nothing, "/watch/screen", "/codes", "/codes/print", "/codes/watch"], "nothing");

  const page = await county.open("/codes/make");
  await page.getByRole("button", { name: "先数一数" }).click();
  await expect(page.getByText("400 个网格，一共要有 400 个码；其中 400 个还没有。")).toBeVisible();
  await page.getByRole("button", { name: "制 400 个码" }).click();
  await expect(page.getByText("制好了 400 个码")).toBeVisible(FOR_ALL);
  await county.glance("empty-codes-made");

  await county.open("/codes/print");
  await page.getByLabel("模板").selectOption("cards");
  await page.getByRole("button", { name: "开始印" }).click();
  const file = page.getByRole("link", { name: "下载", exact: true });
  await expect(file).toBeVisible(FOR_ALL);
  await county.glance("empty-codes-printed");
  const said = codesOn(await downloaded(page, () => file.click()), 1);
  expect(new Set(said).size).toBe(10);
  expect(said[0]).toMatch(new RegExp(`^${stack().base_url}/c/[0-9A-Z]{12}$`));

  const token = (said[0] ?? "").slice(-12);
  await county.open(`/codes/${token}`);
  await expect(page.getByText("印刷：名片")).toBeVisible();
  const site = await page.locator("dt", { hasText: "联络站" }).locator("+ dd").innerText();
  const township = site.replace("代表联络站", "");
  expect(township).toMatch(/镇$/);
  return { token, township };
}

interface Matter {
  number: string;
  /** The address of its receipt, as it is right after sending. */
  receipt: string;
}

/** A resident who scans the code writes. */
async function write(page: Page, token: string): Promise<Matter> {
  const seen = watch(page);
  await page.goto(`${stack().base_url}/c/${token}`);
  await keepPicture(page, "console-empty-resident");
  await page.getByRole("radio", { name: /反映问题/ }).check();
  await page.getByLabel("写下您想说的话").fill("村口的桥栏杆断了一截，孩子上学从那里过，请派人来修。");
  await page.getByRole("button", { name: /^提交给/ }).click();
  await page.waitForURL(/\/r\/[0-9A-Z]{20}/);
  const receipt = page.url();
  const number = ((await page.getByText(/^\d{8}-[0-9A-Z]{7}$/).first().textContent()) ?? "").trim();
  expect(seen).toEqual({ errors: [], foreign: [] });
  return { number, receipt };
}

/** The station takes it on and hands it over to the township's office. */
async function handOver(station: Console, { number }: Matter, township: string): Promise<void> {
  const desk = await station.open("/desk/queue");
  await station.glance("empty-desk-queue-one");
  await desk.getByRole("link", { name: number }).click();
  await station.settled();
  await desk.getByRole("button", { name: "受理", exact: true }).click();
  await desk.getByRole("dialog").getByRole("button", { name: "受理" }).click();
  await station.stands("已受理，办理中");
  await desk.getByRole("button", { name: "交办", exact: true }).click();
  const form = desk.getByRole("dialog");
  await form.getByLabel("承办单位").selectOption({ label: await optionOf(form.getByLabel("承办单位"), `${township}综合行政执法队`) });
  await form.getByLabel("要求").fill("请到现场看一看，栏杆怎么修、什么时候修好。");
  await station.glance("empty-desk-handing-over");
  await form.getByRole("button", { name: "交办" }).click();
  await station.stands("已交办");
  await station.glance("empty-desk-handed-over");
}

/** The county's board shows that it is there, with the list behind the number. */
async function seeOpen(county: Console, { number }: Matter, township: string): Promise<void> {
  const board = await county.open("/watch/board");
  await county.glance("empty-watch-board-open");
  const row = board.getByRole("row", { name: township });
  await expect(row).toBeVisible();
  await row.getByRole("link", { name: "1" }).first().click();
  await expect(board.getByText(number)).toBeVisible();
  await county.settled();
  await expect(board.locator("tbody tr")).toHaveCount(1);
}

/** The office takes it on, asks for a day more and answers. */
async function answer(office: Console, { number }: Matter): Promise<void> {
  const work = await office.open("/desk/handovers");
  await office.glance("empty-office-handovers");
  await work.getByRole("link", { name: number }).click();
  await work.getByRole("button", { name: "签收" }).click();
  await work.getByLabel("原因（只能延期一次）").fill("焊机明天才能借到，要多等一天。");
  await office.check();
  await work.getByRole("button", { name: "延期", exact: true }).click();
  await expect(work.getByText("焊机明天才能借到，要多等一天。").first()).toBeVisible();
  await expect(work.getByRole("heading", { name: "申请延期" })).toHaveCount(0);
  await work.getByLabel("回复内容").fill("栏杆今天上午已经焊好，并加了一道警示带。");
  await office.glance("empty-office-answering");
  await work.getByRole("button", { name: "回复", exact: true }).click();
  await expect(work.getByText("待代表评价").first()).toBeVisible();
}

/** The station passes the answer on. */
async function passOn(station: Console, { number }: Matter): Promise<void> {
  const desk = await station.open("/desk/queue");
  await desk.getByRole("link", { name: number }).click();
  await desk.getByLabel(/^给居民的答复/).fill("桥栏杆已经焊好，我明天再去看一次。");
  await desk.getByRole("button", { name: "满意，答复居民" }).click();
  await station.stands("已答复，待评价");
  await station.glance("empty-desk-answered");
}

/** The answer stands on the resident's receipt. */
async function readAnswer(page: Page, { receipt }: Matter): Promise<void> {
  await page.goto(receipt);
  await expect(page.getByText("桥栏杆已经焊好，我明天再去看一次。").first()).toBeVisible();
  // The address is still the one right after sending.
  await expect(page.getByText("提交成功")).toHaveCount(0);
  expect(await barriers(page)).toEqual([]);
  await keepPicture(page, "console-empty-receipt");
}

/** The numbers know it, with the list behind them and the month's report. */
async function count(county: Console, { number }: Matter, township: string): Promise<void> {
  const page = await county.open("/watch/numbers");
  await county.glance("empty-watch-numbers-one");
  const answered = page.getByRole("link", { name: /^已答复 \d+$/ });
  await expect(answered).toHaveText("1");
  await answered.click();
  await expect(page).toHaveURL(/\/desk\/ledger\?.*measure=answered/);
  await county.settled();
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await expect(page.getByText(number)).toBeVisible();
  await county.glance("empty-desk-ledger-one");

  await county.open("/watch/reports");
  const report = (kind: string) => page.locator("tbody tr").first().getByRole("link", { name: kind });
  const pdf = await downloaded(page, () => report("PDF").click());
  const text = execFileSync("pdftotext", ["-layout", pdf, "-"]).toString();
  expect(text).toContain(COUNTY.name);
  expect(text).toContain(township);
  expect(begins(await downloaded(page, () => report("XLSX").click()))).toBe("PK\x03\x04");
}

test("from an empty installation to an answered matter", async ({ page, browser }) => {
  test.setTimeout(900_000);
  const { step } = test;
  const system = await step("the first administrator comes in", () => comeIn(browser));
  await step("the county comes in from workbooks", () => bringInCounty(system));
  await step("the hole that is left is filled, and the deadlines are settled", () => settle(system));
  await system.close();

  const security = await Console.invited(browser, createAdmin("security-admin", "guard", "沈安全"));
  const county = await newcomer(browser, security, { username: "county", name: "周全县", role: "县级管理员", place: ["区划", COUNTY.name] });
  const { token, township } = await step("the county's administrator prints codes for all of it", () => printCodes(county));
  const matter = await step("a resident who scans one writes", () => write(page, token));
  const station = await newcomer(browser, security, { username: "station", name: "方知站", role: "站长", place: ["联络站", `${township}代表联络站`] });
  await step("the station hands the matter over", () => handOver(station, matter, township));
  await step("the county sees that it is open", () => seeOpen(county, matter, township));

  const unit = `${township}综合行政执法队`;
  const office = await newcomer(browser, security, { username: "office", name: "程办事", role: "承办人员", place: ["承办单位", unit] });
  await step("the office takes it on and answers", () => answer(office, matter));
  await office.close();
  await step("the station passes the answer on", () => passOn(station, matter));
  await station.close();
  await step("the answer reaches the resident", () => readAnswer(page, matter));
  await step("the numbers know it", () => count(county, matter, township));
  await county.close();

  await glances(security, ["/trust/accounts"], "full");
  await security.page.getByRole("link", { name: "程办事" }).click();
  await expect(security.page.locator(".el-select", { hasText: unit })).toBeVisible();
  await security.close();
});
