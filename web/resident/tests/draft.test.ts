import assert from "node:assert/strict";
import { test } from "node:test";
import { DraftShelf, emptyDraft, prepareToSend, requestBody } from "../src/draft.ts";
import { SentShelf } from "../src/sent.ts";

class Memory {
  items = new Map<string, string>();
  getItem(name: string): string | null {
    return this.items.get(name) ?? null;
  }
  setItem(name: string, value: string): void {
    this.items.set(name, value);
  }
  removeItem(name: string): void {
    this.items.delete(name);
  }
}

const DAY = 24 * 3600 * 1000;
const written = { ...emptyDraft("key-1"), kind: "problem", text: "路灯坏了三天了" };

test("a draft comes back as it was, for its own code only", () => {
  const memory = new Memory();
  new DraftShelf(memory, "A").save(written, 1000);
  assert.deepEqual(new DraftShelf(memory, "A").load(2000), { ...written, savedAt: 1000 });
  assert.equal(new DraftShelf(memory, "B").load(2000), null);
});

test("the consent to publishing is sent only when it was ticked", () => {
  assert.equal(requestBody(written).indexOf("publish_consent"), -1);
  assert.equal(JSON.parse(requestBody({ ...written, publish: true })).publish_consent, true);
});

test("a draft is forgotten after three days, when it is emptied and when it is cleared", () => {
  const memory = new Memory();
  const shelf = new DraftShelf(memory, "A");
  shelf.save(written, 0);
  assert.notEqual(shelf.load(3 * DAY), null);
  assert.equal(shelf.load(3 * DAY + 1), null);
  shelf.save(written, 0);
  shelf.save(emptyDraft("key-1"), 0);
  assert.equal(shelf.load(1), null);
  shelf.save(written, 0);
  shelf.clear();
  assert.equal(memory.items.size, 0);
});

test("what has arrived keeps its key for a day, and only for exactly the same request", () => {
  const memory = new Memory();
  const sent = new SentShelf(memory, "A");
  sent.save("key-1", requestBody(written), written.text, "/r/ACDE", 0);
  assert.equal(sent.keyOf(requestBody(written), DAY), "key-1");
  assert.equal(sent.keyOf(requestBody({ ...written, text: "路灯坏了四天了" }), DAY), "");
  assert.equal(new SentShelf(memory, "B").last(1), null);
  assert.equal(Array.from(memory.items.values()).some((item) => item.indexOf("路灯") >= 0), false);
  assert.equal(sent.last(DAY + 1), null);
  assert.equal(memory.items.size, 0);
});

test("a broken or forbidden storage costs nothing but the draft", () => {
  const memory = new Memory();
  memory.setItem("minyi-draft:A", "{not json");
  assert.equal(new DraftShelf(memory, "A").load(0), null);
  const full = { ...memory, getItem: () => null, removeItem: () => undefined, setItem: () => { throw new Error("full"); } };
  assert.equal(new DraftShelf(full, "A").save(written, 0), false);
  assert.equal(new DraftShelf(null, "A").load(0), null);
});

test("the same content keeps its key, other content gets another", () => {
  let keys = 1;
  const newKey = (): string => `key-${(keys += 1)}`;
  const first = prepareToSend(written, newKey);
  assert.equal(first.key, "key-1");
  assert.equal(prepareToSend(first, newKey).key, "key-1");
  const changed = prepareToSend({ ...first, text: "路灯坏了四天了" }, newKey);
  assert.equal(changed.key, "key-2");
  assert.equal(prepareToSend(changed, newKey).key, "key-2");
});

test("the request leaves out what was not given", () => {
  assert.deepEqual(JSON.parse(requestBody(written)), { kind: "problem", text: "路灯坏了三天了", photo_ids: [] });
  const full = { ...written, phone: " 13800001234 ", address: "东门", place: { longitude: 120.1, latitude: 30.2 }, photos: [{ id: "p1", thumbnail: "data:" }] };
  assert.deepEqual(JSON.parse(requestBody(full)), {
    kind: "problem",
    text: "路灯坏了三天了",
    photo_ids: ["p1"],
    location: { longitude: 120.1, latitude: 30.2, coordinate_system: "wgs84", address: "东门" },
    contact: { phone: "13800001234" },
  });
  assert.deepEqual(JSON.parse(requestBody({ ...written, address: "东门" })).location, { address: "东门" });
  assert.equal(JSON.parse(requestBody({ ...written, confidential: true })).confidential, true);
});
