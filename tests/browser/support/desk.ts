import { expect, type Browser, type Page } from "@playwright/test";
import { stack } from "./stack";
import { barriers, leave, watch } from "./watch";

/** A desk that somebody has logged in to with the password of the demonstration. */
export class Desk {
  private constructor(
    readonly page: Page,
    private readonly seen: ReturnType<typeof watch>,
  ) {}

  static async of(browser: Browser, username: string): Promise<Desk> {
    const page = await (await browser.newContext({ bypassCSP: true })).newPage();
    const desk = new Desk(page, watch(page));
    await page.goto(`${stack().base_url}/desk/login`);
    await page.getByLabel("账号").fill(username);
    await page.getByLabel("密码").fill(stack().console.password);
    await page.getByRole("button", { name: "登录" }).click();
    // The login itself lies at the desk.
    await page.waitForURL(({ pathname }) => pathname.startsWith("/desk") && pathname !== "/desk/login");
    return desk;
  }

  /** Opens a page of the desk that nothing keeps anybody out of. */
  async open(path: string): Promise<Page> {
    await this.page.goto(new URL(path, stack().base_url).href);
    await this.check();
    return this.page;
  }

  /** Nothing on the page keeps anybody out of it. */
  async check(): Promise<void> {
    // After a press the page may still be coming.
    await this.page.waitForLoadState();
    expect(await barriers(this.page)).toEqual([]);
  }

  /** Opens one of the folded forms of a case. */
  async unfold(summary: string | RegExp): Promise<void> {
    await this.page.locator("summary", { hasText: summary }).first().click();
  }

  /** Nothing went wrong behind the pages. */
  async close(): Promise<void> {
    expect(this.seen).toEqual({ errors: [], foreign: [] });
    await leave(this.page.context());
  }
}

/** The page of a case at the desk, found by its number. */
export async function caseOf(desk: Desk, number: string): Promise<string> {
  await desk.page.goto(`${stack().base_url}/desk/ledger?q=${number}`);
  const href = await desk.page.getByRole("link", { name: number }).first().getAttribute("href");
  return href ?? "";
}
