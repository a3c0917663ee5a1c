// Sends one submission until the receipt is there: same key, same body, as long as the page is open.

import { backoffSeconds, retryAfterSeconds, verdict } from "./retry.ts";

export interface Refusal {
  code: string;
  detail: string;
  errors: { pointer: string; detail: string }[];
}

export interface Steps {
  /** Told before each wait: why, and for how many seconds (0: until the network is back). */
  waiting: (reason: "network" | "busy" | "offline", seconds: number) => void;
  trying: () => void;
}

export type Result = { receipt: string } | { refusal: Refusal };

interface Answer {
  status: number;
  retryAfter: string | null;
  body: Partial<Refusal> & { receipt?: string };
}

const TIMEOUT_MS = 30_000;

async function post(address: string, key: string, body: string): Promise<Answer> {
  const abort = typeof AbortController === "undefined" ? null : new AbortController();
  const timer = setTimeout(() => abort && abort.abort(), TIMEOUT_MS);
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key },
      body,
      ...(abort ? { signal: abort.signal } : {}),
    });
    const text = await response.text();
    return { status: response.status, retryAfter: response.headers.get("Retry-After"), body: parse(text) };
  } catch {
    return { status: 0, retryAfter: null, body: {} };
  } finally {
    clearTimeout(timer);
  }
}

function parse(text: string): Answer["body"] {
  try {
    return JSON.parse(text) as Answer["body"];
  } catch {
    return {};
  }
}

/** Ends after `seconds`, when the network comes back, or when the person presses "now" (the `nudge` event). */
function rest(seconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = seconds > 0 ? setTimeout(end, seconds * 1000) : 0;
    function end(): void {
      clearTimeout(timer);
      window.removeEventListener("online", end);
      window.removeEventListener("nudge", end);
      resolve();
    }
    window.addEventListener("online", end);
    window.addEventListener("nudge", end);
  });
}

export async function send(address: string, key: string, body: string, steps: Steps): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    steps.trying();
    const answer = await post(address, key, body);
    const result = verdict(answer.status);
    if (result === "done" && answer.body.receipt) return { receipt: answer.body.receipt };
    if (result === "refused") {
      return { refusal: { code: answer.body.code || "", detail: answer.body.detail || "没有提交成功，请稍后再试。", errors: answer.body.errors || [] } };
    }
    const pause = backoffSeconds(attempt, Math.random());
    if (result === "wait") {
      const seconds = retryAfterSeconds(answer.retryAfter, Date.now(), pause);
      steps.waiting("busy", seconds);
      await rest(seconds);
    } else if (!navigator.onLine) {
      steps.waiting("offline", 0);
      await rest(0);
    } else {
      steps.waiting("network", pause);
      await rest(pause);
    }
  }
}
