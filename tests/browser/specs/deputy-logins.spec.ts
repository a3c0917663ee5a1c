import { expect, test, type APIRequestContext } from "@playwright/test";
import { asStation, Phone, SENT, SMALL, tokenOf } from "../support/deputy";
import { Desk } from "../support/desk";
import { startMiniProgram } from "../support/mini";
import { readCode } from "../support/qr";
import { stack } from "../support/stack";
import { barriers } from "../support/watch";

// What a mini-program still has on its way when a test has seen enough is not waited for.
test.afterEach(({ page }) => page.unrouteAll({ behavior: "ignoreErrors" }));

interface Account {
  deputy_id: string;
  name: string;
}

/** Deputies of the station, without the one of the other tests. */
async function colleagues(request: APIRequestContext): Promise<[Account, Account]> {
  const answer = await request.get(`${stack().base_url}/api/v1/deputies/accounts?limit=100`, { headers: await asStation(request) });
  const { items } = (await answer.json()) as { items: Account[] };
  const [one, two] = items.filter(({ name }) => name !== stack().deputy.name);
  if (!one || !two) throw new Error("the station has too few deputies");
  return [one, two];
}

test("the printed card's code, scanned, leads a deputy in, once", async ({ page, browser }) => {
  const [deputy] = await colleagues(page.request);
  const desk = await Desk.of(browser, stack().station);
  await desk.open("/desk/deputies");
  const line = desk.page.getByRole("region", { name: deputy.name });
  await line.getByText("发邀请", { exact: true }).click();
  await line.getByRole("button", { name: "生成邀请卡" }).click();
  await desk.page.emulateMedia({ media: "print" });
  const url = await readCode(desk.page.getByRole("img", { name: /二维码/ }));
  await desk.page.emulateMedia({ media: null });
  await desk.close();

  const phone = await Phone.of(browser, SMALL);
  await phone.page.goto(url);
  await phone.tap("button", "用邀请码登录");
  await expect(phone.page.getByText(`${deputy.name}，您好`)).toBeVisible(SENT);
  expect(await barriers(phone.page)).toEqual([]);
  await phone.page.evaluate(() => localStorage.clear());
  await phone.page.goto("about:blank");
  const invitation = /invitation=(\w+)/.exec(url)?.[1] ?? "";
  await phone.page.goto(`${stack().base_url}/deputy/#/pages/login/index`);
  await phone.page.getByRole("textbox", { name: "邀请码" }).fill(invitation.toLowerCase());
  await phone.tap("button", "用邀请码登录");
  await expect(phone.page.getByText(/邀请码不对、用过了或者过期了/)).toBeVisible();
  await expect(phone.page.getByText(`${deputy.name}，您好`)).toHaveCount(0);
  await phone.close();
});

test("a deputy binds WeChat by phone number, and comes in elsewhere by a code sent to it", async ({ page, browser }) => {
  const { base_url, simulator_url } = stack();
  const [, deputy] = await colleagues(page.request);
  const headers = await asStation(page.request);
  const number = `139${String(Date.now()).slice(-8)}`;
  const openid = `phone-${Date.now()}`;
  await page.request.post(`${simulator_url}/_sim/users`, { data: { openid, name: deputy.name, phone: number } });
  const account = `${base_url}/api/v1/deputies/${deputy.deputy_id}`;
  // The demonstration's deputies have come in already: this one has lost the phone.
  expect((await page.request.delete(`${account}/binding`, { headers })).ok()).toBe(true);
  const invited = await page.request.post(`${account}/invitations`, { headers, data: { phone: number } });
  expect(invited.status(), await invited.text()).toBe(201);

  const wechat = await Phone.of(browser, SMALL);
  await wechat.page.goto(`${simulator_url}/_sim/users/${openid}/open`);
  await wechat.tap("button", "用微信手机号登录");
  // The person's no is taken, and said.
  await expect(wechat.page.getByRole("dialog", { name: "微信模拟器" })).toBeVisible();
  expect(await barriers(wechat.page)).toEqual([]);
  await wechat.page.getByText("拒绝", { exact: true }).click();
  await expect(wechat.page.getByText(/没有得到手机号/)).toBeVisible();
  expect(await barriers(wechat.page)).toEqual([]);
  await wechat.tap("button", "用微信手机号登录");
  await wechat.page.getByText("允许", { exact: true }).click();
  await expect(wechat.page.getByText(`${deputy.name}，您好`)).toBeVisible(SENT);
  await wechat.close();

  const phone = await Phone.of(browser, SMALL);
  await phone.page.goto(`${base_url}/deputy/`);
  await phone.page.getByRole("textbox", { name: "手机号" }).fill(number);
  await phone.tap("button", "发送验证码");
  await expect(phone.page.getByText(/验证码已经发出/)).toBeVisible();
  expect(await barriers(phone.page)).toEqual([]);
  const texts = async () => {
    const answer = await page.request.get(`${simulator_url}/_sim/texts?phone=${number}`);
    const { items } = (await answer.json()) as { items: { phone: string; text: string }[] };
    return /\d{6}/.exec(items.at(-1)?.text ?? "")?.[0];
  };
  await expect.poll(texts, SENT).toBeTruthy();
  const code = (await texts()) ?? "";
  const field = phone.page.getByRole("textbox", { name: "验证码" });
  await field.fill(code === "000000" ? "000001" : "000000");
  await phone.tap("button", "登录");
  await expect(phone.page.getByText(/验证码不对/)).toBeVisible();
  await field.fill(code);
  await phone.tap("button", "登录");
  await expect(phone.page.getByText(`${deputy.name}，您好`)).toBeVisible(SENT);
  // A browser cannot switch WeChat's messages on: it says so, and leads to what can be chosen instead.
  await expect(phone.page.getByText(/在浏览器里不能开启微信提醒/)).toBeVisible();
  expect(await barriers(phone.page)).toEqual([]);
  await phone.tap("link", "怎样提醒我");
  await expect(phone.page.getByRole("heading", { name: "怎样提醒我" })).toBeVisible();
  await phone.close();
});

/** A deputy on duty today at the station of the first code, who has not signed in yet. */
async function onDuty(request: APIRequestContext): Promise<string> {
  const { base_url, simulator_url, codes } = stack();
  const code = (await (await request.get(`${base_url}/api/v1/codes/${codes[0]}`)).json()) as { site: { name: string } };
  const users = (await (await request.get(`${simulator_url}/_sim/users`)).json()) as { openid: string }[];
  for (const { openid } of users) {
    const token = await tokenOf(request, openid);
    if (!token) continue;
    const answer = await request.get(`${base_url}/api/v1/me/home`, { headers: { authorization: `Bearer ${token}` } });
    if (!answer.ok()) continue;
    const { next_duty } = (await answer.json()) as { next_duty: { today: boolean; signed_in: boolean; site_name: string } | null };
    if (next_duty?.today && !next_duty.signed_in && next_duty.site_name === code.site.name) return openid;
  }
  throw new Error("nobody is on duty today at the station of the first code");
}

test("a deputy on duty signs in by scanning the station's code", async ({ page, browser }) => {
  const { base_url, simulator_url, codes } = stack();
  const openid = await onDuty(page.request);
  await startMiniProgram(page, "mine/work/index", "", openid);
  await expect(page.getByText("扫站里的码签到")).toBeVisible();
  // What the camera sees: first something else, then what hangs on the station's wall.
  for (const [seen, said] of [["https://example.com/", /编号/], [`${base_url}/c/${codes[0]}`, /签到了/]] as const) {
    await page.evaluate((code) => Object.assign(window, { beforeCamera: code }), seen);
    await page.getByText("扫站里的码签到").dispatchEvent("click");
    await expect(page.getByText(said).first()).toBeVisible();
  }
  // In today's card, and in the list of the days.
  await expect(page.getByText("已签到")).toHaveCount(2);

  // The browser's page says so too.
  const phone = await Phone.of(browser, SMALL);
  await phone.page.goto(`${simulator_url}/_sim/users/${openid}/open?page=mine/work/index`);
  await expect(phone.page.getByText("已签到")).toHaveCount(2);
  expect(await barriers(phone.page)).toEqual([]);
  await phone.close();
});
