import { readFileSync } from "node:fs";
import { expect, test, type Locator } from "@playwright/test";
import { Console } from "../support/console";
import { submit } from "../support/resident";
import { stack } from "../support/stack";

test("behind a number of the board stands its list", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  // What becomes overdue between the two is a matter of moments: the next look has both after it.
  await expect(async () => {
    await console.open("/watch/board");
    const card = console.page.getByRole("link", { name: /已超期/ });
    const count = Number(await card.locator("strong").textContent());
    await card.click();
    await expect(console.page).toHaveURL(/\/desk\/queue\?due=overdue/);
    await console.settled();
    expect(await console.page.locator("tbody tr").count()).toBe(Math.min(count, 50));
  }).toPass({ timeout: 90_000 });
  await console.close();
});

/** All that there is. */
const EVER = "from=2020-01-01&to=2030-12-31";

/**
 * Follows a number of a page with the keyboard alone, and holds it against its list. A worker classes what came last, and
 * time makes things overdue: where that fell between number and list, both are looked at again.
 */
async function follow(console: Console, path: string, find: () => Locator | Promise<Locator>): Promise<URLSearchParams> {
  const { page } = console;
  let query = new URLSearchParams();
  await expect(async () => {
    await console.open(path);
    const link = await find();
    const count = Number(await link.textContent());
    expect(count).toBeGreaterThan(0);
    await link.focus();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/desk\/ledger\?/);
    await console.settled();
    query = new URL(page.url()).searchParams;
    const answer = await page.request.get(`${stack().base_url}/api/v1/ledger?${query}`);
    expect((await answer.json()).total, query.toString()).toBe(count);
    expect(await page.locator("tbody tr").count()).toBe(Math.min(count, 50));
  }).toPass({ timeout: 120_000 });
  return query;
}

test("behind both numbers of a rate, and behind what was before, stand their lists, by keyboard", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const rate = console.page.getByRole("region", { name: "响应率", exact: true });
  const counted = await follow(console, `/watch/numbers?${EVER}`, () => rate.getByRole("link", { name: /^响应率算进去的/ }));
  expect(counted.get("measure")).toBe("in_time,due");
  const among = await follow(console, `/watch/numbers?${EVER}`, () => rate.getByRole("link", { name: /^响应率一共的/ }));
  expect(among.get("measure")).toBe("due");
  // The period before this one has all that there is.
  const earlier = await follow(console, "/watch/numbers?from=2031-01-01&to=2041-12-31", () => console.page.getByRole("link", { name: /^前一段登记 \d+$/ }));
  expect(earlier.get("to")).toBe("2030-12-31");
  await console.close();
});

test("every chart has its numbers as links to their lists, by keyboard", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const { page } = console;
  for (const [path, title] of [
    [`/watch/numbers?${EVER}`, "趋势"],
    [`/watch/numbers?${EVER}`, "按分类"],
    [`/watch/numbers?${EVER}`, "按联络站"],
    [`/watch/numbers?${EVER}`, "按代表"],
    ["/watch/screen", "趋势"],
    ["/watch/screen", "分类"],
  ] as const) {
    await follow(console, path, async () => {
      await page.getByRole("region", { name: title, exact: true }).getByText("看数字").focus();
      await page.keyboard.press("Enter");
      return page.getByRole("region", { name: `${title}的数字` }).getByRole("link").first();
    });
  }
  await console.close();
});

test("a square of the heat map leads to its matters, by keyboard", async ({ browser, page: resident }) => {
  const location = { longitude: 104.0461, latitude: 26.0462, coordinate_system: "gcj02" };
  const { number } = await submit(resident, "河边的路坑坑洼洼，下雨全是水。", { location });
  const console = await Console.of(browser, stack().console.username);
  const page = await console.open(`/watch/map?${EVER}`);
  const map = page.getByRole("region", { name: /^民意热力/ });
  await map.getByText("看列表").focus();
  await page.keyboard.press("Enter");
  const square = map.getByRole("link", { name: /^\d+ 件（26\.046, 104\.046 附近）$/ });
  const count = parseInt((await square.textContent()) ?? "", 10);
  await square.focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/desk\/ledger\?.*square=gcj02/);
  await console.settled();
  await expect(page.locator("tbody tr")).toHaveCount(count);
  await expect(page.getByText(number)).toBeVisible();
  await console.look("watch-square");
  await console.close();
});

test("the board's numbers of a station lead to their lists, those of escalated matters too", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const { page } = console;
  await console.open("/watch/board");
  const table = page.getByRole("region", { name: "各联络站的时限" });
  await expect(table.getByRole("columnheader", { name: "升级督办" })).toBeVisible();
  const columns = await table.getByRole("columnheader").allTextContents();
  const place = columns.findIndex((title) => title.trim() === "升级督办");
  expect(place).toBeGreaterThan(0);
  // The demonstration keeps an escalated matter open.
  const query = await follow(console, "/watch/board", () => table.locator(`tbody tr > :nth-child(${place + 1}) a`).first());
  expect(query.get("measure")).toBe("escalated_open");
  await follow(console, "/watch/board", () => table.locator("tbody a").first());
  await console.close();
});

test("what a page counts by itself goes out as a workbook too, and the audit knows it", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const exported = async (path: string, file: string, unfold = false) => {
    const page = await console.open(path);
    if (unfold) await page.getByText("看数字").first().click();
    const button = page.getByRole("region", { name: file, exact: true }).locator("..").getByRole("button", { name: "导出 XLSX" });
    const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
    expect(download.suggestedFilename()).toBe(`${file}.xlsx`);
    expect(readFileSync(await download.path()).subarray(0, 2).toString()).toBe("PK");
  };
  await exported("/watch/board", "各联络站的时限");
  await exported("/watch/screen", "趋势的数字", true);
  await exported("/policies/deadlines", "全部时限");
  await exported("/trust/own", "正在用的会话");
  await console.close();
  const auditor = await Console.of(browser, "auditor");
  await auditor.open("/trust/audit?action=list_exported");
  await expect(auditor.page.locator("tbody tr").nth(3)).toContainText("各联络站的时限");
  await auditor.close();
});

test("a report is a PDF and a workbook", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  await console.open("/watch/reports");
  const links = console.page.locator("tbody tr").nth(0).getByRole("link");
  await expect(links).toHaveCount(2);
  for (const link of await links.all()) {
    const answer = await console.page.request.get(`${stack().base_url}${await link.getAttribute("href")}`);
    expect(answer.status()).toBe(200);
    expect(answer.headers()["content-disposition"]).toContain("yuebao-");
  }
  await console.close();
});

test("every page of the watch is looked at, with data and empty", async ({ browser }) => {
  test.setTimeout(360_000);
  const console = await Console.of(browser, stack().console.username);
  for (const [name, path] of [
    ["board", "/watch/board"],
    ["numbers", "/watch/numbers?from=2020-01-01&to=2030-12-31"],
    ["numbers-empty", "/watch/numbers?from=2020-01-01&to=2020-01-31"],
    ["map", "/watch/map?from=2020-01-01&to=2030-12-31"],
    ["clusters", "/watch/clusters"],
    ["clusters-empty", "/watch/clusters?from=2020-01-01&to=2020-01-31"],
    ["reports", "/watch/reports"],
    ["screen", "/watch/screen"],
  ] as const) {
    await console.open(path);
    await console.look(name);
  }
  await console.close();
});
