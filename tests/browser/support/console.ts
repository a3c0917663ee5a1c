import { expect, type Browser, type BrowserContextOptions, type Page } from "@playwright/test";
import { stack } from "./stack";
import { barriers, quiet, watch } from "./watch";

/** The screens on which the console has to be usable. */
export const SCREENS = {
  desk: { width: 1366, height: 768 },
  tablet: { width: 768, height: 1024 },
} as const;

/** A console that somebody has signed in to with the password of the demonstration. */
export class Console {
  private constructor(
    readonly page: Page,
    private readonly seen: ReturnType<typeof watch>,
    private readonly idle: ReturnType<typeof quiet>,
  ) {}

  /** Signs in; `options` chooses screen and colours. */
  static async of(browser: Browser, username: string, options: BrowserContextOptions = {}): Promise<Console> {
    const frame = { viewport: SCREENS.desk, isMobile: false, hasTouch: false, deviceScaleFactor: 1, userAgent: undefined };
    const page = await (await browser.newContext({ ...frame, bypassCSP: true, ...options })).newPage();
    const console = new Console(page, watch(page), quiet(page));
    await page.goto(`${stack().base_url}/console/login`);
    await console.signIn(username);
    return console;
  }

  /** Fills in the login that is shown. */
  async signIn(username: string): Promise<void> {
    await this.page.getByLabel("账号").fill(username);
    await this.page.getByLabel("密码").fill(stack().console.password);
    await this.page.getByRole("button", { name: "登录" }).click();
    await expect(this.page.getByRole("button", { name: "退出" })).toBeVisible();
  }

  /** Opens a page, by its address below `/console`, and waits until it has what it asked for. */
  async open(path: string): Promise<Page> {
    await this.page.goto(`${stack().base_url}/console${path}`);
    await this.settled();
    return this.page;
  }

  /** Nothing is on its way any more. */
  async settled(): Promise<void> {
    await expect(this.page.locator("h1").first()).toBeVisible();
    await this.idle();
    await expect(this.page.locator("[aria-busy=true]")).toHaveCount(0);
  }

  /** Nothing keeps anybody out of the page, and nothing of it lies beside the screen. */
  async check(): Promise<void> {
    expect(await barriers(this.page)).toEqual([]);
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide, "the page is wider than the screen").toBeLessThanOrEqual(0);
  }

  /** Looks at a page as a picture: on both screens, light and dark; `name` names the pictures. */
  async look(name: string): Promise<void> {
    for (const [screen, size] of Object.entries(SCREENS)) {
      await this.page.setViewportSize(size);
      for (const colorScheme of ["light", "dark"] as const) {
        await this.page.emulateMedia({ colorScheme });
        await this.settled();
        await this.page.screenshot({ path: `test-results/console/${name}-${screen}-${colorScheme}.png`, fullPage: true });
        await this.check();
      }
    }
    await this.page.setViewportSize(SCREENS.desk);
    await this.page.emulateMedia({ colorScheme: "light" });
  }

  /** Nothing went wrong behind the pages. Nobody is signed in at first, and 401 is how the console learns it. */
  async close(): Promise<void> {
    const errors = this.seen.errors.filter((words) => !/status of 401/.test(words));
    expect({ ...this.seen, errors }).toEqual({ errors: [], foreign: [] });
    await this.page.context().close();
  }
}
