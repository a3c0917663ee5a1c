import { expect, test } from "vitest";
import { placeAfter } from "../src/parts/keys";

const id = (row: { id: string }) => row.id;
const rows = (...ids: string[]) => ids.map((one) => ({ id: one }));

test("the row that one is at is found again when the list was read anew", () => {
  expect(placeAfter(1, rows("a", "b", "c"), rows("new", "a", "b", "c"), id)).toBe(2);
});

test("a row that is gone, or none, is at no place", () => {
  expect(placeAfter(1, rows("a", "b"), rows("a", "c"), id)).toBe(-1);
  expect(placeAfter(-1, rows("a"), rows("a"), id)).toBe(-1);
});
