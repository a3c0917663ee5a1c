/** What could be published of a case (公开办理结果). */
import { expect, type Page } from "@playwright/test";
import { SENT } from "./deputy";
import { stack } from "./stack";

type Headers = Record<string, string>;

interface Draft {
  title: string;
  /** The check marked something that nobody has looked at, or has not come to an end. */
  needs_look: boolean;
  /** Published already. */
  released_token: string | null;
}

/** As it is read by whoever `headers` belong to. */
export async function draftOf(page: Page, id: string, headers: Headers): Promise<Draft> {
  const answer = await page.request.get(`${stack().base_url}/api/v1/submissions/${id}/release-draft`, { headers });
  return (await answer.json()) as Draft;
}

/** The letter is checked behind the scenes; until then, too, whoever publishes is asked to look at it. */
export async function checked(page: Page, id: string, headers: Headers): Promise<void> {
  const needsLook = async () => (await draftOf(page, id, headers)).needs_look;
  await expect.poll(needsLook, SENT).toBe(false);
}
