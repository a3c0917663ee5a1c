import { expect, type Browser, type BrowserContextOptions, type Locator, type Page } from "@playwright/test";
import { stack } from "./stack";
import { totp } from "./totp";
import { barriers, keepPicture, leave, quiet, still, watch } from "./watch";

/** The screens on which the console has to be usable. */
export const SCREENS = {
  desk: { width: 1366, height: 768 },
  tablet: { width: 768, height: 1024 },
} as const;

/** What everybody chooses who comes in by a link. */
export const PASSWORD = "杏林路3号的Deng";

/**
 * Picks in a field that finds as one types: what ends with what is typed, a name or a code, or else the first or last one;
 * gives its name. A list that is about to be another one, unfolds or takes its place moves away under the click, and
 * nothing is chosen.
 */
export async function pick(page: Page, label: string, typed = "", which: "first" | "last" = "first"): Promise<string> {
  const field = page.getByLabel(label);
  await field.click();
  if (typed) {
    const found = page.waitForResponse((answer) => new URL(answer.url()).searchParams.get("q") === typed);
    await field.pressSequentially(typed);
    await found;
  }
  // The choices of closed lists are options too.
  const options = page.getByRole("option").filter({ visible: true });
  const option = (typed ? options.filter({ hasText: new RegExp(`${typed}(\\s|$)`) }) : options)[which]();
  await expect(option).toBeVisible();
  await still(page);
  const name = (await option.innerText()).trim().split(/\s/)[0] ?? "";
  await option.click();
  await expect(page.locator(".el-select").filter({ has: field })).toContainText(name);
  return name;
}

/** The whole label of the option that contains these words. */
export async function optionOf(select: Locator, words: string): Promise<string> {
  return ((await select.locator("option", { hasText: words }).first().textContent()) ?? "").trim();
}

/** A console that somebody has signed in to. */
export class Console {
  /** Of the second factor, if one was bound here: as the phone keeps it. */
  secret = "";

  private constructor(
    readonly page: Page,
    private readonly seen: ReturnType<typeof watch>,
    private readonly idle: ReturnType<typeof quiet>,
  ) {}

  private static async fresh(browser: Browser, options: BrowserContextOptions = {}): Promise<Console> {
    const frame = { viewport: SCREENS.desk, isMobile: false, hasTouch: false, deviceScaleFactor: 1, userAgent: undefined };
    const page = await (await browser.newContext({ ...frame, bypassCSP: true, ...options })).newPage();
    return new Console(page, watch(page), quiet(page));
  }

  /**
   * Is signed in with the password of the demonstration, and has nothing open yet: what a test looks at is opened at once.
   * The login's own page is gone through by those tests that are about it. `options` chooses screen and colours.
   */
  static async of(browser: Browser, username: string, options: BrowserContextOptions = {}): Promise<Console> {
    const { base_url, console: demonstration } = stack();
    const console = await Console.fresh(browser, options);
    const data = { username, password: demonstration.password };
    const answer = await console.page.request.post(`${base_url}/api/v1/sessions/browser`, { data });
    expect(answer.status(), await answer.text()).toBe(204);
    return console;
  }

  /** Comes in for the first time, by the link that a new account begins with; `pictures`: each step is looked at. */
  static async invited(browser: Browser, link: string, pictures?: string): Promise<Console> {
    const console = await Console.fresh(browser);
    const { page } = console;
    await page.goto(link);
    const look = async (step: string) => pictures && (await console.glance(`${pictures}-${step}`));
    await look("link");
    await page.getByRole("button", { name: "开始设置" }).click();
    await page.getByLabel("新密码", { exact: true }).fill(PASSWORD);
    // There is none yet that could be asked for.
    await expect(page.getByLabel("现在的密码")).toHaveCount(0);
    await page.getByLabel("再输一遍新密码").fill(PASSWORD);
    await look("password");
    await page.getByRole("button", { name: "保存新密码" }).click();
    const inside = page.getByRole("button", { name: "退出" });
    const obliged = page.getByRole("button", { name: "显示二维码" });
    await expect(inside.or(obliged)).toBeVisible();
    if (await obliged.isVisible()) {
      await obliged.click();
      console.secret = await page.locator("code").first().innerText();
      await look("enrol");
      await page.getByLabel("应用上显示的 6 位数字").fill(totp(console.secret));
      await page.getByRole("button", { name: "确认" }).click();
      await expect(page.getByText("绑定好了")).toBeVisible();
      await look("recovery");
      await page.getByRole("button", { name: "我已保存" }).click();
    }
    await expect(inside).toBeVisible();
    await console.settled();
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

  /** The case that is open stands there; letters that are like it have states too. */
  async stands(words: string): Promise<void> {
    await expect(this.page.locator("dt", { hasText: /^状态$/ }).locator("+ dd")).toContainText(words);
  }

  /** Nothing is on its way any more. */
  async settled(): Promise<void> {
    await expect(this.page.locator("h1").first()).toBeVisible();
    await this.idle();
    await expect(this.page.locator("[aria-busy=true]")).toHaveCount(0);
  }

  /** Nothing keeps anybody out of the page, and nothing of it lies beside the screen. */
  async check(): Promise<void> {
    await this.settled();
    await this.checkAsItIs();
  }

  /** The same of a page that waits for something. */
  async checkAsItIs(): Promise<void> {
    expect(await barriers(this.page)).toEqual([]);
    await this.checkWidth();
  }

  /** Charts and maps take the size of a new screen with its next frames. */
  private async checkWidth(): Promise<void> {
    const widths = () =>
      this.page.evaluate(async () => {
        for (let frames = 0; frames < 2; frames += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
        return { screen: window.innerWidth, beyond: Math.max(0, document.documentElement.scrollWidth - window.innerWidth) };
      });
    const fitting = { screen: this.page.viewportSize()?.width, beyond: 0 };
    await expect.poll(widths, "the page is wider than the screen").toEqual(fitting);
  }

  /** Looks at a page on both screens, light and dark; `name` names the pictures, if they are kept. */
  async look(name: string): Promise<void> {
    for (const screen of ["desk", "tablet"] as const) {
      for (const colorScheme of ["light", "dark"] as const) {
        await this.picture(name, screen, colorScheme);
        // Either colours and either screen once: what axe finds depends on one of them, never on the pair.
        if ((screen === "desk") === (colorScheme === "light")) expect(await barriers(this.page)).toEqual([]);
      }
    }
    await this.page.setViewportSize(SCREENS.desk);
    await this.page.emulateMedia({ colorScheme: "light" });
  }

  /** A shorter look, at a page of which another state is looked at elsewhere. */
  async glance(name: string): Promise<void> {
    await this.picture(name, "tablet", "dark");
    await this.picture(name, "desk", "light");
    expect(await barriers(this.page)).toEqual([]);
  }

  private async picture(name: string, screen: keyof typeof SCREENS, colorScheme: "light" | "dark"): Promise<void> {
    await this.page.setViewportSize(SCREENS[screen]);
    await this.page.emulateMedia({ colorScheme });
    await this.settled();
    await keepPicture(this.page, `console-${name}-${screen}-${colorScheme}`);
    await this.checkWidth();
  }

  /** Nothing went wrong behind the pages. Nobody is signed in at first, and 401 is how the console learns it; `refused`: what else was to be refused. */
  async close(...refused: number[]): Promise<void> {
    const expected = [401, ...refused].map((status) => `status of ${status}`);
    const errors = this.seen.errors.filter((words) => !expected.some((status) => words.includes(status)));
    expect({ ...this.seen, errors }).toEqual({ errors: [], foreign: [] });
    await leave(this.page.context());
  }
}
