import assert from "node:assert/strict";
import { test } from "node:test";
import { CODE_LENGTH, findProblem, grouped, inWords, normalise } from "../src/token.ts";

// Drawn by the server's domain crate.
const REAL = "F37D47MJMCPN";

test("a token of the server is right, however it is typed", () => {
  for (const typed of [REAL, "f37d-47mj-mcpn", " F37D 47MJ MCPN ", "Ｆ３７Ｄ－４７ＭＪ－ＭＣＰＮ", "F37D—47MJ–MCPN"]) {
    assert.equal(normalise(typed), REAL, typed);
  }
  assert.equal(findProblem(REAL, CODE_LENGTH), null);
});

test("every single wrong character and every swapped pair is found", () => {
  const alphabet = "34679ACDEFGHJKMNPRTVWXY";
  for (let i = 0; i < REAL.length; i++) {
    for (const other of alphabet) {
      if (other === REAL.charAt(i)) continue;
      assert.deepEqual(findProblem(REAL.slice(0, i) + other + REAL.slice(i + 1), CODE_LENGTH), { kind: "checksum" });
    }
    const swapped = REAL.slice(0, i) + REAL.charAt(i + 1) + REAL.charAt(i) + REAL.slice(i + 2);
    if (i + 1 < REAL.length && swapped !== REAL) assert.deepEqual(findProblem(swapped, CODE_LENGTH), { kind: "checksum" });
  }
});

test("what is missing and what is impossible is said with numbers", () => {
  assert.deepEqual(findProblem("F37D", CODE_LENGTH), { kind: "length", actual: 4 });
  const problem = findProblem("F37D47MJMCP0", CODE_LENGTH);
  assert.deepEqual(problem, { kind: "character", position: 12 });
  assert.match(inWords({ kind: "character", position: 12 }, "F37D47MJMCP0", CODE_LENGTH), /第 12 位“0”/);
});

test("tokens are grouped by four", () => {
  assert.equal(grouped(REAL), "F37D-47MJ-MCPN");
  assert.equal(grouped("F37D4"), "F37D-4");
  assert.equal(grouped(""), "");
});
