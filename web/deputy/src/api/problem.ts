import type { Trouble } from "../logic/outbox.ts";
import type { ProblemBody } from "./types";

/** The server answered, and not with what was asked for. Title and detail are meant for people. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly fields: { pointer: string; code: string; detail: string }[] = [],
  ) {
    super(code);
  }

  static of(status: number, body: unknown): Problem {
    const known = typeof body === "object" && body !== null ? (body as Partial<ProblemBody>) : {};
    const title = known.title ?? (status >= 500 ? "系统正忙" : "没有办成");
    return new Problem(status, known.code ?? "unknown", title, known.detail ?? "请稍后再试。", known.errors ?? []);
  }

  /** One sentence for people. */
  get words(): string {
    return this.fields[0]?.detail ?? this.detail ?? this.title;
  }

  get trouble(): Trouble {
    // Of a wrong field its own code says more than that a field is wrong.
    return { status: this.status, code: this.fields[0]?.code ?? this.code, detail: `${this.title}。${this.words}` };
  }
}

/** No answer came: no network, or the server was too slow. */
export class Offline extends Error {}

/** What to tell a person about any error. */
export function wordsOf(error: unknown): string {
  if (error instanceof Problem) return error.words;
  if (error instanceof Offline) return "网络不通，请检查手机网络后再试。";
  return "出了点问题，请稍后再试。";
}
