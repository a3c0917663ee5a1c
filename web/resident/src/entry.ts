// Typing a code or a receipt by hand: grouped as one types, told at once when it cannot be right.

import { byId, showError } from "./dom.ts";
import { findProblem, grouped, inWords, normalise } from "./token.ts";

/** Connects the input `name` inside `form`; `length` is the token's. */
export function attachEntry(form: HTMLFormElement, name: string, length: number): void {
  const input = byId<HTMLInputElement>(name);
  if (!input) return;
  const check = (): string => {
    const token = normalise(input.value);
    const problem = findProblem(token, length);
    return problem ? inWords(problem, token, length) : "";
  };
  input.addEventListener("input", (event) => {
    // While an input method composes, the text is not yet the person's.
    if ((event as InputEvent).isComposing) return;
    // Only a cursor at the end may move: whoever corrects in the middle stays there.
    if (input.selectionStart === input.value.length) input.value = grouped(normalise(input.value));
    const token = normalise(input.value);
    const problem = findProblem(token, length);
    const tellNow = problem && (token.length >= length || problem.kind === "character");
    const impossible = findProblem(token, token.length);
    const early = impossible && impossible.kind === "character" ? inWords(impossible, token, length) : "";
    showError(name, early || (tellNow ? inWords(problem, token, length) : ""));
  });
  form.addEventListener("submit", (event) => {
    const words = check();
    showError(name, words);
    if (!words) return;
    event.preventDefault();
    input.focus();
  });
}
