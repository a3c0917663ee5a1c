import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { Console } from "../support/console";
import { stack } from "../support/stack";

test("behind a number of the board stands its list", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  await console.open("/watch/board");
  const card = console.page.getByRole("link", { name: /已超期/ });
  const count = Number(await card.locator("strong").textContent());
  await card.click();
  await expect(console.page).toHaveURL(/\/desk\/queue\?due=overdue/);
  await console.settled();
  await expect(console.page.locator("tbody tr")).toHaveCount(Math.min(count, 50));
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
  const links = await console.page.locator("tbody tr").nth(0).getByRole("link").all();
  for (const link of links) {
    const answer = await console.page.request.get(`${stack().base_url}${await link.getAttribute("href")}`);
    expect(answer.status()).toBe(200);
    expect(answer.headers()["content-disposition"]).toContain("yuebao-");
  }
  await console.close();
});

test("every page of the watch is looked at, with data and empty", async ({ browser }) => {
  test.setTimeout(240_000);
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
