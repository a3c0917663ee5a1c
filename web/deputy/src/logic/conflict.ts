/** What others did while one was writing: shown when the server refuses because of it. */
import { moment } from "./times.ts";

export interface Step {
  kind: string;
  text: string;
  by?: string | null;
  occurred_at: string;
}

/** Steps that nobody decided, or that change nothing. */
const QUIET = ["routed", "notified", "reminded", "contact_viewed", "classified"];
const MOST = 3;

/**
 * The steps since `seen` of them stood there, the newest first, in words: "王敏，今天 14:05：不予受理，已告知". If there are
 * none, the last one: it was there already, and the form did not fit it.
 */
export function newsOf(timeline: Step[], seen: number | undefined, now: number): string[] {
  const told = timeline.filter(({ kind }) => !QUIET.includes(kind));
  const fresh = timeline.slice(seen ?? timeline.length).filter((step) => told.includes(step));
  const steps = fresh.length ? fresh : told.slice(-1);
  return steps.slice(-MOST).reverse().map(({ text, by, occurred_at }) => `${[by, moment(occurred_at, now)].filter(Boolean).join("，")}：${text}`);
}
