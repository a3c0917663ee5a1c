import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { actionsOf } from "../src/logic/actions.ts";

const matter = (state: string, possible: string[]) => ({ id: "7", state, possible, urgency: "normal" });
const kinds = (offers: { kind: string }[]) => offers.map((offer) => offer.kind);

test("offers what the server allows and nothing else, and answering first", () => {
  const offers = actionsOf(matter("registered", ["accept", "answer", "meet"]));
  deepEqual(kinds(offers), ["answer", "accept", "meet"]);
  deepEqual(offers.filter((offer) => offer.first).map((offer) => offer.name), ["答复居民"]);
  equal(offers[1]?.now?.path, "/api/v1/submissions/7/accept");
  deepEqual(actionsOf(matter("registered", [])), []);
});

test("after the answer more of it, and publishing, correcting and withdrawing", () => {
  const offers = actionsOf(matter("answered", ["answer", "release"]));
  deepEqual(offers.map((offer) => offer.name), ["补充答复", "公开办理结果"]);
  equal(offers.some((offer) => offer.first), false);
  const published = actionsOf(matter("closed", ["release", "withdraw_release"]));
  deepEqual(published.map((offer) => offer.name), ["修改公开的内容", "停止公开"]);
});
