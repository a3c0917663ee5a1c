import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { clockWords, grouped, groupOf, tone } from "../src/logic/clock.ts";

const now = Date.parse("2026-11-22T08:00:00Z");
const entry = (answer_due_at: string, more = {}) => ({ state: "registered", answer_due_at, overdue: false, ...more });

test("groups by Shanghai's days", () => {
  equal(groupOf(entry("2026-11-22T15:59:59Z"), now), "today");
  // A Sunday: the week ends with the day. On Monday it ends with the next Sunday, as the server counts `this_week`.
  equal(groupOf(entry("2026-11-22T16:00:00Z"), now), "later");
  const monday = Date.parse("2026-11-22T16:00:00Z");
  equal(groupOf(entry("2026-11-24T15:59:59Z"), monday), "week");
  equal(groupOf(entry("2026-11-29T15:59:59Z"), monday), "week");
  equal(groupOf(entry("2026-11-29T16:00:00Z"), monday), "later");
  equal(groupOf(entry("2026-12-20T15:59:59Z"), now), "later");
  equal(groupOf(entry("2026-11-20T15:59:59Z", { overdue: true, state: "handed_over" }), now), "overdue");
  equal(groupOf(entry("2026-11-22T15:59:59Z", { state: "handed_over" }), now), "elsewhere");
});

test("shows the urgent first and leaves empty groups out", () => {
  const list = [entry("2026-12-20T15:59:59Z"), entry("2026-11-20T15:59:59Z", { overdue: true })];
  deepEqual(grouped(list, now).map((group) => group.key), ["overdue", "later"]);
});

test("the server's words come first; the colour never stands alone", () => {
  const counted = entry("2026-11-24T15:59:59Z", { time_left: { working_days: 2, words: "还有 2 个工作日" } });
  equal(clockWords(counted, now), "还有 2 个工作日");
  equal(clockWords(entry("2026-11-24T15:59:59Z"), now), "11月24日前答复");
  equal(clockWords(entry("2026-11-20T15:59:59Z", { overdue: true }), now), "已超期");
  deepEqual([tone(counted, now), tone(entry("2026-11-22T15:59:59Z"), now)], ["calm", "amber"]);
});
