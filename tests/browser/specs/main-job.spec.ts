import { expect, test, type Page } from "@playwright/test";
import { messagesAbout, Phone, SENT } from "../support/deputy";
import { onReceipt } from "../support/resident";
import { stack } from "../support/stack";
import { barriers, watch } from "../support/watch";

test.use({ bypassCSP: true });

/** A photo as good as any: what the page looks like. */
async function photos(page: Page, count: number): Promise<{ name: string; mimeType: string; buffer: Buffer }[]> {
  const buffer = await page.screenshot({ type: "jpeg" });
  return Array.from({ length: count }, (_, index) => ({ name: `现场${index}.jpg`, mimeType: "image/jpeg", buffer }));
}

async function send(page: Page, text: string, withPhotos: number): Promise<string> {
  await page.goto(`${stack().base_url}/c/${stack().codes[0]}`);
  await page.getByRole("radio", { name: /反映问题/ }).check();
  await page.getByLabel("写下您想说的话").fill(text);
  if (withPhotos > 0) {
    await page.getByLabel("拍照或选照片").setInputFiles(await photos(page, withPhotos));
    await expect(page.locator("#uploads li")).toHaveCount(withPhotos);
  }
  await page.getByRole("button", { name: "提交给代表" }).click();
  await page.waitForURL(/\/r\/[0-9A-Z]{20}/);
  return ((await page.getByText(/^\d{8}-[0-9A-Z]{7}$/).first().textContent()) ?? "").trim();
}

test("from the wall to the answer and the rating", async ({ page, browser }) => {
  const seen = watch(page);
  const text = `浏览器测试 ${Date.now()}：桥头的护栏松了，孩子放学从那里过，请来看看。`;
  const number = await send(page, text, 2);
  const receipt = page.url();
  const sentAt = Date.now();
  expect(await barriers(page)).toEqual([]);
  await expect(page.getByText("今日值班代表").or(page.getByText("网格责任代表"))).toBeVisible();

  await expect.poll(async () => (await messagesAbout(page, number)).length, { intervals: [50], ...SENT }).toBe(1);
  test.info().annotations.push({ type: "receipt to push", description: `${Date.now() - sentAt} ms` });

  // The deputy taps the message on the phone, and is in the case.
  const phone = await Phone.of(browser);
  await phone.openCase({ number, text });
  await expect(phone.page.getByRole("button", { name: /照片/ })).toHaveCount(2);
  expect(await barriers(phone.page)).toEqual([]);
  await phone.write("看到了，下午三点我和社区的同志到桥头看护栏，今晚六点前告诉您怎么修。");
  await phone.tap("button", "发送答复");
  await phone.stepOver();
  const answered = () => onReceipt(page, receipt, "下午三点我和社区的同志到桥头看护栏");
  await expect.poll(answered, SENT).toBe(1);

  await page.goto(receipt);
  await expect(page.getByText("下午三点我和社区的同志到桥头看护栏")).toBeVisible();
  await page.getByRole("radio", { name: "解决了", exact: true }).check();
  await page.getByRole("radio", { name: "满意", exact: true }).check();
  await page.getByRole("button", { name: "提交评价" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("办结");
  expect(await barriers(page)).toEqual([]);

  expect(seen).toEqual({ errors: [], foreign: [] });
  expect(phone.faults()).toEqual([]);
  await phone.close();
});

test("what was typed survives a dead network and is sent once the network is back", async ({ page, context }) => {
  const text = `浏览器测试 ${Date.now()}：夜里断网时写的，路灯不亮。`;
  await page.goto(`${stack().base_url}/c/${stack().codes[0]}`);
  await page.getByRole("radio", { name: /反映问题/ }).check();
  await page.getByLabel("写下您想说的话").fill(text);
  await context.setOffline(true);
  await page.getByRole("button", { name: "提交给代表" }).click();
  await expect(page.locator("#sending")).not.toBeEmpty();
  await expect(page.getByLabel("写下您想说的话")).toHaveValue(text);

  await context.setOffline(false);
  await page.waitForURL(/\/r\/[0-9A-Z]{20}/, { timeout: 60_000 });
  const number = ((await page.getByText(/^\d{8}-[0-9A-Z]{7}$/).first().textContent()) ?? "").trim();
  await expect.poll(async () => (await messagesAbout(page, number)).length, SENT).toBe(1);
});

test("a draft is still there after the page was closed", async ({ page, context }) => {
  const text = `浏览器测试 ${Date.now()}：写到一半有人叫我。`;
  await page.goto(`${stack().base_url}/c/${stack().codes[1]}`);
  await page.getByLabel("写下您想说的话").fill(text);
  await page.close();
  const later = await context.newPage();
  await later.goto(`${stack().base_url}/c/${stack().codes[1]}`);

  await expect(later.getByLabel("写下您想说的话")).toHaveValue(text);
  await expect(later.getByText("已恢复上次没发完的内容")).toBeVisible();
});

test("the answer lost on the way back does not make a second submission", async ({ page }) => {
  const text = `浏览器测试 ${Date.now()}：信号不好，点了好几次。`;
  let lost = 0;
  const numbers: string[] = [];
  await page.route("**/api/v1/codes/*/submissions", async (route) => {
    const answer = await route.fetch();
    numbers.push(((await answer.json()) as { number: string }).number);
    // The server has taken it, but the phone never hears of it: twice.
    if (lost < 2) {
      lost += 1;
      await route.abort("connectionreset");
    } else {
      await route.fulfill({ response: answer });
    }
  });
  const number = await send(page, text, 0);

  expect(numbers).toEqual([number, number, number]);
  await expect.poll(async () => (await messagesAbout(page, number)).length, SENT).toBe(1);
});

test("a mistyped code is told at once", async ({ page }) => {
  await page.goto(`${stack().base_url}/c`);
  const token = stack().codes[0];
  const wrong = token.endsWith("A") ? `${token.slice(0, 11)}C` : `${token.slice(0, 11)}A`;
  await page.getByRole("textbox").fill(wrong);
  await page.getByRole("button", { name: "打开" }).click();

  await expect(page).toHaveURL(/\/c$/);
  await expect(page.getByRole("alert").or(page.locator(".error:visible")).first()).toBeVisible();
});
