import { expect, test, type APIRequestContext } from "@playwright/test";
import { Phone, submit } from "../support/deputy";
import { stack } from "../support/stack";
import { barriers } from "../support/watch";

/** Ten seconds in which it can be taken back, and room for a busy machine. */
const SENT = { timeout: 40_000 };

async function asStation(request: APIRequestContext): Promise<{ Authorization: string }> {
  const { base_url, station, console: admin } = stack();
  const session = await request.post(`${base_url}/api/v1/sessions`, { data: { username: station, password: admin.password } });
  expect(session.status()).toBe(201);
  return { Authorization: `Bearer ${((await session.json()) as { access_token: string }).access_token}` };
}

test("a deputy comes in by the station's invitation, once", async ({ page, browser }) => {
  const { base_url } = stack();
  const headers = await asStation(page.request);
  const accounts = await page.request.get(`${base_url}/api/v1/deputies/accounts`, { headers });
  const { items } = (await accounts.json()) as { items: { deputy_id: string; name: string }[] };
  const deputy = items[items.length - 1];
  const invited = await page.request.post(`${base_url}/api/v1/deputies/${deputy?.deputy_id}/invitations`, { headers, data: {} });
  expect(invited.status()).toBe(201);
  const { invitation, url } = (await invited.json()) as { invitation: string; url: string };

  const phone = await Phone.of(browser, { viewport: { width: 360, height: 640 } });
  // What the code on the card holds.
  await phone.page.goto(url);
  await phone.tap("button", "用邀请码登录");
  await expect(phone.page.getByText(`${deputy?.name}，您好`)).toBeVisible(SENT);
  expect(await barriers(phone.page)).toEqual([]);
  await phone.page.evaluate(() => localStorage.clear());
  await phone.page.goto("about:blank");
  await phone.page.goto(`${base_url}/deputy/#/pages/login/index`);
  await phone.page.getByRole("textbox", { name: "邀请码" }).fill(invitation.toLowerCase());
  await phone.tap("button", "用邀请码登录");
  await expect(phone.page.getByText(/邀请码不对、用过了或者过期了/)).toBeVisible();
  await expect(phone.page.getByText(`${deputy?.name}，您好`)).toHaveCount(0);
  await phone.close();
});

test("what a resident asks to talk about, the deputy confirms on the phone", async ({ page, browser }) => {
  const { base_url } = stack();
  const sent = await submit(page, `浏览器测试 ${Date.now()}：想当面说说停车的事。`);
  const receipt = sent.receipt.replace(`${base_url}/r/`, `${base_url}/api/v1/receipts/`);
  const slots = await page.request.get(`${receipt}/slots`);
  const { items } = (await slots.json()) as { items: { slot: string }[] };
  expect(items.length).toBeGreaterThan(0);
  const asked = await page.request.post(`${receipt}/appointments`, { data: { slot: items.at(-1)?.slot, note: "想当面说" } });
  expect(asked.status(), await asked.text()).toBe(201);

  const phone = await Phone.of(browser, { viewport: { width: 360, height: 640 } });
  await phone.openCase(sent);
  await expect(phone.page.getByText("等您确认")).toBeVisible();
  expect(await barriers(phone.page)).toEqual([]);
  await phone.tap("button", "确认，到时见");
  const state = async () => {
    const meetings = await page.request.get(`${receipt}/meetings`);
    return ((await meetings.json()) as { appointments: { state: string }[] }).appointments[0]?.state;
  };
  await expect.poll(state, SENT).toBe("confirmed");
  await expect(phone.page.getByText("等您确认")).toHaveCount(0, SENT);
  await phone.tap("button", "取消约见");
  await phone.page.getByRole("textbox", { name: /为什么取消/ }).fill("那天要开会，改日再约。");
  expect(await barriers(phone.page)).toEqual([]);
  await phone.tap("button", "取消约见");
  await expect.poll(state, SENT).toBe("cancelled");
  expect(phone.faults()).toEqual([]);
  await phone.close();
});
