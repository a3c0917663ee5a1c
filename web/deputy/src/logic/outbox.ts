/** The rules of the outbox: what was decided on this phone and is on its way to the server. No uni-app in here. */

/** How long a decision can be taken back before anything is sent. */
export const UNDO_MS = 10_000;
/** How long what was sent stays in the list. */
const SENT_KEPT_MS = 24 * 60 * 60 * 1000;
/** Longer than a request and its photos may take. */
const SENDING_MS = 90_000;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 5 * 60_000;

/**
 * `undoable` waits for the ten seconds; `waiting` for the network; `conflict`: the matter moved on meanwhile;
 * `failed`: the server does not take it as it is. Only `undoable`, `waiting` and `sending` go on by themselves.
 */
export type Step = "undoable" | "waiting" | "sending" | "failed" | "conflict" | "sent";

/** A picture kept on the phone, and its id at the server once it is there. */
export interface KeptPhoto {
  file: string;
  id?: string;
}

/** What an error answer said, in the server's own words. */
export interface Trouble {
  status: number;
  code: string;
  detail: string;
  /** Of a conflict: who has done what meanwhile, the newest first. */
  news?: string[];
}

/** One decision on its way. `key` is its Idempotency-Key: the same for every try. */
export interface Entry {
  key: string;
  kind: string;
  /** The submission it is about. */
  subject: string;
  /** For people: "答复"，and about what. */
  title: string;
  about: string;
  method: "POST" | "PUT" | "DELETE";
  path: string;
  body: Record<string, unknown> | null;
  photos: KeptPhoto[];
  step: Step;
  madeAt: number;
  /** When it may be sent, or sent again. */
  notBefore: number;
  tries: number;
  /** Steps of its timeline that the person knew of when deciding. */
  seen?: number;
  trouble?: Trouble;
  doneAt?: number;
}

/** What came of one try. */
export type Outcome = { ok: true } | { ok: false; trouble: Trouble | null };

export function newEntry(
  made: Pick<Entry, "key" | "kind" | "subject" | "title" | "about" | "method" | "path" | "body" | "photos" | "seen">,
  now: number,
): Entry {
  return { ...made, step: "undoable", madeAt: now, notBefore: now + UNDO_MS, tries: 0 };
}

/** Whole seconds in which it can still be taken back. */
export function undoSeconds(entry: Entry, now: number): number {
  return entry.step === "undoable" ? Math.max(0, Math.ceil((entry.notBefore - now) / 1000)) : 0;
}

/** Marks it as being sent; whoever sends it must have settled it within the time. */
export function sending(entry: Entry, now: number): Entry {
  return { ...entry, step: "sending", notBefore: now + SENDING_MS };
}

/** What was being sent when the app, or another tab, went away. The key makes a second try harmless. */
export function revived<E extends Entry>(entries: E[], now: number): E[] {
  return entries.map((entry) => (entry.step === "sending" && entry.notBefore <= now ? { ...entry, step: "waiting" } : entry));
}

/** What to send now: in the order made; what is stuck holds back only its own submission. */
export function nextToSend(entries: Entry[], now: number, online: boolean): Entry | undefined {
  if (!online || entries.some((entry) => entry.step === "sending")) return undefined;
  const held = new Set<string>();
  for (const entry of entries) {
    if (entry.step === "sent") continue;
    const ready = (entry.step === "waiting" || entry.step === "undoable") && entry.notBefore <= now;
    if (ready && !held.has(entry.subject)) return entry;
    held.add(entry.subject);
  }
  return undefined;
}

/** When to look again, if nothing else happens. */
export function nextLook(entries: Entry[]): number | undefined {
  const goesOn: Step[] = ["undoable", "waiting", "sending"];
  const times = entries.filter((entry) => goesOn.includes(entry.step)).map((entry) => entry.notBefore);
  return times.length ? Math.min(...times) : undefined;
}

function pause(tries: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, tries - 1), LONGEST_PAUSE_MS);
}

/** Whether it may succeed later as it is: no network, too busy, signed out meanwhile, or a first try still runs. */
function passes(trouble: Trouble | null): boolean {
  if (trouble?.code === "still_running") return true;
  return trouble === null || trouble.status >= 500 || [401, 408, 425, 429].includes(trouble.status);
}

/** The matter is not any more as the person thought. */
export function isConflict(trouble: Trouble | null): boolean {
  return trouble !== null && !passes(trouble) && [404, 409, 410].includes(trouble.status);
}

/** The entry after a try. A conflict is never sent again by itself, so nothing of somebody else is overwritten. */
export function settled(entry: Entry, outcome: Outcome, now: number): Entry {
  const tries = entry.tries + 1;
  if (outcome.ok) return { ...entry, step: "sent", tries, doneAt: now, trouble: undefined, body: null, photos: [] };
  const { trouble } = outcome;
  if (passes(trouble)) {
    return { ...entry, step: "waiting", tries, notBefore: now + pause(tries), trouble: trouble ?? undefined };
  }
  const step = isConflict(trouble) ? "conflict" : "failed";
  return { ...entry, step, tries, trouble: trouble ?? undefined };
}

/** The network is back: what waited for it need not wait on. */
export function awakened(entries: Entry[], now: number): Entry[] {
  return entries.map((entry) => (entry.step === "waiting" ? { ...entry, notBefore: now } : entry));
}

/** Without what was sent long ago. */
export function tidied(entries: Entry[], now: number): Entry[] {
  return entries.filter((entry) => entry.step !== "sent" || now - (entry.doneAt ?? now) < SENT_KEPT_MS);
}

/** What the person must look at or may take back; a conflict first. */
export function attention(entries: Entry[]): Entry | undefined {
  const order: Step[] = ["conflict", "failed", "undoable", "sending", "waiting"];
  return order.map((step) => entries.find((entry) => entry.step === step)).find((entry) => entry !== undefined);
}

/** The state in words. */
export function stepWords(entry: Entry, now: number, online: boolean): string {
  switch (entry.step) {
    case "undoable":
      return online ? `${undoSeconds(entry, now)} 秒后发出` : "联网后发出，现在可以撤回";
    case "waiting":
      return online ? "没发出去，稍后自动再试" : "等待网络，联网后自动发出";
    case "sending":
      return "正在发出";
    case "conflict":
      return "这件事已有变化，没有发出";
    case "failed":
      return "没有发出，请修改";
    case "sent":
      return "已发出";
  }
}
