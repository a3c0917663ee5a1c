import { expect, test } from "@playwright/test";
import { stack } from "../support/stack";
import { barriers, leave, watch } from "../support/watch";

// axe is put into the page, which the page's own policy rightly forbids to strangers.
test.use({ bypassCSP: true });

test("a resident who scans the code finds a form that nobody is kept out of", async ({ page }) => {
  const seen = watch(page);
  const answer = await page.goto(`${stack().base_url}/c/${stack().codes[0]}`);

  expect(answer?.status()).toBe(200);
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  await expect(page.getByRole("textbox").first()).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  expect(seen).toEqual({ errors: [], foreign: [] });
});

test("the code's page needs no JavaScript", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${stack().base_url}/c/${stack().codes[0]}`);

  await expect(page.getByRole("textbox").first()).toBeVisible();
  await expect(page.locator("form button[type=submit], form button:not([type])").first()).toBeVisible();
  await leave(context);
});
