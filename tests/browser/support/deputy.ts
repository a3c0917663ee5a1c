import { expect, type APIRequestContext, type Browser, type BrowserContextOptions, type Page } from "@playwright/test";
import type { Submitted } from "./resident";
import { stack } from "./stack";
import { leave, quiet, watch } from "./watch";

/** The smallest phone that the client is made for. */
export const SMALL = { viewport: { width: 360, height: 640 } };

/** Ten seconds in which it can be taken back, and room for a busy machine. */
export const SENT = { timeout: 60_000 };

/** As long the client lets a decision be taken back. */
const UNDO_MS = 10_000;

/** The deputy's phone. It counts every press, as the person would. */
export class Phone {
  taps = 0;
  private readonly refused: string[] = [];
  private hasClock = false;
  private readonly seen: ReturnType<typeof watch>;
  /** Waits until nothing is under way any more. */
  readonly idle: ReturnType<typeof quiet>;

  private constructor(readonly page: Page) {
    this.seen = watch(page);
    this.idle = quiet(page);
    // The browser itself tells of every refusal; here the address belongs to it. 401 is how the client learns that it
    // has to sign in.
    page.on("response", (answer) => {
      if (answer.status() >= 400 && answer.status() !== 401) this.refused.push(`${answer.status()} ${answer.url()}`);
    });
  }

  /** What no page of the client may do, and requests that were refused. */
  faults(): string[] {
    const errors = this.seen.errors.filter((words) => !words.startsWith("Failed to load resource"));
    return [...errors, ...this.seen.foreign, ...this.refused];
  }

  static async of(browser: Browser, options: BrowserContextOptions = {}): Promise<Phone> {
    return new Phone(await (await browser.newContext({ bypassCSP: true, ...options })).newPage());
  }

  async tap(role: "button" | "link" | "radio", name: string | RegExp): Promise<void> {
    this.taps += 1;
    await this.page.getByRole(role, { name }).first().click();
  }

  /** Taps the message about this submission among the phone's notices. */
  async tapMessage(number: string): Promise<void> {
    const { simulator_url, deputy } = stack();
    await this.page.goto(`${simulator_url}/phone/${deputy.openid}`);
    this.taps += 1;
    // A message that comes meanwhile moves the others away under a finger.
    await this.page.getByRole("link").filter({ hasText: number }).first().press("Enter");
    await this.page.waitForURL(/\/deputy\//);
  }

  /** Opens the case from its message. */
  async openCase({ number, text }: Pick<Submitted, "number" | "text">): Promise<void> {
    await this.tapMessage(number);
    await expect(this.page.getByText(text)).toBeVisible();
  }

  /** Chooses the size of the letters, from the message of an earlier submission; presses count from now on. */
  async enlarge(earlier: Submitted, size: string): Promise<void> {
    await this.openCase(earlier);
    await this.page.goto(`${stack().base_url}/deputy/#/mine/settings/index`);
    await this.tap("radio", new RegExp(size));
    await expect(this.page.getByRole("radio", { name: size })).toHaveAttribute("aria-checked", "true");
    this.taps = 0;
  }

  async write(text: string): Promise<void> {
    await this.tap("button", "答复居民");
    await this.fill(text);
  }

  async fill(text: string): Promise<void> {
    await this.page.getByRole("textbox", { name: "答复内容" }).fill(text);
  }

  /** Chooses what stands behind 其他办理 on a case. */
  async act(name: string | RegExp): Promise<void> {
    await this.page.getByRole("button", { name: /^(其他)?办理$/ }).click();
    await this.page.getByRole("dialog").getByRole("button", { name }).click();
  }

  /**
   * Steps over the ten seconds in which what was just pressed can be taken back: a test that is not about them need not wait.
   *
   * The first step gives the pages Playwright's clock, which goes on by itself as the real one does, ahead of it by what
   * was stepped over; until then, and so for whoever never steps, all is real. The client counts down by looking at the
   * time each second, so it does not matter that what was already set to go off cannot be hurried. Nothing is on its way
   * meanwhile: the client would give up a request that seems to take so long. The server, the service worker and what
   * waits in the test itself keep the real time.
   */
  async stepOver(): Promise<void> {
    await this.idle();
    if (!this.hasClock) await this.page.clock.install();
    this.hasClock = true;
    await this.page.clock.fastForward(UNDO_MS);
  }

  /** The id of the submission whose page is open. */
  get caseId(): string {
    return /[?&]id=([\w-]+)/.exec(this.page.url())?.[1] ?? "";
  }

  async close(): Promise<void> {
    await leave(this.page.context());
  }
}

/** The bearer token of somebody's WeChat; `null`: it belongs to no account. */
export async function tokenOf(request: APIRequestContext, openid: string): Promise<string | null> {
  const { base_url, simulator_url } = stack();
  const code = await request.post(`${simulator_url}/_sim/users/${openid}/js_code`);
  const { js_code } = (await code.json()) as { js_code: string };
  const session = await request.post(`${base_url}/api/v1/sessions/wechat`, { data: { js_code } });
  return session.ok() ? ((await session.json()) as { access_token: string }).access_token : null;
}

/** A message of WeChat as the simulator keeps it. */
interface Message {
  page: string;
  data: Record<string, { value: string }>;
}

/** What the deputy's WeChat was sent about a submission. */
export async function messagesAbout(page: Page, number: string): Promise<Message[]> {
  const { simulator_url, deputy } = stack();
  const answer = await page.request.get(`${simulator_url}/_sim/users/${deputy.openid}/messages`);
  const { items } = (await answer.json()) as { items: Message[] };
  return items.filter(({ data }) => data.character_string1?.value === number);
}

interface Pushes {
  remaining: number;
  words: string;
  templates: { template_id: string; remaining: number }[];
}

/** The deputy's ledger of WeChat's pushes, and what makes it so. */
export async function ledger(page: Page): Promise<Pushes> {
  const answer = await page.request.get(`${stack().base_url}/api/v1/me/home`, { headers: await otherPhone(page) });
  return ((await answer.json()) as { pushes: Pushes }).pushes;
}

/** As if the deputy had answered WeChat's question about the first so many templates. */
export async function answerPushes(page: Page, word: "accept" | "reject", most = Infinity): Promise<void> {
  const asked = (await ledger(page)).templates.slice(0, most);
  const results = Object.fromEntries(asked.map(({ template_id }) => [template_id, word]));
  const headers = await otherPhone(page);
  const answer = await page.request.post(`${stack().base_url}/api/v1/me/push-permissions`, { headers, data: { results } });
  expect(answer.status(), await answer.text()).toBe(200);
}

/** More than one test uses up. */
const PLENTY = 8;

/** As many as are enough, whatever was left, so that no action is followed by the question. */
export async function allowPushes(page: Page): Promise<void> {
  const few = async () => (await ledger(page)).templates.some(({ remaining }) => remaining < PLENTY);
  for (let times = 0; times < PLENTY && (await few()); times += 1) await answerPushes(page, "accept");
}

/** What the same deputy sends along on another phone. */
export async function otherPhone(page: Page): Promise<{ authorization: string }> {
  return { authorization: `Bearer ${await tokenOf(page.request, stack().deputy.openid)}` };
}

/** What is not yet taken by a channel, or not yet written down as taken. */
const ON_ITS_WAY = ["outbox", "stream", "sending"];

/** Waits until every message is out and counted: from then on the ledger changes by what is said alone. */
export async function allDelivered(page: Page): Promise<void> {
  const { base_url, console: admin } = stack();
  const headers = await asStaff(page.request, admin.username);
  const left = async () => {
    const answer = await page.request.get(`${base_url}/api/v1/health/delivery`, { headers });
    const { stages } = (await answer.json()) as { stages: { stage: string; count: number }[] };
    return stages.filter(({ stage, count }) => ON_ITS_WAY.includes(stage) && count > 0);
  };
  await expect.poll(left, SENT).toEqual([]);
}

/** What the station of the first code sends along. */
export const asStation = (request: APIRequestContext) => asStaff(request, stack().station);

async function asStaff(request: APIRequestContext, username: string): Promise<{ authorization: string }> {
  const { base_url, console: admin } = stack();
  const session = await request.post(`${base_url}/api/v1/sessions`, { data: { username, password: admin.password } });
  expect(session.status()).toBe(201);
  return { authorization: `Bearer ${((await session.json()) as { access_token: string }).access_token}` };
}
