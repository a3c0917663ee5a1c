import { expect, test } from "@playwright/test";
import { allowPushes, otherPhone, Phone, SENT, SMALL } from "../support/deputy";
import { onReceipt, submit, unique } from "../support/resident";
import { stack } from "../support/stack";
import { barriers } from "../support/watch";

// No press is followed by WeChat's question, however many messages came before.
test.beforeEach(({ page }) => allowPushes(page));

// The order of the taps is the same for whoever needs large letters.
for (const size of ["标准", "特大"]) test(`from the message to the answer on the receipt in four taps, ${size} text`, async ({ page, browser }) => {
  const phone = await Phone.of(browser, SMALL);
  if (size !== "标准") await phone.enlarge(await submit(page, unique("先调好字的大小。")), size);
  const sent = await submit(page, unique("桥头的护栏松了。"));
  await phone.openCase(sent);
  expect(phone.page.url()).not.toMatch(/js_code|openid|simulator/);
  expect(await barriers(phone.page)).toEqual([]);
  const answer = unique("下午三点到桥头看护栏。");
  await phone.write(answer);
  expect(await barriers(phone.page)).toEqual([]);
  await phone.tap("button", "发送答复");
  await expect(phone.page.getByText(/秒后发出/)).toBeVisible();
  expect(await barriers(phone.page)).toEqual([]);
  // The ten seconds are waited for with letters of the usual size.
  if (size !== "标准") await phone.stepOver();

  await expect.poll(() => onReceipt(page, sent.receipt, answer), SENT).toBe(1);
  expect(phone.taps).toBeLessThanOrEqual(4);
  test.info().annotations.push({ type: "taps from message to answer", description: String(phone.taps) });
  expect(phone.faults()).toEqual([]);
  await phone.close();
});

/** What the phone has just seen. */
const picture = async (phone: Phone) => ({ name: "现场.jpg", mimeType: "image/jpeg", buffer: await phone.page.screenshot({ type: "jpeg" }) });

test("a photo is taken and attached in two taps, and stands on the resident's receipt", async ({ page, browser }) => {
  const sent = await submit(page, unique("人行道的砖松了。"));
  const phone = await Phone.of(browser, SMALL);
  await phone.openCase(sent);
  await phone.write(unique("砖今天铺好了，请看照片。"));
  const before = phone.taps;
  const camera = phone.page.waitForEvent("filechooser");
  await phone.tap("button", "拍照");
  // The shutter, in the phone's own camera.
  phone.taps += 1;
  await (await camera).setFiles(await picture(phone));
  await expect(phone.page.getByRole("button", { name: "看第 1 张照片" })).toBeVisible();
  expect(phone.taps - before).toBe(2);
  expect(await barriers(phone.page)).toEqual([]);
  await phone.tap("button", "发送答复");
  await phone.stepOver();

  await expect.poll(() => onReceipt(page, sent.receipt, "答复照片 1"), SENT).toBe(1);
  await page.goto(sent.receipt);
  const shown = page.getByRole("img", { name: "答复照片 1" });
  await shown.scrollIntoViewIfNeeded();
  await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  expect(phone.faults()).toEqual([]);
  await phone.close();
});

test("photos are looked at large, one by one and closer, by keyboard and by finger", async ({ page, browser }) => {
  const sent = await submit(page, unique("路边的树歪了。"));
  const phone = await Phone.of(browser, SMALL);
  await phone.openCase(sent);
  await phone.write(unique("树扶正了，请看照片。"));
  const small = (number: number) => phone.page.getByRole("button", { name: `看第 ${number} 张照片` });
  for (const number of [1, 2]) {
    const album = phone.page.waitForEvent("filechooser");
    await phone.tap("button", "从相册选照片");
    await (await album).setFiles(await picture(phone));
    await expect(small(number)).toBeVisible();
  }
  await small(1).press("Enter");
  const dialog = (name: string) => phone.page.getByRole("dialog", { name });
  const photo = (name: string) => phone.page.getByRole("img", { name });
  await expect(dialog("照片 1 / 2")).toBeFocused();
  await expect(photo("照片 1")).toBeInViewport();
  await expect.poll(() => photo("照片 1").evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  // The page behind is out of reach.
  await expect(phone.page.locator("[inert]", { hasText: "去掉" })).toHaveCount(1);
  await phone.page.locator(".picture [role=button]").first().evaluate((button: HTMLElement) => button.focus());
  await expect(dialog("照片 1 / 2")).toBeFocused();
  expect(await barriers(phone.page)).toEqual([]);

  await phone.page.keyboard.press("ArrowRight");
  await expect(dialog("照片 2 / 2")).toBeVisible();
  await expect.poll(() => photo("照片 2").evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await expect(photo("照片 2")).toBeInViewport({ ratio: 0.9 });
  await expect(photo("照片 1")).toHaveCount(0);
  const closer = phone.page.getByRole("button", { name: "放大" });
  await expect(closer).toHaveAttribute("aria-pressed", "false");
  const width = () => photo("照片 2").evaluate((image) => image.clientWidth);
  const fitting = await width();
  await closer.press("Enter");
  await expect(closer).toHaveAttribute("aria-pressed", "true");
  // Twice, less what a scroll bar takes.
  await expect.poll(width).toBeGreaterThan(1.8 * fitting);
  expect(await barriers(phone.page)).toEqual([]);
  // Now an arrow key moves over the photo.
  const left = () => photo("照片 2").evaluate((image) => image.parentElement?.scrollLeft ?? 0);
  await expect.poll(left).toBeGreaterThan(0);
  const middle = await left();
  await phone.page.keyboard.press("ArrowLeft");
  await expect.poll(left).toBeLessThan(middle);
  await photo("照片 2").dblclick();
  await expect(closer).toHaveAttribute("aria-pressed", "false");
  await phone.tap("button", "上一张");
  await expect(dialog("照片 1 / 2")).toBeVisible();

  for (let stop = 0; stop < 6; stop += 1) {
    await phone.page.keyboard.press("Tab");
    expect(await dialog("照片 1 / 2").evaluate((box) => box.contains(document.activeElement)), `Tab ${stop}`).toBe(true);
  }
  await phone.page.keyboard.press("Escape");
  await expect(dialog("照片 1 / 2")).toHaveCount(0);
  await expect(small(1)).toBeFocused();
  expect(phone.faults()).toEqual([]);
  await phone.close();
});

test("what is taken back within ten seconds is never sent, and stands in the form again", async ({ page, browser }) => {
  const sent = await submit(page, unique("路灯不亮。"));
  const phone = await Phone.of(browser);
  await phone.openCase(sent);
  const answer = unique("写错了一个字。");
  await phone.write(answer);
  let posted = 0;
  phone.page.on("request", (request) => {
    if (request.method() === "POST" && /\/answers$/.test(request.url())) posted += 1;
  });
  await phone.tap("button", "发送答复");
  await phone.tap("button", /^撤回/);
  await expect(phone.page.getByRole("textbox", { name: "答复内容" })).toHaveValue(answer);
  // Longer than the ten seconds, by the client's own clock: another answer goes out and only that one.
  const second = unique("改好了。");
  await phone.fill(second);
  await phone.tap("button", "发送答复");
  await expect.poll(() => onReceipt(page, sent.receipt, second), SENT).toBe(1);
  expect(posted).toBe(1);
  expect(await onReceipt(page, sent.receipt, answer)).toBe(0);
  await phone.close();
});

for (const size of ["标准", "特大"]) test(`an answer whose network is cut while it is sent arrives once, ${size} text`, async ({ page, browser }) => {
  const phone = await Phone.of(browser, SMALL);
  if (size !== "标准") await phone.enlarge(await submit(page, unique("先调好字的大小。")), size);
  const sent = await submit(page, unique("楼道里的灯坏了。"));
  const context = phone.page.context();
  await phone.openCase(sent);
  const answer = unique("明天上午换灯。");
  await phone.write(answer);
  const keys: (string | undefined)[] = [];
  await phone.page.route("**/api/v1/submissions/*/answers", async (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    if (keys.length > 1) return route.continue();
    // The server takes it, and the phone is cut off before it hears so.
    await route.fetch();
    await context.setOffline(true);
    await route.abort("internetdisconnected");
  });
  await phone.tap("button", "发送答复");
  // The ten seconds are waited for with letters of the usual size.
  if (size !== "标准") await phone.stepOver();
  await expect(phone.page.getByText(/等待网络|联网后/).first()).toBeVisible(SENT);
  await context.setOffline(false);

  await expect.poll(() => keys.length, SENT).toBe(2);
  expect(keys[1]).toBe(keys[0]);
  await expect(phone.page.getByText(/等待网络|联网后|正在发出/)).toHaveCount(0, SENT);
  expect(await onReceipt(page, sent.receipt, answer)).toBe(1);
  await phone.close();
});

test("written without a network, closed, opened again: it goes out by itself", async ({ page, browser }) => {
  const sent = await submit(page, unique("公交站牌倒了。"));
  const phone = await Phone.of(browser);
  const context = phone.page.context();
  await phone.openCase(sent);
  await phone.write(unique("草稿。"));
  await context.setOffline(true);
  const answer = unique("已请公交公司来扶。");
  await phone.fill(answer);
  await phone.tap("button", "发送答复");
  await expect(phone.page.getByText(/联网后/).first()).toBeVisible();
  // The case that was opened can be read on.
  await expect(phone.page.getByText(sent.text)).toBeVisible();
  await phone.page.close();

  await context.setOffline(false);
  const again = await context.newPage();
  await again.goto(`${stack().base_url}/deputy/`);
  await expect.poll(() => onReceipt(page, sent.receipt, answer), SENT).toBe(1);
  await phone.close();
});

test("what somebody else has done meanwhile is shown and not overwritten", async ({ page, browser }) => {
  const sent = await submit(page, unique("这件事归别处管。"));
  const phone = await Phone.of(browser);
  await phone.openCase(sent);
  const id = phone.caseId;
  const answer = unique("我来答复。");
  await phone.write(answer);

  const headers = await otherPhone(page);
  const api = `${stack().base_url}/api/v1`;
  const kinds = (await (await page.request.get(`${api}/decline-kinds`, { headers })).json()) as { items: { code: string }[] };
  const declined = await page.request.post(`${api}/submissions/${id}/decline`, {
    headers,
    data: { kind: kinds.items[0]?.code, text: "请拨打 12345 热线反映，那里会转到主管部门。" },
  });
  expect(declined.ok(), await declined.text()).toBe(true);

  await phone.tap("button", "发送答复");
  await phone.stepOver();
  const news = new RegExp(`${stack().deputy.name}，(今天|昨天) .*：不属于受理范围`);
  await expect(phone.page.getByRole("region", { name: "待发内容" }).getByText(news)).toBeVisible(SENT);
  expect(await onReceipt(page, sent.receipt, answer)).toBe(0);
  // Nothing written is lost: it can be looked at.
  await phone.tap("button", "查看待发内容");
  await expect(phone.page.getByText(news)).toBeVisible();
  await expect(phone.page.getByText(answer)).toBeVisible();
  expect(await barriers(phone.page)).toEqual([]);
  await phone.close();
});

test("what is typed in the moment before the press is sent too", async ({ page, browser }) => {
  const sent = await submit(page, unique("垃圾桶满了。"));
  const phone = await Phone.of(browser);
  await phone.openCase(sent);
  const answer = unique("今天就清");
  await phone.write(answer);
  // The last character and the press in one and the same turn of the page.
  await phone.page.getByRole("textbox", { name: "答复内容" }).evaluate((field: HTMLTextAreaElement) => {
    field.value += "运";
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    document.querySelector<HTMLElement>(".form-foot [role=button]")?.click();
  });
  await phone.stepOver();
  await expect.poll(() => onReceipt(page, sent.receipt, `${answer}运`), SENT).toBe(1);
  await phone.close();
});

test("the list and an opened case are read without a network", async ({ page, browser }) => {
  const sent = await submit(page, unique("井盖松动。"));
  const phone = await Phone.of(browser);
  await phone.openCase(sent);
  await phone.page.goto(`${stack().base_url}/deputy/#/pages/home/index`);
  await expect(phone.page.getByText(sent.text).first()).toBeVisible();
  await phone.page.context().setOffline(true);
  // The note that says so moves the list down.
  await expect(phone.page.getByText(/离线/).first()).toBeVisible();
  await phone.page.getByText(sent.text).first().click();
  await expect(phone.page.getByRole("heading", { name: "居民来信" })).toBeVisible();
  await expect(phone.page.getByText(/离线/).first()).toBeVisible();
  await expect(phone.page.getByText(sent.text).first()).toBeVisible();
  await phone.page.goBack();
  await expect(phone.page.getByText(sent.text).first()).toBeVisible();
  await phone.close();
});
