import { expect, test } from "vitest";
import { hintReader } from "../src/app/hints";

test("each hint is heard once, however the stream is cut, and no sign of life", () => {
  const stream = 'retry: 5000\n\n: still here\n\nid: 1\nevent: news\ndata: {"kind":"arrived"}\n\nid: 2\nevent: news\ndata: {"kind":"changed"}\n\n';
  for (const size of [1, 7, stream.length]) {
    const heard: string[] = [];
    const read = hintReader((kind) => heard.push(kind));
    for (let at = 0; at < stream.length; at += size) read(stream.slice(at, at + size));
    expect(heard).toEqual(["arrived", "changed"]);
  }
});
