/** What residents do, as their own programs would. */
import { expect, type Page } from "@playwright/test";
import { stack } from "./stack";

/** Words that no other test writes. */
export const unique = (text: string) => `浏览器测试 ${Date.now()}${Math.floor(Math.random() * 1000)}：${text}`;

/** A resident's submission. */
export interface Submitted {
  number: string;
  token: string;
  /** The address of its receipt, which ends with the token. */
  receipt: string;
  text: string;
}

/** Sends a submission to the first code; `more`: what else the form may hold. */
export async function submit(page: Page, text: string, more: Record<string, unknown> = {}): Promise<Submitted> {
  const { base_url, codes } = stack();
  const answer = await page.request.post(`${base_url}/api/v1/codes/${codes[0]}/submissions`, {
    headers: { "idempotency-key": crypto.randomUUID() },
    data: { kind: "problem", text, ...more },
  });
  expect(answer.status(), await answer.text()).toBe(201);
  const { number, receipt: token } = (await answer.json()) as { number: string; receipt: string };
  return { number, token, receipt: `${base_url}/r/${token}`, text };
}

/** What lets the answer be published. */
export const CONSENT = { publish_consent: true };

/** How often a resident sees this text on the receipt. */
export async function onReceipt(page: Page, receipt: string, text: string): Promise<number> {
  const answer = await page.request.get(receipt);
  return (await answer.text()).split(text).length - 1;
}
