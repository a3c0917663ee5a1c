/** Pictures that no other way leads by: dialogs, and every page of the console before there is anything to show. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { Console } from "../support/console";
import { COUNTY } from "../support/county";
import { bringUpEmpty, createAdmin } from "../support/product";
import { bringIn, newAccount, type Newcomer } from "../support/setup";
import { stack } from "../support/stack";

test("the robot of a station's and of an office's group is looked at", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  for (const kind of ["sites", "offices"]) {
    const page = await console.open(`/places/${kind}`);
    await page.getByRole("button", { name: /的群机器人$/ }).first().click();
    await expect(page.getByRole("dialog").getByLabel("加签密钥")).toBeVisible();
    await console.look(`dialog-robot-${kind}`);
  }
  await console.close();
});

test("sending a message again is looked at, with another channel too", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const page = await console.open("/health/letters");
  // One deputy of the demonstration is not reached.
  await page.getByRole("button", { name: /^重发 / }).first().click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("heading", { name: /^会发出的内容/ })).toBeVisible();
  await console.look("dialog-resend");
  await dialog.getByLabel("渠道").selectOption("sms");
  await expect(dialog.getByLabel(/^新的地址/)).toBeVisible();
  await console.look("dialog-resend-channel");
  await dialog.getByRole("button", { name: "取消" }).click();
  await expect(dialog).toBeHidden();
  await console.close();
});

test("transferring several is looked at before it is done", async ({ browser }) => {
  const console = await Console.of(browser, stack().station);
  const page = await console.open("/desk/queue");
  await page.getByRole("checkbox", { name: "全选本页" }).check();
  await page.getByRole("button", { name: /^批量转办/ }).click();
  await expect(page.getByRole("dialog").getByLabel("转给谁")).toBeVisible();
  await console.look("dialog-bulk-transfer");
  await page.getByRole("dialog").getByRole("button", { name: "取消" }).click();
  await console.close();
});

/** Who looks at which page of an installation in which nothing has happened. */
const SYSTEM = [
  ...["setup", "regions", "sites", "grids", "map", "offices", "deputies", "assignments", "term", "import"].map((name) => `/places/${name}`),
  ...["deadlines", "kinds", "calendar", "words", "answers", "messages", "delivery", "wechat", "roles"].map((name) => `/policies/${name}`),
  "/trust/retention",
];
const COUNTY_ADMIN = [
  ...["queue", "handovers", "ledger"].map((name) => `/desk/${name}`),
  ...["board", "numbers", "map", "clusters", "reports", "screen"].map((name) => `/watch/${name}`),
  ...["/codes", "/codes/make", "/codes/print", "/codes/watch", "/codes/check"],
  ...["delivery", "letters", "unreachable"].map((name) => `/health/${name}`),
  ...["/trust/personal-data", "/trust/retention/due"],
];
const STATION = ["/desk/intake"];
const SECURITY = ["/trust/accounts", "/trust/accounts/new", "/trust/login-policy", "/trust/own"];
const AUDITOR = ["/trust/audit", "/trust/contact-views"];
/** Where nobody is signed in yet; whoever comes in for the first time goes through them. */
const BEFORE_LOGIN = ["/setup", "/login/steps"];

/** Every page that has an address of its own. */
function pages(): string[] {
  const areas = fileURLToPath(new URL("../../../web/console/src/areas", import.meta.url));
  const files = readdirSync(areas).map((area) => readFileSync(`${areas}/${area}/routes.ts`, "utf8"));
  return files.flatMap((file) => [...file.matchAll(/path: "([^":]+)"/g)].map((found) => found[1] ?? ""));
}

test("no page is forgotten", () => {
  const looked = [...SYSTEM, ...COUNTY_ADMIN, ...STATION, ...SECURITY, ...AUDITOR, ...BEFORE_LOGIN];
  expect(looked.sort()).toEqual(pages().sort());
});

async function glances(who: Console, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await who.open(path);
    await who.glance(`nothing-${path.slice(1).replaceAll("/", "-")}`);
  }
}

test.describe("an installation in which nothing has happened", () => {
  let down: () => void;
  test.beforeAll(() => {
    test.setTimeout(600_000);
    down = bringUpEmpty();
  });
  test.afterAll(() => down());

  test("the three duties, then a county and its station, just set up, look at their pages", async ({ browser }) => {
    test.setTimeout(1_200_000);
    const system = await Console.invited(browser, createAdmin("system-admin", "root", "严守一"));
    await glances(system, SYSTEM);
    const security = await Console.invited(browser, createAdmin("security-admin", "guard", "沈安全"));
    await glances(security, SECURITY);
    const auditor = await Console.invited(browser, createAdmin("auditor", "auditor", "孙明察"));
    await glances(auditor, AUDITOR);
    await auditor.close();

    const [township, site] = [`${COUNTY.code}001`, "柳林镇代表联络站"];
    await bringIn(system, "regions", [["区划代码*", "名称*"], [COUNTY.code, COUNTY.name], [township, "柳林镇"]]);
    await bringIn(system, "sites", [["类型*", "名称*", "区划代码*"], ["代表联络站", site, township]]);
    await system.close();
    const county = { username: "county", name: "周全县", role: "县级管理员", place: ["区划", COUNTY.name] } satisfies Newcomer;
    const station = { username: "station", name: "方知站", role: "站长", place: ["联络站", site] } satisfies Newcomer;
    for (const [who, paths] of [[county, COUNTY_ADMIN], [station, STATION]] as const) {
      const console = await Console.invited(browser, await newAccount(security, who));
      await glances(console, paths);
      await console.close();
    }
    await security.close();
  });
});
