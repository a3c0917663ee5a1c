import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { actionsOf } from "../src/logic/actions.ts";

const matter = (state: string, possible: string[], handovers: { state: string }[] = []) => ({ id: "7", state, possible, urgency: "normal", handovers });
const kinds = (offers: { kind: string }[]) => offers.map((offer) => offer.kind);

test("offers what the server allows, and answering first", () => {
  const offers = actionsOf(matter("registered", ["accept", "answer"]), "deputy");
  deepEqual(kinds(offers), ["answer", "accept", "propose", "meet"]);
  deepEqual(offers.filter((offer) => offer.first).map((offer) => offer.name), ["答复居民"]);
  equal(offers[1]?.now?.path, "/api/v1/submissions/7/accept");
});

test("does not offer an answer while an office owes its own", () => {
  deepEqual(kinds(actionsOf(matter("handed_over", ["answer", "take_back"], [{ state: "accepted" }]), "street_admin")), ["meet"]);
  deepEqual(kinds(actionsOf(matter("handed_over", ["answer"], [{ state: "done" }]), "street_admin")), ["answer", "meet"]);
});

test("after the answer only more of it, and publishing", () => {
  const offers = actionsOf(matter("answered", ["answer"]), "deputy");
  deepEqual(offers.map((offer) => offer.name), ["补充答复", "公开办理结果"]);
  equal(offers.some((offer) => offer.first), false);
});

test("nothing of a closed one but publishing", () => {
  deepEqual(kinds(actionsOf(matter("closed", []), "deputy")), ["release"]);
});
