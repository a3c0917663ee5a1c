import { ref } from "vue";
import { call, freshAccess, tokens } from "../api/request";
import type { Answer, InboxEntry } from "../api/types";
import { WAITING } from "../logic/firsts";
import { address } from "../logic/address";
import { fresh, hintReader, pauseAfter } from "../logic/news";
// #ifdef H5
import { readStream } from "../platform/stream";
import { keptView } from "./kept";
// #endif

/** What came while the app was open and was not looked at yet. */
export const arrived = ref<InboxEntry[]>([]);

const listeners = new Set<() => void>();
/** What waited when it was looked at last; unknown before the first look. */
let known: Set<string> | null = null;
/** What the list showed when listening began: pages read it anew by themselves, too. */
let shownFirst: Set<string> | null = null;

/** Calls back when something may be new; also whenever the stream opens again. Returns how to stop. */
export function whenNews(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whoever opens it, or says so, has seen it. */
export function sawArrived(id?: string): void {
  arrived.value = id ? arrived.value.filter((entry) => entry.id !== id) : [];
}

/** At logout: nothing of this person stays. */
export function forgetNews(): void {
  [known, shownFirst] = [null, null];
  arrived.value = [];
}

// #ifdef H5
/** The first screen comes first. */
const BEGIN_MS = 1_500;
/** Many hints in a moment are one look. */
const GATHER_MS = 700;
const INBOX = address("/api/v1/inbox", undefined, WAITING);
let running: AbortController | null = null;
let gathering: ReturnType<typeof setTimeout> | undefined;

const idsOf = (page: Answer<"/api/v1/inbox", "get"> | null) => new Set((page?.items ?? []).map(({ id }) => id));
const keptIds = () => {
  const kept = keptView<Answer<"/api/v1/inbox", "get">>(INBOX);
  return kept ? idsOf(kept) : null;
};
const tell = (): void => listeners.forEach((listener) => listener());

async function look(): Promise<void> {
  gathering = undefined;
  // The first time a page has only just read what it shows; it looks again if something came since.
  const shown = known ? null : (keptIds() ?? new Set<string>());
  if (!shown) tell();
  const page = await call("get", "/api/v1/inbox", { query: WAITING }).catch(() => null);
  if (!page) return;
  if (shown && fresh(shown, page.items).length) tell();
  const before = known ?? shownFirst;
  const came = before ? fresh(before, page.items) : [];
  known = new Set([...(known ?? []), ...idsOf(page)]);
  const waits = idsOf(page);
  arrived.value = [...arrived.value.filter(({ id }) => waits.has(id)), ...came];
}

function lookSoon(): void {
  gathering ??= setTimeout(() => void look(), GATHER_MS);
}

/** Keeps a stream open while the page is seen and somebody is signed in. */
async function listen({ signal }: AbortController): Promise<void> {
  const read = hintReader(lookSoon);
  let failures = 0;
  await pause(BEGIN_MS, signal);
  while (!signal.aborted) {
    const access = tokens.read()?.access;
    let opened = false;
    if (access) {
      // What came while nobody listened is read when the stream opens.
      const on = { opened: () => ((opened = true), (shownFirst ??= keptIds()), lookSoon()), piece: read };
      const { status } = await readStream("/api/v1/me/events", access, signal, on);
      if (status === 401) await freshAccess(access);
    }
    failures = opened ? 0 : failures + 1;
    await pause(pauseAfter(failures, Math.random()), signal);
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    if (signal.aborted) return done();
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });

function follow(): void {
  const seen = document.visibilityState === "visible";
  if (seen && !running) {
    running = new AbortController();
    void listen(running);
  } else if (!seen) {
    running?.abort();
    running = null;
  }
}
// #endif

/** Begins to listen; on the H5 alone. */
export function watchNews(): void {
  // #ifdef H5
  document.addEventListener("visibilitychange", follow);
  follow();
  // #endif
}
