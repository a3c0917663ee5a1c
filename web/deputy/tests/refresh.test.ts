import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { refresher, type Tokens } from "../src/logic/refresh.ts";

const box = { tokens: null as Tokens | null, read: () => box.tokens, write: (next: Tokens | null) => void (box.tokens = next) };
const old = { access: "a1", refresh: "r1" };
const fresh = { access: "a2", refresh: "r2" };

test("many failures, one exchange", async () => {
  box.tokens = old;
  let calls = 0;
  const refresh = refresher(box, async () => (calls++, await new Promise((done) => setImmediate(done)), fresh));
  const all = await Promise.all([refresh("a1"), refresh("a1"), refresh("a1")]);
  equal(calls, 1);
  deepEqual(all, [{ tokens: fresh }, { tokens: fresh }, { tokens: fresh }]);
  deepEqual(await refresh("a1"), { tokens: fresh });
  equal(calls, 1);
});

test("a refusal forgets the tokens, a lost network does not", async () => {
  box.tokens = old;
  await rejects(refresher(box, () => Promise.reject(new Error("offline")))("a1"));
  deepEqual(box.tokens, old);
  equal(await refresher(box, async () => "refused")("a1"), "refused");
  equal(box.tokens, null);
  equal(await refresher(box, async () => fresh)("a1"), "refused");
});
