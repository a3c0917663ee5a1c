import assert from "node:assert/strict";
import { test } from "node:test";
import { findErrors, fieldOf } from "../src/form.ts";
import { emptyDraft } from "../src/draft.ts";
import { backoffSeconds, retryAfterSeconds, verdict } from "../src/retry.ts";
import { fit, isWorthIt } from "../src/shrink.ts";

test("what the server says decides what happens next", () => {
  assert.deepEqual([201, 0, 408, 500, 503, 429, 400, 409, 422].map(verdict), ["done", "again", "again", "again", "again", "wait", "refused", "refused", "refused"]);
});

test("waits double up to a minute and spread by a fifth", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 60].map((attempt) => backoffSeconds(attempt, 0.5)), [2, 4, 8, 16, 32, 60, 60]);
  assert.equal(backoffSeconds(6, 0), 48);
  assert.equal(backoffSeconds(6, 1), 72);
});

test("Retry-After is read as seconds or as a date, and nonsense is not believed", () => {
  const now = Date.parse("2026-11-21T00:00:00Z");
  assert.equal(retryAfterSeconds("20", now, 5), 20);
  assert.equal(retryAfterSeconds("Sat, 21 Nov 2026 00:00:30 GMT", now, 5), 30);
  assert.equal(retryAfterSeconds("soon", now, 5), 5);
  assert.equal(retryAfterSeconds(null, now, 5), 5);
  assert.equal(retryAfterSeconds("0", now, 5), 1);
});

test("photos keep their proportions and never grow", () => {
  assert.deepEqual(fit({ width: 4000, height: 3000 }, 1600), { width: 1600, height: 1200 });
  assert.deepEqual(fit({ width: 3000, height: 4000 }, 1600), { width: 1200, height: 1600 });
  assert.deepEqual(fit({ width: 800, height: 600 }, 1600), { width: 800, height: 600 });
  assert.deepEqual(fit({ width: 10000, height: 2 }, 1600), { width: 1600, height: 1 });
  assert.equal(isWorthIt(1000, 1200), false);
});

test("mistakes are found before anything is sent", () => {
  const draft = { ...emptyDraft("key"), kind: "problem", text: "路灯坏了三天" };
  assert.deepEqual(findErrors(draft), []);
  assert.deepEqual(findErrors({ ...draft, kind: "", text: "  好 " }).map(([field]) => field), ["kind", "text"]);
  // The limit counts characters as people see them, not UTF-16 units.
  assert.deepEqual(findErrors({ ...draft, text: "😀".repeat(4000) }), []);
  assert.equal(findErrors({ ...draft, text: "字".repeat(4001) })[0]?.[0], "text");
  assert.equal(findErrors({ ...draft, phone: "123" })[0]?.[0], "phone");
});

test("the API's pointers lead to the form's fields", () => {
  assert.deepEqual(["/contact/phone", "/text", "/photo_ids/3", "/location/address", "/location/longitude", "/other"].map(fieldOf), ["phone", "text", "photos", "address", "address", ""]);
});
