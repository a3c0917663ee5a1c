/** What an installation is filled with by the console. */
import { expect } from "@playwright/test";
import { pick, type Console } from "./console";
import { book, type Row } from "./county";

/** A thousand rows are looked through in seconds, on a busy machine in many. */
const LOOKED_THROUGH = { timeout: 120_000 };

/** A workbook, headings first, is looked through and goes in whole. */
export async function bringIn(console: Console, kind: string, rows: readonly Row[]): Promise<void> {
  const page = await console.open(`/places/import?kind=${kind}`);
  await page.getByLabel("填好的文件").setInputFiles(book(rows));
  await page.getByRole("button", { name: "检查" }).click();
  await expect(page.getByRole("heading", { name: "没有错误，可以导入" })).toBeVisible(LOOKED_THROUGH);
  await page.getByRole("button", { name: "导入", exact: true }).click();
  await expect(page.getByRole("heading", { name: "已经导入" })).toBeVisible(LOOKED_THROUGH);
  await expect(page.locator("dl.facts")).toContainText(`增加${rows.length - 1}`);
}

/** Somebody who is to have an account. */
export interface Newcomer {
  username: string;
  name: string;
  role: string;
  /** Where: the label of the field, and what is typed there. */
  place?: [field: string, words: string];
}

/** A security administrator makes an account; its link comes back. `look`: at the form as it is filled in. */
export async function newAccount(security: Console, who: Newcomer, look?: () => Promise<void>): Promise<string> {
  const page = await security.open("/trust/accounts/new");
  await page.getByLabel("用户名").fill(who.username);
  await page.getByLabel("姓名").fill(who.name);
  await page.getByLabel("角色").selectOption({ label: who.role });
  if (who.place) await pick(page, ...who.place);
  await look?.();
  await page.getByRole("button", { name: "建立账号" }).click();
  await expect(page.getByText("账号建好了")).toBeVisible();
  return page.locator("code.link").innerText();
}
