import { expect, test } from "@playwright/test";
import { submit } from "../support/deputy";
import { startMiniProgram } from "../support/mini";
import { stack } from "../support/stack";

/** A smoke test: the build's modules load, its pages render what the product answers, and a tap arrives. */
test.beforeEach(async ({ page }) => {
  page.on("pageerror", (error) => test.info().annotations.push({ type: "page error", description: error.message }));
});

test("the mini-program's first page greets the deputy with what waits", async ({ page }) => {
  const { text } = await submit(page, `小程序测试 ${Date.now()}：窨井盖松了。`);
  await startMiniProgram(page, "pages/home/index");
  await expect(page.getByText(stack().deputy.name).first()).toBeVisible();
  await expect(page.getByText(text.slice(0, 20)).first()).toBeVisible();
  expect(test.info().annotations.filter(({ type }) => type === "page error")).toEqual([]);
});

test("a message opens its case in the mini-program, and the form for the answer", async ({ page }) => {
  const { number, text } = await submit(page, `小程序测试 ${Date.now()}：健身器材坏了。`);
  const { simulator_url, deputy } = stack();
  interface Messages {
    items: { page: string; data: Record<string, { value: string }> }[];
  }
  const messages = async () => {
    const answer = await page.request.get(`${simulator_url}/_sim/users/${deputy.openid}/messages`);
    const { items } = (await answer.json()) as Messages;
    return items.filter(({ data }) => data.character_string1?.value === number);
  };
  await expect.poll(async () => (await messages()).length).toBe(1);
  const [path = "", search] = ((await messages())[0]?.page ?? "").split("?");
  await startMiniProgram(page, path, search);
  await expect(page.getByText(text)).toBeVisible();
  // By script: where WeChat lets a finger press is not looked at here.
  await page.getByText("答复居民").dispatchEvent("click");
  await expect(page.getByText("发送答复")).toBeVisible();
  expect(test.info().annotations.filter(({ type }) => type === "page error")).toEqual([]);
});
