import { createRequire } from "node:module";
import { expect, test, type BrowserContext, type Page, type Request } from "@playwright/test";
import type axe from "axe-core";
import { stack } from "./stack";

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Collects what no page may do: errors in the console, and requests to anybody else. */
export function watch(page: Page): { errors: string[]; foreign: string[] } {
  const seen = { errors: [] as string[], foreign: [] as string[] };
  const own = [stack().base_url, stack().simulator_url];
  page.on("pageerror", (error) => seen.errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") seen.errors.push(message.text());
  });
  page.on("request", (request) => {
    const url = request.url();
    const inside = /^(data|blob|about):/.test(url);
    if (!inside && !own.some((base) => url.startsWith(`${base}/`))) seen.foreign.push(url);
  });
  return seen;
}

/** As long without a request means that nothing more comes by itself. */
const QUIET_MS = 500;

/** However long no request comes: a page that shows something for ever, like a wheel that turns, has hardly a free moment. */
const FREE_MS = 1_000;

/**
 * Gives a wait until no request is under way, none was for a moment, and the page is done with what came: a slow one asks
 * for more only then. `networkidle` would wait for ever: the stream of hints never ends. To be called before the page is
 * opened.
 */
export function quiet(page: Page): () => Promise<void> {
  const open = new Set<Request>();
  let last = Date.now();
  page.on("request", (request) => {
    if (request.url().endsWith("/api/v1/me/events")) return;
    open.add(request);
    last = Date.now();
  });
  const over = (request: Request) => {
    if (open.delete(request)) last = Date.now();
  };
  page.on("requestfinished", over);
  page.on("requestfailed", over);
  const isQuiet = () => open.size === 0 && Date.now() - last >= QUIET_MS;
  const isOver = async () => {
    if (!isQuiet()) return false;
    const before = last;
    // While it leads elsewhere nobody answers.
    const isFree = page.evaluate((ms) => new Promise((done) => requestIdleCallback(() => done(true), { timeout: ms })), FREE_MS);
    return (await isFree.catch(() => false)) === true && last === before && isQuiet();
  };
  return () => expect.poll(isOver, { intervals: [100], timeout: 60_000 }).toBe(true);
}

/** Returns when nothing fades or moves any more; what turns for as long as somebody waits is left out. */
export async function still(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const finite = (animation: Animation) => animation.effect?.getComputedTiming().endTime !== Infinity;
    for (;;) {
      // What was put into the page just now begins to fade in with the frame after the next.
      await frame();
      await frame();
      const moving = document.getAnimations().filter((animation) => animation.playState === "running" && finite(animation));
      if (moving.length === 0) return;
      await Promise.allSettled(moving.map((animation) => animation.finished));
    }
  });
}

/** What keeps people out of a page, by axe; one line a violation. The context needs `bypassCSP`. */
export async function barriers(page: Page): Promise<string[]> {
  // What was put into a page stays there until another one is opened.
  if (!(await page.evaluate(() => "axe" in window))) await page.addScriptTag({ path: axePath });
  // Half faded in, the words of a dialog are pale.
  await still(page);
  return page.evaluate(async () => {
    const { axe: inPage } = window as unknown as { axe: typeof axe };
    // Each rule looks at every element all the same. What passed is only not listed one by one: of a long table that took
    // longer than looking, and it stays in the page.
    const { violations } = await inPage.run({ resultTypes: ["violations"] });
    return violations.flatMap((found) => found.nodes.map((node) => `${found.id}: ${node.target.join(" ")} (${found.help})`));
  });
}

/**
 * Keeps a picture of all of a page, if `MINYI_SCREENSHOTS` names a folder for them: they are for people, no test is decided
 * by one, and hundreds take minutes.
 */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env.MINYI_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

/** Longer than any context takes to close that does. */
const CLOSING_MS = 10_000;

/**
 * Closes a context. Chromium once never said that it was closed: a test that had said everything hung here until its time
 * was over. Then it is said, and gone on: what is left goes with the browser.
 */
export async function leave(context: BrowserContext): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<true>((resolve) => {
    timer = setTimeout(resolve, CLOSING_MS, true);
  });
  // What a test has put between a page and the server may still be at work, and is not waited for.
  const alone = Promise.all(context.pages().map((page) => page.unrouteAll({ behavior: "ignoreErrors" }))).catch(() => undefined);
  const closed = alone.then(() => context.close());
  // When nobody waits for it any more, its failing is nobody's either.
  closed.catch(() => undefined);
  try {
    if (await Promise.race([closed, late])) console.log(`a context was not closed within ${CLOSING_MS / 1000} s: ${test.info().title}`);
  } finally {
    clearTimeout(timer);
  }
}
