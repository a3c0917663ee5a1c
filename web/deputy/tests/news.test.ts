import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { fresh, hintReader, pauseAfter, type Hint } from "../src/logic/news.ts";

test("hears each hint once, however the stream is cut, and no sign of life", () => {
  const stream = 'retry: 5000\n\n: still here\n\nid: 1\nevent: news\ndata: {"kind":"arrived"}\n\nid: 2\nevent: news\ndata: {"kind":"changed"}\n\n';
  for (const size of [1, 7, stream.length]) {
    const heard: Hint[] = [];
    const read = hintReader((hint) => heard.push(hint));
    for (let at = 0; at < stream.length; at += size) read(stream.slice(at, at + size));
    deepEqual(heard, ["arrived", "changed"]);
  }
});

test("waits longer after each failure, and never more than a minute", () => {
  deepEqual([0, 1, 2].map((failures) => pauseAfter(failures, 1)), [2_000, 4_000, 8_000]);
  equal(pauseAfter(0, 0), 1_000);
  equal(pauseAfter(50, 1), 60_000);
});

test("names what was not there before", () => {
  deepEqual(fresh(new Set(["a"]), [{ id: "a" }, { id: "b" }]), [{ id: "b" }]);
});
