import { readFileSync } from "node:fs";
import { expect, test, type Page } from "@playwright/test";
import { allowPushes, Phone, SENT, SMALL } from "../support/deputy";
import { submit, type Submitted } from "../support/resident";
import { stack } from "../support/stack";
import { barriers, keepPicture } from "../support/watch";

/** Every page that pages.json names, so that a new one is looked at without being named here. */
function screens(): string[] {
  const text = readFileSync(new URL("../../../web/deputy/src/pages.json", import.meta.url), "utf8");
  const { pages, subPackages } = JSON.parse(text.replace(/^\s*\/\/.*$/gm, "")) as {
    pages: { path: string }[];
    subPackages: { root: string; pages: { path: string }[] }[];
  };
  const all = [...pages.map(({ path }) => path), ...subPackages.flatMap(({ root, pages }) => pages.map(({ path }) => `${root}/${path}`))];
  // The receipt is the resident's page, and is looked at there.
  return all.filter((path) => path !== "pages/receipt/index");
}

/** What keeps a thumb or a tired eye out: too small to press, or wider than the phone. */
async function cramped(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    if (document.documentElement.scrollWidth > window.innerWidth) found.push(`wider than the phone: ${document.documentElement.scrollWidth}`);
    for (const element of document.querySelectorAll('[role="button"], [role="link"], [role="radio"], [role="checkbox"], button, a')) {
      const { width, height } = element.getBoundingClientRect();
      if (height > 0 && (height < 44 || width < 44)) found.push(`${element.textContent?.trim()}: ${Math.round(width)} × ${Math.round(height)}`);
    }
    return found;
  });
}

/** Looks at what is shown now, and keeps a picture if wanted. */
async function look(phone: Phone, picture: string): Promise<string[]> {
  await phone.idle();
  await keepPicture(phone.page, picture.replaceAll("/", "-"));
  return [...(await barriers(phone.page)), ...(await cramped(phone.page))].map((problem) => `${picture}: ${problem}`);
}

const screen = (path: string) => `${stack().base_url}/deputy/#/${path}`;

async function lookAtAll(phone: Phone, id: string, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const path of screens()) {
    await phone.page.goto("about:blank");
    await phone.page.goto(`${screen(path)}?id=${id}`);
    await expect(phone.page.getByRole("heading", { level: 1 }).first()).toBeVisible();
    found.push(...(await look(phone, `${name}-${path}`)));
  }
  return found;
}

/** What the screens show when nothing is there, when nothing can be read, and when somebody else was faster. */
async function lookAtStates(phone: Phone, sent: Submitted, name: string): Promise<string[]> {
  const { page } = phone;
  const found: string[] = [];
  const see = async (words: string | RegExp, picture: string) => {
    await expect(page.getByText(words).first()).toBeVisible(SENT);
    found.push(...(await look(phone, `${name}-state-${picture}`)));
  };
  const lists = /\/api\/v1\/(inbox|handovers|me\/messages)(\?|$)/;
  await page.route(lists, (route) => route.fulfill({ json: { items: [], next_cursor: null } }));
  for (const [path, words] of [["pages/home/index", "都办完了，辛苦您了"], ["pages/list/index", "这里没有来信"], ["pages/messages/index", "还没有消息"]] as const) {
    await page.goto(screen(path));
    await see(words, `empty-${path}`);
  }
  await page.unroute(lists);
  await page.route(lists, (route) => route.fulfill({ status: 503, json: {} }));
  await page.goto(screen("pages/home/index"));
  await page.goto(screen("pages/messages/index"));
  await see("没有读到内容", "failed");
  await page.unroute(lists);

  await phone.openCase(sent);
  await page.getByRole("button", { name: "其他办理" }).click();
  await see("受理", "sheet");
  await page.keyboard.press("Escape");
  await page.context().setOffline(true);
  await phone.write("先写好。");
  await phone.tap("button", "发送答复");
  await see(/联网后/, "offline");
  await phone.tap("button", /^撤回/);
  await page.context().setOffline(false);
  const conflict = { code: "already_answered", title: "已有变化", detail: "这件来信刚刚有人办过。" };
  await page.route("**/api/v1/submissions/*/answers", (route) => route.fulfill({ status: 409, json: conflict }));
  await phone.tap("button", "发送答复");
  await phone.stepOver();
  await see(/没有发出/, "conflict");
  await phone.tap("button", "查看待发内容");
  await see("您写的内容还在，没有发出。", "conflict-whole");
  await phone.tap("button", "不发了");
  await see("写好的内容会删掉。", "question");
  await phone.tap("button", "删掉");
  await see("没有待发的内容", "empty-outbox");
  return found;
}

for (const [name, size] of [["normal", null], ["large", "特大"]] as const) {
  test(`every screen at 360×640, ${name} text`, async ({ page, browser }) => {
    test.setTimeout(360_000);
    const sent = await submit(page, `浏览器测试 ${Date.now()}：看看每一屏。`);
    const phone = await Phone.of(browser, SMALL);
    await phone.openCase(sent);
    const id = phone.caseId;
    if (size) {
      await phone.page.goto(screen("mine/settings/index"));
      await phone.page.getByRole("radio", { name: size }).click();
    }
    expect(await lookAtAll(phone, id, name)).toEqual([]);
    expect(phone.faults()).toEqual([]);
    await allowPushes(page);
    expect(await lookAtStates(phone, sent, name)).toEqual([]);
    await phone.close();
  });
}

const ms = (time: number | undefined) => `${Math.round(time ?? NaN)} ms`;

/**
 * Marks on the page's own clock when its frame stands, when that is painted and a press would be answered, and when the
 * case with this text stands in it: asking from outside costs its time.
 */
function markWhatIsShown(text: string): void {
  const observer = new MutationObserver((changes) => {
    const frame = performance.getEntriesByName("frame").length > 0;
    if (!frame && document.querySelector("[role=heading][aria-level='1']")) {
      performance.mark("frame");
      // A message has its turn where a press would have it: after the painting, and after what else is still to be run.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => performance.mark("pressable");
        port2.postMessage(null);
      });
    }
    if (!changes.some((change) => [...change.addedNodes].some((node) => node.textContent?.includes(text)))) return;
    performance.mark("list");
    observer.disconnect();
  });
  observer.observe(document, { childList: true, subtree: true });
}

/** The page's own time of each mark, once all are there. */
async function marks(page: Page, names: string[]): Promise<number[]> {
  await page.waitForFunction((all) => all.every((name) => performance.getEntriesByName(name).length > 0), names);
  return page.evaluate((all) => all.map((name) => performance.getEntriesByName(name)[0]?.startTime ?? NaN), names);
}

// The first time everything comes over the network; afterwards the browser has kept the app itself.
for (const visit of ["first", "later"]) {
  test(`how soon the ${visit} visit can be used on a slow phone`, async ({ page, browser }) => {
    const sent = await submit(page, `浏览器测试 ${Date.now()}：慢的手机。`);
    let phone = await Phone.of(browser);
    await phone.openCase(sent);
    if (visit === "first") {
      // Signed in already, in a browser that has never read a line of the app: what is compiled is kept beside the page.
      const storageState = await phone.page.context().storageState();
      await phone.close();
      phone = await Phone.of(browser, { serviceWorkers: "block", storageState });
    }
    // Nothing in the cache of HTTP either.
    const devtools = await phone.page.context().newCDPSession(phone.page);
    await devtools.send("Network.enable");
    await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
    await devtools.send("Network.emulateNetworkConditions", {
      offline: false, latency: 562.5, downloadThroughput: (1.44 * 1024 * 1024) / 8, uploadThroughput: (675 * 1024) / 8,
    });
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    let bytes = 0;
    devtools.on("Network.loadingFinished", ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await phone.page.goto("about:blank");
    await phone.page.addInitScript(markWhatIsShown, sent.text);
    await phone.page.goto(`${stack().base_url}/deputy/`);
    await expect(phone.page.getByText(sent.text).first()).toBeVisible();
    const [frame, pressable, list] = await marks(phone.page, ["frame", "pressable", "list"]);
    const figures = { "frame shown": ms(frame), pressable: ms(pressable), "list shown": ms(list), transferred: `${Math.round(bytes / 1024)} KB` };
    for (const [type, description] of Object.entries(figures)) {
      test.info().annotations.push({ type: `${visit} visit, 4× CPU, slow 4G: ${type}`, description });
      console.log(`${visit} visit, 4× CPU, slow 4G: ${type}: ${description}`);
    }
    // The time belongs to the machine; the bytes belong to the build.
    expect(bytes).toBeLessThan(250 * 1024);
    await phone.close();
  });
}
