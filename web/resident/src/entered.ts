// What the staff type from a paper form survives a failed send, in this tab only: it names a resident.

import { sessionStore } from "./dom.ts";

type Kept = Record<string, string>;

const place = (name: string): string => `minyi-entered:${name}`;

function fields(form: HTMLFormElement): (HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement)[] {
  const kept = form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>("input, textarea, select");
  return Array.from(kept).filter((field) => field.type !== "hidden" && field.type !== "file" && field.name !== "");
}

function values(form: HTMLFormElement): Kept {
  const kept: Kept = {};
  for (const field of fields(form)) {
    if (field.type !== "radio" || (field as HTMLInputElement).checked) kept[field.name] = field.value;
  }
  return kept;
}

function fill(form: HTMLFormElement, kept: Kept): void {
  for (const field of fields(form)) {
    const value = kept[field.name];
    if (value === undefined) continue;
    if (field.type === "radio") (field as HTMLInputElement).checked = field.value === value;
    else if (!field.value) field.value = value;
  }
}

/** Keeps the fields of the form that asks for it while they change, and brings them back. */
export function keepEntered(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-draft]");
  const shelf = sessionStore();
  if (!form || !shelf) return;
  const name = place(form.dataset["draft"] || "");
  try {
    const kept: unknown = JSON.parse(shelf.getItem(name) || "{}");
    // What the server shows again is newer.
    if (kept && typeof kept === "object" && !document.querySelector("[role=alert]")) fill(form, kept as Kept);
  } catch {
    shelf.removeItem(name);
  }
  form.addEventListener("input", () => {
    try {
      shelf.setItem(name, JSON.stringify(values(form)));
    } catch {
      // A full storage costs the draft, not the entry.
    }
  });
}

/** The entry has arrived. */
export function forgetEntered(): void {
  const done = document.querySelector<HTMLElement>("[data-draft-done]");
  const shelf = sessionStore();
  if (done && shelf) shelf.removeItem(place(done.dataset["draftDone"] || ""));
}
