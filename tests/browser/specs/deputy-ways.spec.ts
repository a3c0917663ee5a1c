import { expect, test } from "@playwright/test";
import { allowPushes, otherPhone, Phone, SENT, SMALL } from "../support/deputy";
import { checked, draftOf } from "../support/release";
import { CONSENT, submit } from "../support/resident";
import { stack } from "../support/stack";
import { barriers } from "../support/watch";

// No press is followed by WeChat's question, however many messages came before.
test.beforeEach(({ page }) => allowPushes(page));

/** The time of day in China so many hours from now, on the hour. */
const clockTime = (hours: number) => `${String((new Date().getUTCHours() + 8 + hours) % 24).padStart(2, "0")}:00`;

test("what a resident asks to talk about, the deputy confirms on the phone", async ({ page, browser }) => {
  const { base_url } = stack();
  const sent = await submit(page, `浏览器测试 ${Date.now()}：想当面说说停车的事。`);
  const receipt = `${base_url}/api/v1/receipts/${sent.token}`;
  const slots = await page.request.get(`${receipt}/slots`);
  const { items } = (await slots.json()) as { items: { slot: string }[] };
  expect(items.length).toBeGreaterThan(0);
  const asked = await page.request.post(`${receipt}/appointments`, { data: { slot: items.at(-1)?.slot, note: "想当面说" } });
  expect(asked.status(), await asked.text()).toBe(201);

  const phone = await Phone.of(browser, SMALL);
  await phone.openCase(sent);
  await expect(phone.page.getByText("等您确认")).toBeVisible();
  expect(await barriers(phone.page)).toEqual([]);
  await phone.tap("button", "确认，到时见");
  await phone.stepOver();
  const state = async () => {
    const meetings = await page.request.get(`${receipt}/meetings`);
    return ((await meetings.json()) as { appointments: { state: string }[] }).appointments[0]?.state;
  };
  await expect.poll(state, SENT).toBe("confirmed");
  await expect(phone.page.getByText("等您确认")).toHaveCount(0, SENT);

  // Another time: the resident is asked anew.
  await phone.tap("button", "改个时间");
  await phone.page.getByRole("radio").last().click();
  expect(await barriers(phone.page)).toEqual([]);
  await phone.page.getByRole("textbox", { name: /为什么改/ }).fill("那天要开会。");
  await phone.tap("button", "请居民改时间");
  await phone.stepOver();
  await expect.poll(state, SENT).toBe("asked");
  await expect(phone.page.getByText("等对方确认")).toBeVisible(SENT);
  await phone.tap("button", "取消约见");
  await phone.page.getByRole("textbox", { name: /为什么取消/ }).fill("那天要开会，改日再约。");
  expect(await barriers(phone.page)).toEqual([]);
  await phone.tap("button", "取消约见");
  await phone.stepOver();
  await expect.poll(state, SENT).toBe("cancelled");
  expect(phone.faults()).toEqual([]);
  await phone.close();
});

test("a proposal is drafted and submitted on the phone", async ({ page, browser }) => {
  const sent = await submit(page, `浏览器测试 ${Date.now()}：全县的老路灯都该换了。`);
  const phone = await Phone.of(browser, SMALL);
  await phone.openCase(sent);
  await phone.act("写成代表建议");
  const title = `关于更换老旧路灯的建议 ${Date.now()}`;
  await phone.page.getByRole("textbox", { name: "题目" }).fill(title);
  await phone.page.getByRole("textbox", { name: "建议内容" }).fill("老旧路灯多，建议分批更换。");
  expect(await barriers(phone.page)).toEqual([]);
  await phone.tap("button", "存为建议草稿");
  await phone.stepOver();
  await expect(phone.page.getByText("草稿，还没有提交")).toBeVisible(SENT);

  await phone.tap("link", new RegExp(title));
  await expect(phone.page.getByText("老旧路灯多，建议分批更换。")).toBeVisible();
  // A draft's words can still be changed.
  await phone.tap("button", "改题目和内容");
  await expect(phone.page.getByRole("textbox", { name: "题目" })).toHaveValue(title);
  await phone.page.getByRole("textbox", { name: "建议内容" }).fill("老旧路灯多，建议三年内分批更换。");
  expect(await barriers(phone.page)).toEqual([]);
  await phone.tap("button", "保存修改");
  await phone.stepOver();
  await expect(phone.page.getByText("老旧路灯多，建议三年内分批更换。")).toBeVisible(SENT);
  await phone.page.getByRole("radio").first().click();
  expect(await barriers(phone.page)).toEqual([]);
  await phone.tap("button", "正式提交");
  await phone.stepOver();
  await expect(phone.page.getByText(/第\d+号/).first()).toBeVisible(SENT);
  await expect(phone.page.getByText("待签收").first()).toBeVisible(SENT);
  expect(phone.faults()).toEqual([]);
  await phone.close();
});

test("what was published on the phone is taken off again there", async ({ page, browser }) => {
  const { base_url } = stack();
  const sent = await submit(page, `浏览器测试 ${Date.now()}：健身器材坏了。`, CONSENT);
  const phone = await Phone.of(browser, SMALL);
  await phone.openCase(sent);
  await phone.write("器材今天已经修好。");
  await phone.tap("button", "发送答复");
  await phone.stepOver();
  await expect(phone.page.getByText("已经答复")).toBeVisible(SENT);

  const [id, headers] = [phone.caseId, await otherPhone(page)];
  await checked(page, id, headers);
  await phone.act("公开办理结果");
  await phone.page.getByRole("checkbox").click();
  await phone.tap("button", "公开");
  await phone.stepOver();
  const token = async () => (await draftOf(page, id, headers)).released_token;
  await expect.poll(token, SENT).toBeTruthy();
  const address = `${base_url}/open/cases/${await token()}`;
  const status = async () => (await page.request.get(address)).status();
  expect(await status()).toBe(200);
  await expect(phone.page.getByText("办理", { exact: true })).toBeVisible(SENT);
  await phone.act("停止公开");
  await phone.page.getByRole("textbox", { name: "为什么不再公开" }).fill("居民来电，不想再公开。");
  expect(await barriers(phone.page)).toEqual([]);
  await phone.tap("button", "停止公开");
  await phone.stepOver();
  await expect.poll(status, SENT).toBe(404);
  expect(phone.faults()).toEqual([]);
  await phone.close();
});

test("marked words are shown, looked at, and changed before a case is published", async ({ page, browser }) => {
  const sent = await submit(page, `浏览器测试 ${Date.now()}：棋牌室天天有人赌博。`, CONSENT);
  const phone = await Phone.of(browser, SMALL);
  await phone.openCase(sent);
  await phone.write("已经请派出所去看过。");
  await phone.tap("button", "发送答复");
  await phone.stepOver();
  await expect(phone.page.getByText("已经答复")).toBeVisible(SENT);

  const [id, headers] = [phone.caseId, await otherPhone(page)];
  await phone.act("公开办理结果");
  await expect(phone.page.getByText("系统标出了要人看一眼的内容")).toBeVisible();
  // Once in the title, once in the text.
  await expect(phone.page.locator(".marked")).toHaveText(["赌博", "赌博"]);
  await phone.page.getByRole("textbox", { name: "标题" }).fill("棋牌室扰民");
  await expect(phone.page.locator(".marked")).toHaveText(["赌博"]);
  expect(await barriers(phone.page)).toEqual([]);
  await phone.page.getByRole("checkbox", { name: /从头到尾/ }).click();
  await expect(phone.page.getByText("标出的内容看过后，在上面打勾")).toBeVisible();
  await phone.page.getByRole("checkbox", { name: /标出的我都看过了/ }).click();
  await phone.tap("button", "公开");
  await phone.stepOver();
  await expect.poll(async () => (await draftOf(page, id, headers)).released_token, SENT).toBeTruthy();
  expect((await draftOf(page, id, headers)).title).toBe("棋牌室扰民");
  expect(phone.faults()).toEqual([]);
  await phone.close();
});

test("words that are marked only as they are written come back to be looked at", async ({ page, browser }) => {
  const { base_url } = stack();
  const sent = await submit(page, `浏览器测试 ${Date.now()}：小区门口堆着沙子。`, CONSENT);
  const phone = await Phone.of(browser, SMALL);
  await phone.openCase(sent);
  await phone.write("沙子今天已经运走。");
  await phone.tap("button", "发送答复");
  await phone.stepOver();
  await expect(phone.page.getByText("已经答复")).toBeVisible(SENT);

  const [id, headers] = [phone.caseId, await otherPhone(page)];
  await checked(page, id, headers);
  await phone.act("公开办理结果");
  await phone.page.getByRole("textbox", { name: "答复" }).fill("沙子今天已经运走，那里也不再有人赌博。");
  await phone.page.getByRole("checkbox", { name: /从头到尾/ }).click();
  await phone.tap("button", "公开");
  await phone.stepOver();
  await expect(phone.page.getByText(/没有发出，请/).first()).toBeVisible(SENT);
  await phone.page.goto(`${base_url}/deputy/#/pages/outbox/index`);
  await phone.tap("button", "拿回来修改");
  await expect(phone.page.getByText(/检查标出了：赌博/)).toBeVisible();
  expect(await barriers(phone.page)).toEqual([]);
  await phone.page.getByRole("checkbox", { name: /标出的我都看过了/ }).click();
  await phone.tap("button", "公开");
  await phone.stepOver();
  await expect.poll(async () => (await draftOf(page, id, headers)).released_token, SENT).toBeTruthy();
  expect(phone.faults()).toEqual([expect.stringMatching(/^422 .*\/release$/)]);
  await phone.close();
});

test("a deputy says by which channels and at which hours to be reminded", async ({ page, browser }) => {
  const sent = await submit(page, `浏览器测试 ${Date.now()}：怎样提醒。`);
  const phone = await Phone.of(browser, SMALL);
  await phone.openCase(sent);
  const settings = `${stack().base_url}/deputy/#/mine/settings/index`;
  await phone.page.goto(settings);
  await phone.tap("link", "怎样提醒我");
  const quiet = phone.page.getByRole("checkbox", { name: /夜里不打扰/ });
  const before = await quiet.getAttribute("aria-checked");
  if (before !== "true") await quiet.click();
  // Half a day from now, whenever now is: the other tests wait for this deputy's messages.
  const [from, until] = [clockTime(11), clockTime(13)];
  await phone.page.getByRole("textbox", { name: "从几点起" }).fill(from.replace(":", ""));
  await expect(phone.page.getByText("写成 22:00 这样的时刻。")).toBeVisible();
  await phone.page.getByRole("textbox", { name: "从几点起" }).fill(from);
  await phone.page.getByRole("textbox", { name: "到几点止" }).fill(until);
  expect(await barriers(phone.page)).toEqual([]);
  await phone.tap("button", "保存");
  await expect(phone.page.getByText("已经保存。")).toBeVisible();
  await phone.page.reload();
  await expect(phone.page.getByRole("textbox", { name: "从几点起" })).toHaveValue(from);
  expect(phone.faults()).toEqual([]);
  await phone.close();
});
