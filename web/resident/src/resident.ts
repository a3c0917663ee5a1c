// The residents' pages work without this script; with it they are kinder.

import { focusMarked } from "./dom.ts";
import { attachEntry } from "./entry.ts";
import { attachForm } from "./form.ts";
import { CODE_LENGTH, RECEIPT_LENGTH } from "./token.ts";

document.documentElement.classList.add("js");

function attach(id: string, work: (form: HTMLFormElement) => void): void {
  const form = document.getElementById(id);
  if (form instanceof HTMLFormElement) work(form);
}

attach("submission-form", attachForm);
attach("code-entry", (form) => attachEntry(form, "code", CODE_LENGTH));
attach("receipt-entry", (form) => attachEntry(form, "receipt", RECEIPT_LENGTH));
// A second press while the first is on its way would only meet a refusal.
attach("rating-form", (form) => {
  form.addEventListener("submit", () => {
    const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
    if (button) setTimeout(() => (button.disabled = true), 0);
  });
});
focusMarked();
