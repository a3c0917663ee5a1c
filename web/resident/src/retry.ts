// When to try again, and what an answer of the server means for that.

export type Verdict = "done" | "again" | "wait" | "refused";

/** 0 stands for "no answer": offline, timed out, connection lost. */
export function verdict(status: number): Verdict {
  if (status >= 200 && status < 300) return "done";
  if (status === 429) return "wait";
  if (status === 0 || status === 408 || status >= 500) return "again";
  return "refused";
}

/** 2, 4, 8 … 60 seconds, each a fifth earlier or later so that a whole street does not return at once. */
export function backoffSeconds(attempt: number, chance: number): number {
  const base = Math.min(60, 2 ** Math.min(attempt, 6));
  return Math.max(1, Math.round(base * (0.8 + 0.4 * chance)));
}

/** The Retry-After header in seconds (number or date), at least 1; `fallback` when it is missing or nonsense. */
export function retryAfterSeconds(header: string | null, now: number, fallback: number): number {
  if (header) {
    const seconds = /^\s*\d+\s*$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
    if (isFinite(seconds)) return Math.min(3600, Math.max(1, Math.ceil(seconds)));
  }
  return fallback;
}
