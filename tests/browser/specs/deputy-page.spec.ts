import { expect, test } from "@playwright/test";
import { Phone, SENT } from "../support/deputy";
import { onReceipt, submit, unique } from "../support/resident";
import { stack } from "../support/stack";

const home = () => `${stack().base_url}/deputy/`;

test("the page does nothing that its own policy forbids", async ({ page, browser }) => {
  const sent = await submit(page, unique("路牌倒了。"));
  const phone = await Phone.of(browser, { bypassCSP: false });
  await phone.openCase(sent);
  const answer = unique("路牌下午扶正。");
  await phone.write(answer);
  await phone.tap("button", "发送答复");
  await expect.poll(() => onReceipt(page, sent.receipt, answer), SENT).toBe(1);
  // A browser tells of what it refused on the console.
  expect(phone.faults()).toEqual([]);
  await phone.close();
});

test("a page that is cut off before its last script shows the first screen, and says that the others did not come", async ({ page, browser }) => {
  const sent = await submit(page, unique("楼梯扶手松了。"));
  const phone = await Phone.of(browser, { serviceWorkers: "block" });
  await phone.openCase(sent);
  await phone.page.goto("about:blank");
  await phone.page.route(({ pathname }) => pathname === "/deputy/", async (route) => {
    const whole = await (await route.fetch()).text();
    const body = whole.slice(0, whole.lastIndexOf('<script>System.register("./rest'));
    return route.fulfill({ contentType: "text/html; charset=utf-8", body });
  });
  await phone.page.goto(home());
  await phone.page.getByText(sent.text).first().click();
  // In uni-app's words.
  const failed = phone.page.getByText("连接服务器超时，点击屏幕重试");
  await expect(failed).toBeVisible();
  await phone.page.unrouteAll();
  await failed.click();
  await expect(phone.page.getByText(sent.text)).toBeVisible();
  await expect(phone.page.getByRole("button", { name: "答复居民" })).toBeVisible();
  await phone.close();
});

test("once opened, the app opens again without a network, with the list and an opened case", async ({ page, browser }) => {
  const sent = await submit(page, unique("水沟的盖板断了。"));
  const phone = await Phone.of(browser);
  await phone.openCase(sent);
  await phone.page.goto(`${home()}#/pages/home/index`);
  await expect(phone.page.getByText(sent.text).first()).toBeVisible();
  await phone.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await expect.poll(() => phone.page.evaluate(async (url) => (await caches.match(url)) !== undefined, home())).toBe(true);
  await phone.page.context().setOffline(true);
  await phone.page.reload();
  // The note that says so moves the list down.
  await expect(phone.page.getByText(/离线/).first()).toBeVisible();
  await phone.page.getByText(sent.text).first().click();
  await expect(phone.page.getByRole("heading", { name: "居民来信" })).toBeVisible();
  await expect(phone.page.getByText(/离线/).first()).toBeVisible();
  await expect(phone.page.getByText(sent.text).first()).toBeVisible();
  await phone.close();
});
