import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { attention, awakened, newEntry, nextLook, nextToSend, revived, sending, settled, stepWords, tidied, undoSeconds, type Entry } from "../src/logic/outbox.ts";

const made = (key: string, subject = "a", at = 0): Entry =>
  newEntry({ key, kind: "answer", subject, title: "答复", about: "", method: "POST", path: "/x", body: { text: "好" }, photos: [] }, at);
const trouble = (status: number) => ({ ok: false as const, trouble: { status, code: "c", detail: "d" } });

test("sends nothing for ten seconds, and then it", () => {
  const entry = made("1");
  equal(nextToSend([entry], 9_999, true), undefined);
  equal(undoSeconds(entry, 100), 10);
  equal(nextLook([entry]), 10_000);
  equal(nextToSend([entry], 10_000, true), entry);
  equal(undoSeconds(entry, 12_000), 0);
});

test("waits for the network, and one at a time", () => {
  equal(nextToSend([made("1")], 20_000, false), undefined);
  equal(nextToSend([{ ...made("1"), step: "sending" }, made("2", "b")], 20_000, true), undefined);
});

test("keeps the order within a submission; what is stuck holds back only its own", () => {
  const stuck: Entry = { ...made("1"), step: "conflict" };
  equal(nextToSend([stuck, made("2")], 20_000, true), undefined);
  equal(nextToSend([stuck, made("2"), made("3", "b")], 20_000, true)?.key, "3");
});

test("tries again with growing pauses when the network or the server is away", () => {
  let entry = settled(made("1"), { ok: false, trouble: null }, 20_000);
  deepEqual([entry.step, entry.notBefore], ["waiting", 22_000]);
  entry = settled(entry, trouble(503), 30_000);
  deepEqual([entry.step, entry.notBefore], ["waiting", 34_000]);
  for (let i = 0; i < 20; i++) entry = settled(entry, trouble(429), 40_000);
  equal(entry.notBefore, 340_000);
  equal(awakened([entry], 50_000)[0]?.notBefore, 50_000);
  equal(entry.key, "1");
});

test("a conflict stays where it is with its text; a wrong text comes back", () => {
  const conflict = settled(made("1"), trouble(409), 0);
  deepEqual([conflict.step, conflict.body], ["conflict", { text: "好" }]);
  deepEqual(awakened([conflict], 9), [conflict]);
  equal(settled(made("1"), trouble(422), 0).step, "failed");
  equal(settled(made("1"), trouble(404), 0).step, "conflict");
  equal(attention([made("2"), conflict])?.key, "1");
});

test("a session that ended does not lose the text", () => {
  const entry = settled(made("1"), trouble(401), 0);
  deepEqual([entry.step, entry.body], ["waiting", { text: "好" }]);
});

test("what was sent leaves no text behind and goes after a day", () => {
  const sent = settled({ ...made("1"), photos: [{ file: "f" }] }, { ok: true }, 5);
  deepEqual([sent.step, sent.body, sent.photos], ["sent", null, []]);
  equal(tidied([sent], 1000).length, 1);
  equal(tidied([sent], 86_400_005).length, 0);
  equal(tidied([made("2")], 86_400_005).length, 1);
});

test("what was being sent when the app went away is sent again, and not before", () => {
  const entry = sending(made("1"), 10_000);
  equal(revived([entry], 99_999)[0]?.step, "sending");
  equal(nextLook([entry]), 100_000);
  equal(revived([entry], 100_000)[0]?.step, "waiting");
});

test("says where it stands", () => {
  equal(stepWords(made("1"), 1_500, true), "9 秒后发出");
  equal(stepWords({ ...made("1"), step: "waiting" }, 0, false), "等待网络，联网后自动发出");
});
