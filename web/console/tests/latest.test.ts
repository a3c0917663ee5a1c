import { expect, test } from "vitest";
import { ApiProblem } from "../src/api/problem";
import { useLatest } from "../src/parts/latest";

/** An answer that comes, or fails, when it is told to. */
function later(): { answer: Promise<string>; come: (words: string) => void; fail: (error: Error) => void } {
  let come!: (words: string) => void;
  let fail!: (error: Error) => void;
  const answer = new Promise<string>((resolve, reject) => ([come, fail] = [resolve, reject]));
  return { answer, come, fail };
}
const PROBLEM = new ApiProblem(503, { title: "连不上", detail: "", code: "unreachable" });

test("an older answer that comes after a newer one shows nothing, and its request is given up", async () => {
  const { run, busy } = useLatest();
  const shown: string[] = [];
  const signals: AbortSignal[] = [];
  const ask = (answer: Promise<string>) => run((signal) => (signals.push(signal), answer), (words) => shown.push(words));
  const [older, newer] = [later(), later()];
  const both = [ask(older.answer), ask(newer.answer)];
  expect(signals.map((signal) => signal.aborted)).toEqual([true, false]);
  newer.come("李春");
  await both[1];
  expect([shown, busy.value]).toEqual([["李春"], false]);
  older.come("李");
  await both[0];
  expect(shown).toEqual(["李春"]);
});

test("what comes of a request that was given up is no problem, and the newer one is still under way", async () => {
  const { run, busy, problem } = useLatest();
  const shown: string[] = [];
  const [older, newer] = [later(), later()];
  const first = run(() => older.answer, (words) => shown.push(words));
  const second = run(() => newer.answer, (words) => shown.push(words));
  older.fail(PROBLEM);
  await first;
  expect([busy.value, problem.value]).toEqual([true, undefined]);
  newer.come("李春");
  await second;
  expect([busy.value, shown]).toEqual([false, ["李春"]]);
});

test("what the newest is refused is told, until something is asked again", async () => {
  const { run, problem } = useLatest();
  await run(() => Promise.reject(PROBLEM), () => undefined);
  expect(problem.value).toBe(PROBLEM);
  await run(() => Promise.resolve("好"), () => undefined);
  expect(problem.value).toBeUndefined();
});
