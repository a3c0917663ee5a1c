import { expect, test, type Browser, type Page, type Request } from "@playwright/test";
import { Console } from "../support/console";
import { Phone, SMALL } from "../support/deputy";
import { submit, unique } from "../support/resident";
import { stack } from "../support/stack";
import { barriers } from "../support/watch";

/** From the resident's press to what an open page shows, without anybody touching it. */
const SOON = { timeout: 60_000 };
/** The stream opens after the first screen. */
const opened = (url: string) => url.endsWith("/api/v1/me/events");

/** When the stream has opened, and what came before has been looked at since: only then something is new. */
function lookedAt(page: Page): Promise<void> {
  let isOpen = false;
  const since = new Set<Request>();
  return new Promise((done) => {
    page.on("response", (answer) => (isOpen ||= opened(answer.url())));
    page.on("request", (request) => isOpen && /\/api\/v1\/inbox\?/.test(request.url()) && since.add(request));
    page.on("requestfinished", (request) => since.has(request) && done());
  });
}

/** A phone whose home page is open, with the stream. */
async function listening(browser: Browser, resident: Page): Promise<Phone> {
  const phone = await Phone.of(browser, SMALL);
  await phone.openCase(await submit(resident, unique("先来的一件。")));
  // Whose stream is open already opens none on the way home: the app begins anew there.
  await phone.page.goto("about:blank");
  const looked = lookedAt(phone.page);
  await phone.page.goto(`${stack().base_url}/deputy/#/pages/home/index`);
  await looked;
  await phone.idle();
  return phone;
}

test("what a resident sends appears on the open home page, with a way there", async ({ page, browser }) => {
  const phone = await listening(browser, page);
  const text = `浏览器测试 ${Date.now()}：开着首页时来的。`;
  await submit(page, text);
  await expect(phone.page.getByText(text)).toBeVisible(SOON);
  await expect(phone.page.getByText(/新的办件/)).toBeVisible(SOON);
  expect(await barriers(phone.page)).toEqual([]);
  await phone.tap("link", "去看看");
  await expect(phone.page.getByRole("heading", { name: "居民来信" })).toBeVisible();
  await expect(phone.page.getByText(text)).toBeVisible();
  await expect(phone.page.getByText(/新的办件/)).toHaveCount(0);
  expect(phone.faults()).toEqual([]);
  await phone.close();
});

test("what came while there was no network appears when it is back", async ({ page, browser }) => {
  const phone = await listening(browser, page);
  await phone.page.context().setOffline(true);
  // An open stream survives until something is sent on it; a page that is left and seen again opens a new one.
  await phone.page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { configurable: true, value: "hidden" });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  const text = `浏览器测试 ${Date.now()}：断网时来的。`;
  await submit(page, text);
  await phone.page.context().setOffline(false);
  await phone.page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { configurable: true, value: "visible" });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await expect(phone.page.getByText(text)).toBeVisible(SOON);
  await expect(phone.page.getByText(/新的办件/)).toBeVisible(SOON);
  await phone.close();
});

test("the station's queue shows what came, without a press", async ({ page, browser }) => {
  const station = await Console.of(browser, stack().station);
  const stream = station.page.waitForResponse((answer) => opened(answer.url()));
  // What is registered is not taken on yet: a page has room for all of it, whatever other tests have sent.
  await station.open("/desk/queue?state=registered");
  await stream;
  const text = `浏览器测试 ${Date.now()}：开着待办时来的。`;
  const { number } = await submit(page, text);
  // Many wait, and the newest is due last: the count says it, and the list has it.
  await expect(station.page.getByRole("link", { name: "有新的办件" })).toBeVisible(SOON);
  await expect(station.page.getByRole("status").filter({ hasText: "有新的办件" })).toBeVisible();
  await expect(station.page.getByText(number)).toBeVisible(SOON);
  await station.check();
  await station.page.getByRole("button", { name: "知道了，有新的办件" }).click();
  await expect(station.page.getByRole("link", { name: "有新的办件" })).toHaveCount(0);
  await station.close();
});
