/**
 * What is new, as it happens: one stream of hints (server-sent events) while the window is seen. A hint says only "look
 * again"; pages that show lists look, without that counting as somebody working here (等保三级: it keeps no session alive).
 */
import { onMounted, onUnmounted, ref } from "vue";
import { link, UNATTENDED, unattended } from "../api/client";
import { hintReader } from "./hints";

/** Hints in a moment are one look; and nobody's lists jump all the time. */
const GATHER_MS = 1_500;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;
/** The server says something at least every 20 seconds. */
const SILENCE_MS = 45_000;

/** Whether something came that the person has not looked at. */
export const hasArrived = ref(false);

const lookers = new Set<() => Promise<unknown>>();
let gathering = 0;

function look(): void {
  gathering = 0;
  void unattended(() => Promise.allSettled([...lookers].map((looker) => looker())));
}
function lookSoon(): void {
  if (!gathering) gathering = window.setTimeout(look, GATHER_MS);
}

/** A page's lists are read again when something is new, as long as the page is open. */
export function useNews(looker: () => Promise<unknown>): void {
  onMounted(() => lookers.add(looker));
  onUnmounted(() => lookers.delete(looker));
}

function heard(kind: string): void {
  if (kind === "arrived") hasArrived.value = true;
  lookSoon();
}

/** Reads one stream to its end; gives whether it was opened. */
async function readOnce(signal: AbortSignal, isFirst: boolean): Promise<boolean> {
  const ended = new AbortController();
  const end = () => ended.abort();
  signal.addEventListener("abort", end, { once: true });
  let timer = window.setTimeout(end, SILENCE_MS);
  let isOpen = false;
  try {
    const headers = { accept: "text/event-stream", [UNATTENDED]: "1" };
    const answer = await fetch("/api/v1/me/events", { headers, signal: ended.signal, cache: "no-store" });
    if (answer.status === 401) link.lost();
    const reader = answer.ok ? answer.body?.getReader() : undefined;
    isOpen = reader !== undefined;
    // What came while nobody listened; at first the page has only just read it.
    if (isOpen && !isFirst) lookSoon();
    const decoder = new TextDecoder();
    const read = hintReader(heard);
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      clearTimeout(timer);
      timer = window.setTimeout(end, SILENCE_MS);
      read(decoder.decode(part.value, { stream: true }));
    }
  } catch {
    // The caller opens it again.
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
  return isOpen;
}

/** Nothing was read before by this frame. */
let isNew = true;

async function listen(signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    failures = (await readOnce(signal, isNew)) ? 0 : failures + 1;
    isNew = false;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures, 10), LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2);
    await new Promise<void>((done) => {
      if (signal.aborted) return done();
      const timer = window.setTimeout(done, pause);
      signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
    });
  }
}

/** Listens while the frame is there, the person may read cases, and the window is seen. */
export function useNewsStream(mayListen: () => boolean): void {
  let running: AbortController | undefined;
  const stop = () => {
    running?.abort();
    running = undefined;
  };
  const follow = () => {
    const wanted = document.visibilityState === "visible" && mayListen();
    if (!wanted) return stop();
    if (running) return;
    running = new AbortController();
    void listen(running.signal);
  };
  onMounted(() => {
    isNew = true;
    document.addEventListener("visibilitychange", follow);
    follow();
  });
  onUnmounted(() => {
    document.removeEventListener("visibilitychange", follow);
    stop();
    hasArrived.value = false;
  });
}
