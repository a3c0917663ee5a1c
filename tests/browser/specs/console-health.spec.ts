/** Pages that no other way leads through: whether messages arrive, a hotspot from near, the login. */
import { expect, test } from "@playwright/test";
import { Console } from "../support/console";
import { submit } from "../support/resident";
import { stack } from "../support/stack";

test("whether messages arrive is looked at, and who is not reached", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  for (const name of ["delivery", "letters", "unreachable"]) {
    await console.open(`/health/${name}`);
    await console.look(`health-${name}`);
  }
  await console.close();
});

test("a hotspot shows its weeks, its places and its matters", async ({ browser, page: resident }) => {
  const console = await Console.of(browser, stack().console.username);
  const page = await console.open("/watch/clusters");
  const hotspots = page.locator("tbody a");
  if ((await hotspots.count()) === 0) {
    for (const when of ["昨晚", "前天晚上", "这几天晚上"]) await submit(resident, `小区东门的路灯${when}又不亮，走夜路看不清。`);
  }
  // The worker finds in its own time what is alike, so a number and its list are of one moment only when it has none left.
  await expect(async () => {
    await console.open("/watch/clusters");
    expect(await hotspots.count()).toBeGreaterThan(0);
    const lately = page.getByRole("link", { name: /^本期 \d+ 件$/ }).first();
    const newer = Number(await lately.textContent());
    await lately.click();
    await expect(page).toHaveURL(/\/desk\/ledger\?.*cluster=/);
    await console.settled();
    expect(await page.locator("tbody tr").count()).toBe(Math.min(newer, 50));
  }).toPass({ timeout: 120_000 });
  await page.goBack();
  await expect(page).toHaveURL(/\/watch\/clusters$/);
  await console.settled();
  await hotspots.first().click();
  await expect(page).toHaveURL(/\/watch\/clusters\/[^/?]+$/);
  await console.settled();
  await expect(page.getByRole("heading", { name: "里面的民意" })).toBeVisible();
  await expect(page.locator("tbody a").filter({ visible: true }).first()).toBeVisible();
  await console.look("cluster");
  const address = page.url();
  await expect(async () => {
    await page.goto(address);
    const all = page.getByRole("link", { name: /^共 \d+ 件$/ });
    const total = Number(await all.textContent());
    await all.click();
    await expect(page).toHaveURL(/\/desk\/ledger\?cluster=/);
    await console.settled();
    expect(await page.locator("tbody tr").count()).toBe(Math.min(total, 50));
  }).toPass({ timeout: 120_000 });
  await console.close();
});

test("the login is looked at, as it stands and after a session is over", async ({ browser }) => {
  const console = await Console.of(browser, stack().station);
  const page = await console.open("/");
  await page.getByRole("button", { name: "退出" }).click();
  await expect(page.getByLabel("账号")).toBeVisible();
  await console.open("/login");
  await console.look("login");
  await console.open("/login?over=1");
  await expect(page.getByText("登录已经过期")).toBeVisible();
  await console.glance("login-over");
  await console.close();
});
