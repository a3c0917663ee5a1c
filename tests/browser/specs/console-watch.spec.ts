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
