import { readFileSync } from "node:fs";
import { chromium, expect, test } from "@playwright/test";
import { film, withCamera } from "../support/camera";
import { Console, pick } from "../support/console";
import { codesOn } from "../support/qr";
import { stack } from "../support/stack";

/** A worker draws the sheets; the first ones of a day are drawn the slowest. */
const DRAWN = { timeout: 120_000 };

/** Makes a code for this use in each grid of the station. What there is already is not made again: each test has a use of its own. */
async function make(console: Console, purpose: string): Promise<void> {
  const page = await console.open("/codes/make");
  await page.getByLabel("用途").fill(purpose);
  await page.getByRole("button", { name: "先数一数" }).click();
  await expect(page.getByText(/一共要有 \d+ 个码/)).toBeVisible();
  await page.getByRole("button", { name: /^制 \d+ 个码$/ }).click();
  await expect(page.getByText(/制好了 \d+ 个码/)).toBeVisible();
}

test("a station makes its codes, prints them and reads them from the file", async ({ browser }) => {
  const console = await Console.of(browser, stack().station);
  const { page } = console;
  await console.open("/codes/make");
  await console.look("codes-make");
  await make(console, "电梯");

  await console.open("/codes?purpose=电梯");
  await expect(page.getByRole("link", { name: /-/ }).first()).toBeVisible();
  await console.look("codes");

  await console.open("/codes/print");
  await expect(page.getByAltText("A4 海报的样子")).toBeVisible();
  await console.look("codes-print");
  await page.getByLabel("模板").selectOption("a5");
  await page.getByLabel("这一批用自己的文字和颜色").check();
  await page.getByLabel("标题", { exact: true }).fill("有事您说");
  await expect(page.getByAltText("A5 海报的样子")).toBeVisible();
  await page.getByRole("button", { name: "开始印" }).click();
  const file = page.getByRole("link", { name: "下载", exact: true });
  await expect(file).toBeVisible(DRAWN);
  await console.look("codes-printed");
  const [download] = await Promise.all([page.waitForEvent("download"), file.click()]);
  const path = await download.path();
  expect(readFileSync(path).subarray(0, 5).toString()).toBe("%PDF-");
  const said = codesOn(path, 1);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(new RegExp(`^${stack().base_url}/c/[0-9A-Z]{12}$`));

  const token = said[0]!.slice(-12);
  await console.open(`/codes/${token}`);
  await expect(page.getByText("印刷：A5 海报")).toBeVisible();
  await console.close();
});

test("the logo and the words of a division are seen, kept and taken off again", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const page = await console.open("/codes/print");
  const style = page.getByRole("form", { name: "本区划的样式" });
  const words = await style.getByLabel("标题", { exact: true }).inputValue();
  const buffer = await page.screenshot({ type: "png", clip: { x: 0, y: 0, width: 96, height: 96 } });
  // A file that is given to a closed field is lost.
  await expect(style.getByLabel(/^图标/)).toBeEnabled();
  await style.getByLabel(/^图标/).setInputFiles({ name: "图标.png", mimeType: "image/png", buffer });
  await expect(style.getByText("图标已经换好。")).toBeVisible();
  await console.settled();
  const preview = page.getByAltText("A4 海报的样子");
  await expect(page.locator(".preview[aria-busy=false]")).toBeVisible();
  const before = await preview.getAttribute("src");
  await style.getByLabel("标题", { exact: true }).fill("有话请讲");
  // It is drawn before it is kept.
  await expect(preview).not.toHaveAttribute("src", before ?? "");
  await style.getByRole("button", { name: "存为本区划的样式" }).click();
  await expect(style.getByText("已经存好。")).toBeVisible();
  await console.look("codes-print-style");

  await page.reload();
  await console.settled();
  await expect(style.getByLabel("标题", { exact: true })).toHaveValue("有话请讲");
  await style.getByRole("button", { name: "去掉图标" }).click();
  await expect(style.getByText("图标已经去掉。")).toBeVisible();
  await expect(style.getByRole("button", { name: "去掉图标" })).toHaveCount(0);
  // As it was, for whoever prints next.
  await style.getByLabel("标题", { exact: true }).fill(words);
  await style.getByRole("button", { name: "存为本区划的样式" }).click();
  await expect(style.getByText("已经存好。")).toBeVisible();
  await console.close();
});

test("a code is hung up with a note, replaced with a reason, and both are known afterwards", async ({ browser }) => {
  const console = await Console.of(browser, stack().station);
  await make(console, "楼道");
  const page = await console.open("/codes?state=active&purpose=楼道");
  await page.locator("tbody a").first().click();
  await page.getByRole("button", { name: "登记张贴" }).click();
  await page.getByLabel(/贴在哪里/).fill("3 单元电梯内左侧");
  await page.getByRole("button", { name: "登记", exact: true }).click();
  // The form's own label names this place too.
  await expect(page.getByRole("region", { name: "张贴", exact: true }).getByText("3 单元电梯内左侧")).toBeVisible();
  await console.look("code");

  await page.getByRole("button", { name: "暂停、更换、停用" }).click();
  await page.getByLabel("做什么").selectOption("replace");
  await page.getByLabel("理由").fill("贴纸破损");
  await console.check();
  await page.getByRole("button", { name: "确定更换" }).click();
  await expect(page.getByText("更换：贴纸破损")).toBeVisible();
  await expect(page.locator(".badge", { hasText: "已更换" })).toBeVisible();
  await expect(page.getByText("新码", { exact: true })).toBeVisible();
  await console.close();
});

test("codes are made and printed for one grid alone, and the choice goes along in the address", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const page = await console.open("/codes/make");
  await page.getByLabel("一个站点").check();
  await expect(page.getByLabel("哪个站点")).toBeVisible();
  await page.getByLabel("一个网格").check();
  await expect(page.getByRole("button", { name: "先数一数" })).toBeDisabled();
  const name = await pick(page, "哪个网格");
  await expect(page).toHaveURL(/grid=/);
  await page.getByLabel("用途").fill("快递柜");
  await page.getByRole("button", { name: "先数一数" }).click();
  await expect(page.getByText("1 个网格，一共要有 1 个码；其中 1 个还没有。")).toBeVisible();
  await console.look("codes-make-grid");
  await page.getByRole("button", { name: "制 1 个码" }).click();
  await expect(page.getByText("制好了 1 个码")).toBeVisible();

  await page.getByRole("link", { name: "去印刷" }).click();
  await expect(page).toHaveURL(/\/codes\/print\?.*grid=/);
  await page.reload();
  await console.settled();
  await expect(page.getByLabel("一个网格")).toBeChecked();
  await expect(page.getByRole("form", { name: "印刷" }).locator(".el-select")).toContainText(name);
  await page.getByRole("button", { name: "开始印" }).click();
  await expect(page.getByRole("link", { name: "下载", exact: true })).toBeVisible(DRAWN);
  await console.close();
});

test("where a code hangs is seen in the list with its photo, and it is taken down for a reason", async ({ browser }) => {
  const console = await Console.of(browser, stack().station);
  await make(console, "单元门");
  const page = await console.open("/codes?state=active&purpose=单元门&hung=false");
  await page.locator("tbody a").first().click();
  await page.getByRole("button", { name: "登记张贴" }).click();
  await page.getByLabel("谁贴的").fill("张春生");
  await page.getByLabel(/贴在哪里/).fill("2 单元电梯内右侧");
  const buffer = await page.screenshot({ type: "jpeg" });
  await page.getByLabel(/贴好以后的照片/).setInputFiles({ name: "现场.jpg", mimeType: "image/jpeg", buffer });
  await page.getByRole("button", { name: "登记", exact: true }).click();
  await expect(page.getByText("2 单元电梯内右侧")).toBeVisible();
  const token = new URL(page.url()).pathname.slice(-12);

  await console.open(`/codes?q=${token}`);
  const row = page.getByRole("row").filter({ hasText: "张春生" });
  await expect(row).toContainText("2 单元电梯内右侧");
  const photo = row.getByAltText(/张贴后的照片/);
  await photo.scrollIntoViewIfNeeded();
  await expect.poll(() => photo.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await console.look("codes-hung");

  await row.getByRole("link").first().click();
  await page.getByRole("button", { name: "登记摘除" }).click();
  const form = page.getByRole("form", { name: "登记摘除" });
  await form.getByLabel("为什么摘下").fill("墙面翻新，先取下来");
  await console.check();
  await form.getByRole("button", { name: "登记", exact: true }).click();
  await expect(page.getByText("摘除：墙面翻新，先取下来")).toBeVisible();
  await expect(page.getByRole("button", { name: "登记摘除" })).toHaveCount(0);
  await console.open(`/codes?q=${token}&hung=false`);
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await console.close();
});

test("a photo of a code tells whether it is ours", async ({ browser }) => {
  const console = await Console.of(browser, stack().station);
  const page = await console.open("/codes/check");
  await console.look("codes-check-empty");
  const token = stack().codes[0];
  const picture = await (await page.request.get(`${stack().base_url}/api/v1/codes/${token}/image.png?size=600`)).body();
  await page.getByLabel("上传二维码的照片").setInputFiles({ name: "code.png", mimeType: "image/png", buffer: picture });
  await expect(page.getByText("真码")).toBeVisible();
  await console.look("codes-check");
  await page.getByLabel(/或者输入编号/).fill(`https://my.evil.test/c/${token}`);
  await page.getByRole("button", { name: "查一查" }).click();
  await expect(page.getByText(/仿冒/)).toBeVisible();
  await console.close();
});

test("a printed code that is held to the camera is known, and the camera goes off", async ({ browser, launchOptions }, info) => {
  const [token] = stack().codes;
  const path = info.outputPath("camera.mjpeg");
  await film(browser, token, path);
  const own = await chromium.launch({ ...launchOptions, args: [...(launchOptions.args ?? []), ...withCamera(path)] });
  try {
    const console = await Console.of(own, stack().station);
    const page = await console.open("/codes/check");
    await page.getByRole("button", { name: "用摄像头扫" }).click();
    await expect(page.getByText("真码")).toBeVisible();
    await expect(page.getByRole("link", { name: token })).toBeVisible();
    await expect(page.getByLabel("摄像头画面")).toBeHidden();
    await expect(page.getByRole("button", { name: "用摄像头扫" })).toBeVisible();
    await console.close();
  } finally {
    await own.close();
  }
});

test("the page of unusual scans is usable when there are none", async ({ browser }) => {
  const console = await Console.of(browser, stack().station);
  await console.open("/codes/watch");
  await expect(console.page.getByText("最近 30 天没有扫码异常。")).toBeVisible();
  await console.look("codes-watch-empty");
  await console.close();
});

test("unusual scans are told on the first page and on the board, with the way to the list", async ({ browser }) => {
  const console = await Console.of(browser, stack().station);
  const { page } = console;
  const [token] = stack().codes;
  const words = { grid_name: "第一网格", place: "3 号院", site_name: "代表联络站", scans: 640, usual: 3 };
  const alarm = { token, typed_token: token.replace(/(.{4})(?=.)/g, "$1-"), on_date: "2026-11-20", ...words };
  const asked: string[] = [];
  await page.route(/\/api\/v1\/code-alarms/, (route) => {
    asked.push(new URL(route.request().url()).searchParams.get("days") ?? "");
    return route.fulfill({ json: { items: [alarm], total: 1, next_cursor: null } });
  });
  // Whoever signs in comes here first.
  await console.open("/");
  await expect(page).toHaveURL(/\/desk\/queue/);
  const note = page.getByRole("link", { name: "最近 7 天有 1 次扫码异常，去看看" });
  await expect(note).toBeVisible();
  await console.look("queue-alarm");
  await note.click();
  await expect(page.getByRole("heading", { name: "扫码异常" })).toBeVisible();
  await expect(page.getByRole("cell", { name: "640" })).toBeVisible();
  await expect(page.getByLabel("时间", { exact: true })).toHaveValue("7");
  await console.look("codes-watch");

  await console.open("/watch/board");
  const card = page.locator("a.number-card", { hasText: "扫码异常" });
  await expect(card.locator("strong")).toHaveText("1");
  await console.look("board-alarm");
  await card.click();
  await expect(page).toHaveURL(/\/codes\/watch\?days=7/);
  await console.settled();
  expect([...new Set(asked)]).toEqual(["7"]);
  await console.close();
});

test("who may not see codes is told nothing of them", async ({ browser }) => {
  const console = await Console.of(browser, stack().office);
  const asked: string[] = [];
  console.page.on("request", (request) => request.url().includes("/code-alarms") && asked.push(request.url()));
  await console.open("/");
  await expect(console.page).toHaveURL(/\/desk\/handovers/);
  await console.settled();
  expect(asked).toEqual([]);
  await console.close();
});
