// Small tools over the page that the server rendered.

export function byId<T extends HTMLElement>(id: string): T | null {
  return document.getElementById(id) as T | null;
}

/** Sets or clears the error line of the field `name`; returns whether there is one. */
export function showError(name: string, text: string): void {
  const line = byId(`${name}-error`);
  if (!line) return;
  const words = line.querySelector("span");
  if (words) words.textContent = text;
  line.hidden = !text;
  const field = line.closest(".field");
  if (field) field.classList.toggle("wrong", !!text);
  const input = byId(name);
  if (input && "value" in input) {
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}

/** Makes an element with classes, attributes and text. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, text = ""): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

/** Characters as the server counts them. */
export function countCharacters(text: string): number {
  return Array.from(text.replace(/\r\n?/g, "\n").trim()).length;
}

/** Keeps "12 / 4000 字" beside a text area; says so with a class when it is too long. */
export function attachCounter(area: HTMLTextAreaElement, counter: HTMLElement, max: number): void {
  const update = (): void => {
    const count = countCharacters(area.value);
    counter.textContent = count > max ? `多了 ${count - max} 字` : `${count} / ${max} 字`;
    counter.classList.toggle("over", count > max);
  };
  area.addEventListener("input", update);
  update();
}

/** The browser's storage, or null where it is forbidden. */
export function storage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/** The storage that is gone with the tab, or null where it is forbidden. */
export function sessionStore(): Storage | null {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

/** A key nobody else makes: 128 random bits in hexadecimal digits. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => `0${byte.toString(16)}`.slice(-2)).join("");
}

/** Moves the focus to what the server marked: the summary of errors, the message of success. */
export function focusMarked(): void {
  const marked = document.querySelector<HTMLElement>("[data-focus]");
  if (marked) marked.focus();
}
