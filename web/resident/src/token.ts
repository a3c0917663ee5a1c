// What people type from a wall or a receipt, checked before anybody is asked. The same rules as in the server's
// domain crate: 23 characters that no eye confuses, the last one a check character.

const ALPHABET = "34679ACDEFGHJKMNPRTVWXY";
export const CODE_LENGTH = 12;
export const RECEIPT_LENGTH = 20;

export type TokenProblem = { kind: "length"; actual: number } | { kind: "character"; position: number } | { kind: "checksum" };

/** Full-width forms folded, small letters raised, spaces and dashes of any kind dropped. */
export function normalise(typed: string): string {
  return typed
    .replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/[\s\-‐‑–—_·]/g, "")
    .toUpperCase();
}

/** In groups of four: `ACDE-3467-KMNP`. */
export function grouped(token: string): string {
  return (token.match(/.{1,4}/g) || []).join("-");
}

/** What is wrong with a normalised token of `length` characters, or null. */
export function findProblem(token: string, length: number): TokenProblem | null {
  if (token.length !== length) return { kind: "length", actual: token.length };
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const value = ALPHABET.indexOf(token.charAt(i));
    if (value < 0) return { kind: "character", position: i + 1 };
    sum += (i + 1) * value;
  }
  return sum % ALPHABET.length === 0 ? null : { kind: "checksum" };
}

/** The problem in words for the person who typed. */
export function inWords(problem: TokenProblem, token: string, length: number): string {
  switch (problem.kind) {
    case "length":
      return problem.actual === 0 ? `请输入 ${length} 位字符` : `要 ${length} 位，现在是 ${problem.actual} 位`;
    case "character":
      return `第 ${problem.position} 位“${token.charAt(problem.position - 1)}”不会出现在码里，请对照再看一看`;
    case "checksum":
      return "有一位打错了，或者两位打反了，请对照再看一看";
  }
}
