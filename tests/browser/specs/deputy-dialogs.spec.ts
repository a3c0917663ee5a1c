import { expect, test } from "@playwright/test";
import { allDelivered, allowPushes, answerPushes, ledger, Phone, SENT, SMALL } from "../support/deputy";
import { onReceipt, submit, unique } from "../support/resident";
import { stack } from "../support/stack";
import { barriers } from "../support/watch";

const page = (name: string) => `${stack().base_url}/deputy/#/${name}/index`;

/** More than any sheet has. */
const STOPS = 25;

/** Opens a dialog by keyboard; nobody is kept out of it, Tab stays in it both ways, Esc leads back to where one was. */
async function check(phone: Phone, opener: string, title: string): Promise<void> {
  const button = phone.page.getByRole("button", { name: opener, exact: true });
  const dialog = phone.page.getByRole("dialog", { name: title });
  await button.focus();
  await button.press("Enter");
  await expect(dialog).toBeVisible();
  await phone.idle();
  expect(await barriers(phone.page), title).toEqual([]);
  const inside = () => dialog.evaluate((element) => element.contains(document.activeElement));
  await expect.poll(inside, title).toBe(true);
  for (const key of ["Tab", "Shift+Tab"]) {
    for (let stop = 0; stop < STOPS; stop += 1) {
      await phone.page.keyboard.press(key);
      expect(await inside(), `${title}: ${key} ${stop}`).toBe(true);
    }
  }
  await phone.page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(button).toBeFocused();
}

test("every sheet and question is reached and left by keyboard", async ({ page: resident, browser }) => {
  const sent = await submit(resident, unique("水管漏水。"));
  const phone = await Phone.of(browser, SMALL);
  await phone.openCase(sent);
  await check(phone, "其他办理", "其他办理");
  await phone.tap("button", "答复居民");
  await check(phone, "用常用的话", "常用的话");

  await phone.page.route("**/api/v1/me/service-account", (route) => route.fulfill({ json: { available: true, bound: true } }));
  await phone.page.goto(page("mine/settings"));
  await check(phone, "解绑服务号", "解绑服务号？");
  await check(phone, "退出登录", "退出登录？");
  await phone.tap("button", "退出登录");
  await phone.tap("button", "不退出");
  await expect(phone.page.getByRole("heading", { name: "设置" })).toBeVisible();
  expect(phone.faults()).toEqual([]);
  await phone.close();
});

test("what was not sent is thrown away only after a yes", async ({ page: resident, browser }) => {
  await allowPushes(resident);
  const sent = await submit(resident, unique("花坛没人管。"));
  const phone = await Phone.of(browser, SMALL);
  await phone.openCase(sent);
  const answer = unique("这条不发。");
  await phone.write(answer);
  await phone.page.route("**/api/v1/submissions/*/answers", (route) => route.fulfill({ status: 422, json: { code: "refused", detail: "请改一改。" } }));
  await phone.tap("button", "发送答复");
  await phone.stepOver();
  await expect(phone.page.getByText(/没有发出/).first()).toBeVisible(SENT);
  await phone.page.goto(page("pages/outbox"));
  await check(phone, "不发了", "不发了？");
  await phone.tap("button", "不发了");
  await phone.tap("button", "删掉");
  await expect(phone.page.getByText("没有待发的内容")).toBeVisible();
  expect(await onReceipt(resident, sent.receipt, answer)).toBe(0);
  await phone.close();
});

test("whoever logs out says so twice, and nothing stays on the phone", async ({ page: resident, browser }) => {
  const sent = await submit(resident, unique("树枝断了。"));
  const phone = await Phone.of(browser, SMALL);
  await phone.openCase(sent);
  await phone.page.goto(page("mine/settings"));
  await phone.tap("button", "退出登录");
  await phone.page.getByRole("dialog").getByRole("button", { name: "退出", exact: true }).click();
  await expect(phone.page.getByRole("heading", { name: "代表登录" })).toBeVisible();
  expect(await phone.page.evaluate((text) => JSON.stringify(localStorage).includes(text), sent.text)).toBe(false);
  await phone.close();
});

test("who has used up the pushes is told so, asked after an action, and the ledger counts the yes", async ({ page: resident, browser }) => {
  const sent = await submit(resident, unique("下水道堵了。"));
  const phone = await Phone.of(browser, SMALL);
  await phone.openCase(sent);
  // A message that is counted only now would change what is said below.
  await allDelivered(resident);
  await answerPushes(resident, "reject");
  await answerPushes(resident, "accept", 1);
  // One kind still comes, the other does not: the first page says which, in the server's words.
  const { words } = await ledger(resident);
  expect(words).toContain("用完");
  await phone.page.goto(page("pages/home"));
  await expect(phone.page.getByText(words)).toBeVisible();
  const button = phone.page.getByRole("button", { name: "开启微信提醒" });
  await expect(button).toBeVisible();
  expect(words).toContain("开启微信提醒");
  expect(await barriers(phone.page)).toEqual([]);

  await phone.openCase(sent);
  await phone.idle();
  await phone.write(unique("下午派人来通。"));
  await phone.tap("button", "发送答复");
  const question = phone.page.getByRole("dialog", { name: "允许发送消息？" });
  await expect(question).toBeVisible();
  expect(await barriers(phone.page)).toEqual([]);
  const before = await ledger(resident);
  await question.getByRole("button", { name: "允许" }).click();
  await expect.poll(async () => (await ledger(resident)).remaining, SENT).toBe(before.remaining + before.templates.length);
  await phone.page.goto(page("mine/settings"));
  await expect(phone.page.getByText(/还能收到 \d+ 条微信提醒/)).toBeVisible();

  // So does an action without a form.
  const next = await submit(resident, unique("公园的灯坏了。"));
  await allDelivered(resident);
  await answerPushes(resident, "reject");
  await phone.openCase(next);
  await phone.idle();
  await phone.act(/^受理/);
  await expect(question).toBeVisible();
  await question.getByRole("button", { name: "允许" }).click();
  await expect(question).toHaveCount(0);
  expect(phone.faults()).toEqual([]);
  await allowPushes(resident);
  await phone.close();
});
