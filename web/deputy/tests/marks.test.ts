import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { excerpts, markedWords } from "../src/logic/marks.ts";

const text = "😀楼下有人赌博，天天赌博到半夜。";
const marks = [
  { category_name: "赌博", start: 5, end: 7 },
  { category_name: "赌博", start: 10, end: 12 },
];

test("takes the words by characters, not by code units, and each once", () => {
  deepEqual([...markedWords(text, marks)], [["赌博", "赌博"]]);
});

test("shows every place that is left in the text as it stands now", () => {
  const words = markedWords(text, marks);
  deepEqual(excerpts(text, words).map(({ before, word, after }) => `${before}[${word}]${after}`), [
    "😀楼下有人[赌博]，天天赌博到半夜。",
    "😀楼下有人赌博，天天[赌博]到半夜。",
  ]);
  deepEqual(excerpts("楼下有人打牌。", words), []);
});

test("cuts what stands further away", () => {
  const [one] = excerpts(`${"甲".repeat(20)}赌博${"乙".repeat(20)}`, new Map([["赌博", "赌博"]]));
  deepEqual([one?.before, one?.after], [`…${"甲".repeat(14)}`, `${"乙".repeat(14)}…`]);
});
