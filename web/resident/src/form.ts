// The submission form: live draft, checks in words, a send that survives a bad network.

import { attachCounter, byId, countCharacters, focusMarked, randomKey, sessionStore, showError, storage } from "./dom.ts";
import { type Draft, DraftShelf, emptyDraft, isBlank, prepareToSend } from "./draft.ts";
import { attachPhotos } from "./photos.ts";
import { attachPlace } from "./place.ts";
import { type Refusal, send } from "./sender.ts";
import { digest, SentShelf } from "./sent.ts";
import { SendStatus } from "./status.ts";

const MIN_CHARACTERS = 5;
const MAX_CHARACTERS = 4000;
const FIELDS = ["kind", "text", "photos", "address", "name", "phone"];

/** What is wrong with the draft, by field, in words. */
export function findErrors(draft: Draft): [string, string][] {
  const errors: [string, string][] = [];
  if (!draft.kind) errors.push(["kind", "请选一种"]);
  const count = countCharacters(draft.text);
  if (count < MIN_CHARACTERS) errors.push(["text", count ? `再多写几个字，至少 ${MIN_CHARACTERS} 个字` : "请写下您想说的话"]);
  if (count > MAX_CHARACTERS) errors.push(["text", `最多 ${MAX_CHARACTERS} 个字，请删去 ${count - MAX_CHARACTERS} 个字`]);
  const digits = draft.phone.replace(/[^0-9０-９]/g, "").length;
  if (draft.phone.trim() && (digits < 7 || digits > 15)) errors.push(["phone", "电话号码好像不对，请再看一看；也可以不填"]);
  return errors;
}

/** The form's field for a pointer of the API such as `/contact/phone`. */
export function fieldOf(pointer: string): string {
  const last = FIELDS.filter((field) => pointer.split("/").indexOf(field) >= 0)[0];
  if (last) return last;
  return /photo_ids/.test(pointer) ? "photos" : /location/.test(pointer) ? "address" : "";
}

export function attachForm(form: HTMLFormElement): void {
  new SubmissionForm(form).start();
}

class SubmissionForm {
  private readonly token: string;
  private readonly shelf: DraftShelf;
  private readonly sent: SentShelf;
  private readonly uploads;
  private readonly place;
  private readonly status = new SendStatus();
  private draft: Draft;
  private sending = false;
  /** The content has arrived; the page only waits to be left. */
  private arrived = false;

  constructor(private readonly form: HTMLFormElement) {
    this.token = form.dataset["token"] || "";
    this.shelf = new DraftShelf(storage(), this.token);
    this.sent = new SentShelf(sessionStore(), this.token);
    this.draft = emptyDraft(randomKey());
    this.uploads = attachPhotos(Number(form.dataset["maxPhotos"]) || 9, () => this.save());
    this.place = attachPlace(() => this.save());
  }

  start(): void {
    this.form.noValidate = true;
    this.restore();
    this.comeBack();
    for (const type of ["input", "change"]) {
      this.form.addEventListener(type, (event) => {
        this.forgive((event.target as HTMLInputElement).name);
        this.save();
      });
    }
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.sending) void this.submit();
    });
    window.addEventListener("pagehide", () => this.save());
    // Browsers put back what stood in the fields, or the whole page, before this event.
    window.addEventListener("pageshow", () => this.comeBack());
    const discard = byId("discard");
    if (discard) discard.addEventListener("click", () => this.discard());
    const area = byId<HTMLTextAreaElement>("text");
    const counter = byId("text-count");
    if (area && counter) attachCounter(area, counter, MAX_CHARACTERS);
    focusMarked();
  }

  private control(name: string): HTMLInputElement | HTMLTextAreaElement | null {
    return this.form.querySelector(`[name="${name}"]:not([type="radio"])`);
  }

  private value(name: string): string {
    const control = this.control(name);
    return control ? control.value : "";
  }

  private box(): HTMLInputElement | null {
    return this.form.querySelector<HTMLInputElement>('input[name="confidential"]');
  }

  private confidential(): boolean {
    const box = this.box();
    return !!box && box.checked;
  }

  private read(): Draft {
    const chosen = this.form.querySelector<HTMLInputElement>('input[name="kind"]:checked');
    return {
      ...this.draft,
      kind: chosen ? chosen.value : "",
      text: this.value("text"),
      address: this.value("address"),
      name: this.value("name"),
      phone: this.value("phone"),
      confidential: this.confidential(),
      publish: !!this.form.querySelector('input[name="publish_consent"]:checked'),
      place: this.place.get(),
      photos: this.uploads.done(),
    };
  }

  private write(draft: Draft): void {
    this.form.querySelectorAll<HTMLInputElement>('input[name="kind"]').forEach((radio) => {
      radio.checked = radio.value === draft.kind;
    });
    for (const name of ["text", "address", "name", "phone"] as const) {
      const control = this.control(name);
      if (control) control.value = draft[name];
    }
    const box = this.box();
    if (box) box.checked = draft.confidential;
    const publish = this.form.querySelector<HTMLInputElement>('input[name="publish_consent"]');
    if (publish) publish.checked = draft.publish;
    this.place.set(draft.place);
  }

  /** What the server rendered back after a plain send wins over the stored draft. */
  private restore(): void {
    if (!isBlank(this.read())) return;
    const stored = this.shelf.load(Date.now());
    if (!stored) return;
    this.draft = stored;
    this.write(stored);
    this.uploads.restore(stored.photos);
    const note = byId("restored");
    if (note) note.hidden = false;
  }

  /** Back from the receipt: an empty form and the way to what was sent, not the same words waiting to be sent again. */
  private comeBack(): void {
    const sent = this.sent.last(Date.now());
    if (!sent || byId("errors")) return;
    const text = this.value("text").trim();
    if (this.arrived || digest(text) === sent.text) this.empty();
    else if (text) return;
    const link = byId<HTMLAnchorElement>("sent-receipt");
    const note = byId("sent");
    if (link) link.href = sent.receipt;
    if (note) note.hidden = false;
  }

  private empty(): void {
    if (this.arrived) this.lock(false);
    this.arrived = false;
    this.status.say("");
    this.shelf.clear();
    this.draft = emptyDraft(randomKey());
    this.write(this.draft);
    this.uploads.clear();
    const note = byId("restored");
    if (note) note.hidden = true;
    const area = byId("text");
    if (area) area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  private discard(): void {
    this.empty();
    const area = byId("text");
    if (area) area.focus();
  }

  /** Whoever is correcting a field need not read any longer what was wrong with it. */
  private forgive(field: string): void {
    if (FIELDS.indexOf(field) < 0) return;
    showError(field, "");
    if (!this.sending) this.status.say("");
  }

  private save(): void {
    if (this.sending || !this.uploads) return;
    this.draft = this.read();
    this.shelf.save(this.draft, Date.now());
  }

  private async submit(): Promise<void> {
    this.draft = this.read();
    if (this.reportErrors(findErrors(this.draft))) return;
    this.lock(true);
    while (this.uploads.isBusy()) {
      this.status.say("照片传完就提交……");
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    if (this.uploads.items.some((item) => item.state === "failed")) {
      this.lock(false);
      this.reportErrors([["photos", "有照片没有传上去，请再试一次，或者去掉它再提交"]]);
      return;
    }
    this.draft = prepareToSend(this.read(), randomKey);
    this.draft.key = this.sent.keyOf(this.draft.sentBody, Date.now()) || this.draft.key;
    this.shelf.save(this.draft, Date.now());
    const result = await send(`/api/v1/codes/${this.token}/submissions`, this.draft.key, this.draft.sentBody, this.status);
    if ("receipt" in result) {
      const receipt = `/r/${encodeURIComponent(result.receipt)}`;
      this.sent.save(this.draft.key, this.draft.sentBody, this.draft.text, receipt, Date.now());
      this.shelf.clear();
      this.arrived = true;
      this.status.say("提交成功，正在打开回执……");
      location.assign(`${receipt}?new=1`);
    } else {
      this.lock(false);
      this.refused(result.refusal);
    }
  }

  private refused(refusal: Refusal): void {
    if (refusal.code === "idempotency_key_reused") {
      this.sent.clear();
      this.draft.key = randomKey();
    }
    const errors = refusal.errors
      .map((error): [string, string] => [fieldOf(error.pointer), error.detail])
      .filter(([field]) => field);
    if (!this.reportErrors(errors)) this.status.fail(refusal.detail);
  }

  /** Shows each error at its field and goes to the first; returns whether there was one. */
  private reportErrors(errors: [string, string][]): boolean {
    for (const field of FIELDS) showError(field, "");
    for (const [field, text] of errors) showError(field, text);
    this.status.say("");
    const first = errors[0];
    if (!first) return false;
    this.status.fail(`还差一点：${errors.map(([, text]) => text).join("；")}`);
    const name = first[0];
    const target = name === "kind" ? this.form.querySelector<HTMLElement>('input[name="kind"]') : byId(name);
    if (target) {
      target.focus();
      target.scrollIntoView({ block: "center" });
    }
    return true;
  }

  private lock(locked: boolean): void {
    this.sending = locked;
    const button = byId<HTMLButtonElement>("send");
    if (button) button.setAttribute("aria-disabled", String(locked));
    this.form.setAttribute("aria-busy", String(locked));
    const parts = this.form.querySelectorAll<HTMLElement & { disabled: boolean }>("input, textarea, button:not(#send)");
    parts.forEach((part) => {
      part.disabled = locked || (part.id === "photo-input" && this.uploads.isFull());
    });
  }
}
