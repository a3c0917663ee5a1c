import { equal } from "node:assert/strict";
import { test } from "node:test";
import { clock, day, moment } from "../src/logic/times.ts";

const now = Date.parse("2026-11-22T01:00:00Z");

test("shows Shanghai's time wherever the phone is", () => {
  equal(clock("2026-11-22T16:05:00Z"), "00:05");
  equal(day("2026-11-22T16:05:00Z"), "11月23日");
});

test("names near days and other years", () => {
  equal(moment("2026-11-21T16:30:00Z", now), "今天 00:30");
  equal(moment("2026-11-21T15:30:00Z", now), "昨天 23:30");
  equal(moment("2026-11-22T17:30:00Z", now), "明天 01:30");
  equal(moment("2025-11-02T01:30:00Z", now), "2025年11月2日 09:30");
});
