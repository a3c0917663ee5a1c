// The desk's pages: the answer's draft stays on this machine until it is sent.

import { attachCounter, byId, countCharacters, focusMarked, showError, storage } from "./dom.ts";
import { forgetEntered, keepEntered } from "./entered.ts";

document.documentElement.classList.add("js");

const MIN_CHARACTERS = 2;
const MAX_CHARACTERS = 4000;

function attachAnswer(form: HTMLFormElement): void {
  const area = byId<HTMLTextAreaElement>("answer");
  const counter = byId("answer-count");
  if (!area || !counter) return;
  const shelf = storage();
  const name = `minyi-answer:${form.dataset["submission"] || ""}`;
  const stored = shelf && shelf.getItem(name);
  const note = byId("answer-draft");
  if (stored && !area.value) {
    area.value = stored;
    if (note) note.textContent = "已恢复上次没发出的答复";
  }
  attachCounter(area, counter, MAX_CHARACTERS);
  area.addEventListener("input", () => {
    try {
      if (shelf) shelf.setItem(name, area.value);
    } catch {
      // A full storage costs the draft, not the answer.
    }
  });
  form.noValidate = true;
  const button = byId<HTMLButtonElement>("answer-send");
  const lock = (locked: boolean): void => {
    if (button) button.disabled = locked;
  };
  // The browser's way back shows the page as it was left: with its button locked.
  window.addEventListener("pageshow", () => lock(false));
  form.addEventListener("submit", (event) => {
    const count = countCharacters(area.value);
    const wrong = count < MIN_CHARACTERS ? "请写下答复内容" : count > MAX_CHARACTERS ? `最多 ${MAX_CHARACTERS} 个字，请删去 ${count - MAX_CHARACTERS} 个字` : "";
    showError("answer", wrong);
    if (wrong) {
      event.preventDefault();
      area.focus();
    } else {
      lock(true);
    }
  });
}

/** The guidance of the chosen kind comes into the field, unless somebody has written something else there. */
function attachGuidance(choice: HTMLSelectElement, area: HTMLTextAreaElement): void {
  const known = Array.from(choice.options, (option) => option.dataset["guidance"] || "");
  choice.addEventListener("change", () => {
    const option = choice.selectedOptions[0];
    const channel = byId("decline-channel");
    if (channel) channel.textContent = option && option.dataset["channel"] ? `（${option.dataset["channel"]}）` : "";
    if (known.includes(area.value)) area.value = (option && option.dataset["guidance"]) || "";
  });
}

/** The answer has arrived: its draft has done its duty. */
function forgetSentDraft(): void {
  const sent = document.querySelector<HTMLElement>("[data-sent]");
  const shelf = storage();
  if (sent && shelf) shelf.removeItem(`minyi-answer:${sent.dataset["sent"] || ""}`);
}

forgetSentDraft();
const choice = byId<HTMLSelectElement>("decline-kind");
const guidance = byId<HTMLTextAreaElement>("guidance");
if (choice && guidance) attachGuidance(choice, guidance);
forgetEntered();
keepEntered();
const door = document.getElementById("open-form");
if (door instanceof HTMLFormElement && door.hasAttribute("data-by-itself")) door.submit();
const form = document.getElementById("answer-form");
if (form instanceof HTMLFormElement) attachAnswer(form);
const printer = document.querySelector<HTMLButtonElement>("[data-print]");
if (printer) {
  printer.hidden = false;
  printer.addEventListener("click", () => window.print());
}
focusMarked();
