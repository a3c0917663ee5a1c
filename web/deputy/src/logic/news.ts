/** The stream of hints (server-sent events) as text, and when to open it again. No uni-app in here. */

/** What a hint says: a submission came to where the person looks, or something else is not as it was. */
export type Hint = "arrived" | "changed";

/** Shortest and longest wait before a stream that failed is opened again. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

/** Takes the stream piece by piece; calls back for each hint. */
export function hintReader(onHint: (hint: Hint) => void): (piece: string) => void {
  let rest = "";
  return (piece) => {
    const blocks = (rest + piece).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      if (/^event: news$/m.test(block)) onHint(/"kind":"arrived"/.test(block) ? "arrived" : "changed");
    }
  };
}

/** How long to wait after so many failures in a row; `chance` from 0 to 1 spreads many clients. */
export function pauseAfter(failures: number, chance: number): number {
  const whole = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures, 10), LONGEST_PAUSE_MS);
  return whole / 2 + (whole / 2) * chance;
}

/** What stands in `now` and was not known before. */
export function fresh<T extends { id: string }>(known: ReadonlySet<string>, now: readonly T[]): T[] {
  return now.filter(({ id }) => !known.has(id));
}
