import { expect, test, type Page } from "@playwright/test";
import { allowPushes, messagesAbout, SENT } from "../support/deputy";
import { startMiniProgram } from "../support/mini";
import { onReceipt, submit } from "../support/resident";
import { stack } from "../support/stack";

/** A smoke test: the build's modules load, its pages render what the product answers, and a tap arrives. */
test.beforeEach(async ({ page }) => {
  page.on("pageerror", (error) => test.info().annotations.push({ type: "page error", description: error.message }));
});

// What is still on its way to the product when a test has seen enough is not waited for.
test.afterEach(({ page }) => page.unrouteAll({ behavior: "ignoreErrors" }));

test("the mini-program's first page greets the deputy with what waits", async ({ page }) => {
  const { text } = await submit(page, `小程序测试 ${Date.now()}：窨井盖松了。`);
  await startMiniProgram(page, "pages/home/index");
  await expect(page.getByText(stack().deputy.name).first()).toBeVisible();
  await expect(page.getByText(text.slice(0, 20)).first()).toBeVisible();
  expect(test.info().annotations.filter(({ type }) => type === "page error")).toEqual([]);
});

/** Opens the message about a submission, as a press on it would. */
async function openMessage(page: Page, number: string): Promise<void> {
  await expect.poll(async () => (await messagesAbout(page, number)).length, SENT).toBe(1);
  const [path = "", search] = ((await messagesAbout(page, number))[0]?.page ?? "").split("?");
  await startMiniProgram(page, path, search);
}

/** By script: where WeChat lets a finger press is not looked at here. */
const press = (page: Page, name: string) => page.getByText(name, { exact: true }).first().dispatchEvent("click");

/** As WeChat's own field tells of what is typed. */
async function type(page: Page, text: string): Promise<void> {
  await page.locator("wx-textarea").evaluate((field, value) => {
    const { __wxElement: element } = field as unknown as { __wxElement: { triggerEvent(name: string, detail: object): void } };
    element.triggerEvent("input", { value });
  }, text);
}

test("a message opens its case in the mini-program, and the answer that is typed there reaches the receipt", async ({ page }) => {
  // No press is followed by WeChat's question about messages.
  await allowPushes(page);
  const { number, text, receipt } = await submit(page, `小程序测试 ${Date.now()}：健身器材坏了。`);
  await openMessage(page, number);
  await expect(page.getByText(text)).toBeVisible();
  await press(page, "答复居民");
  await expect(page.getByText("发送答复")).toBeVisible();
  const answer = `小程序里写的答复 ${Date.now()}，明天来修。`;
  await type(page, answer);
  // A press on a button that is still closed is lost.
  await expect(page.getByText("发出前有 10 秒可以撤回")).toBeVisible();
  await expect(page.locator(".form-foot .off")).toHaveCount(0);
  await press(page, "发送答复");
  await expect(page.getByText(/秒后发出/)).toBeVisible();
  await expect.poll(() => onReceipt(page, receipt, answer), SENT).toBe(1);
  expect(test.info().annotations.filter(({ type }) => type === "page error")).toEqual([]);
});

test("before the camera the privacy agreement is asked for: a no ends it, a yes goes on", async ({ page }) => {
  const { simulator_url, deputy } = stack();
  // Nobody has agreed yet; the simulator answers a no as WeChat does.
  const privacy = `${simulator_url}/_sim/users/${deputy.openid}/privacy`;
  await page.request.put(privacy, { data: { agreed: false } });
  await startMiniProgram(page, "act/answer/index", "id=019aa000-0000-7000-8000-000000000000");
  const dialog = page.getByText("用户隐私保护", { exact: true });
  const photos = page.locator("wx-image.picture-inside");
  await press(page, "拍照");
  await expect(dialog).toBeVisible();
  await press(page, "不同意");
  await expect(dialog).toHaveCount(0);
  await expect(photos).toHaveCount(0);
  await press(page, "拍照");
  await expect(dialog).toBeVisible();
  await press(page, "同意");
  await expect(dialog).toHaveCount(0);
  await expect(photos).toHaveCount(1);
  expect(((await (await page.request.get(privacy)).json()) as { needAuthorization: boolean }).needAuthorization).toBe(false);
  // Said once, it holds.
  await press(page, "拍照");
  await expect(photos).toHaveCount(2);
  await expect(dialog).toHaveCount(0);
});
