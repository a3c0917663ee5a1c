import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { newsOf } from "../src/logic/conflict.ts";

const now = Date.parse("2026-11-22T08:00:00Z");
const step = (text: string, by: string | null = null, kind = "x") => ({ kind, text, by, occurred_at: "2026-11-22T06:05:00Z" });
const timeline = [step("已登记"), step("已受理", "李春兰"), step("看过联系方式", "王敏", "contact_viewed"), step("不予受理，已告知", "王敏")];

test("says who did what meanwhile, the newest first", () => {
  deepEqual(newsOf(timeline, 1, now), ["王敏，今天 14:05：不予受理，已告知", "李春兰，今天 14:05：已受理"]);
  deepEqual(newsOf(timeline, 2, now), ["王敏，今天 14:05：不予受理，已告知"]);
});

test("says the last step when nothing is new, or nobody knows what was seen", () => {
  deepEqual(newsOf(timeline, 4, now), ["王敏，今天 14:05：不予受理，已告知"]);
  deepEqual(newsOf(timeline.slice(0, 3), undefined, now), ["李春兰，今天 14:05：已受理"]);
  deepEqual(newsOf([], 0, now), []);
});
