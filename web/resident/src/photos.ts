// The photo tiles of the form.

import { byId, make, showError } from "./dom.ts";
import { type Upload, Uploads } from "./uploads.ts";

/** Connects the file button and the tiles; `changed` is told whenever a photo's state changes. */
export function attachPhotos(max: number, changed: () => void): Uploads {
  const list = byId<HTMLUListElement>("uploads");
  const input = byId<HTMLInputElement>("photo-input");
  let count = 0;
  // Stays until a photo is removed: progress of the others does not make it less true.
  let tooMany = "";
  const explain = (): void => {
    const failed = uploads.items.filter((item) => item.state === "failed")[0];
    showError("photos", failed ? failed.reason : tooMany);
  };
  const uploads = new Uploads(max, () => {
    if (uploads.items.length < count) tooMany = "";
    count = uploads.items.length;
    if (list) render(list, uploads);
    if (input) showRoom(input, uploads.isFull(), max);
    explain();
    announce(uploads);
    changed();
  });
  if (input) {
    // The photos go on their own; the form's plain send must not carry them a second time.
    input.removeAttribute("name");
    input.addEventListener("change", () => {
      const left = uploads.add(Array.from(input.files || []));
      tooMany = left ? `最多 ${max} 张，多出的 ${left} 张没有加上` : "";
      explain();
      input.value = "";
    });
  }
  return uploads;
}

/** Greys the button when no photo fits any more, and says so. */
function showRoom(input: HTMLInputElement, full: boolean, max: number): void {
  const words = full ? `已满 ${max} 张` : "拍照或选照片";
  input.disabled = full;
  input.setAttribute("aria-label", words);
  const button = byId("photo-button");
  if (!button) return;
  button.classList.toggle("full", full);
  const label = button.querySelector("span");
  if (label) label.textContent = words;
}

const tiles = new WeakMap<Upload, HTMLLIElement>();

/** Keeps each photo's tile, so that focus and screen reader stay where they were. */
function render(list: HTMLUListElement, uploads: Uploads): void {
  const wanted = uploads.items.map((item, index) => {
    const tile = tiles.get(item) || build(item, uploads);
    tiles.set(item, tile);
    update(tile, item, index + 1);
    return tile;
  });
  Array.from(list.children).forEach((child) => {
    if (wanted.indexOf(child as HTMLLIElement) < 0) list.removeChild(child);
  });
  wanted.forEach((tile) => {
    if (tile.parentNode !== list) list.appendChild(tile);
  });
}

function build(item: Upload, uploads: Uploads): HTMLLIElement {
  const tile = make("li", "tile");
  tile.appendChild(make("img", ""));
  tile.appendChild(make("progress", ""));
  tile.appendChild(make("span", "state"));
  const retry = make("button", "retry", "再试一次");
  retry.type = "button";
  retry.addEventListener("click", () => uploads.retry(item));
  tile.appendChild(retry);
  const remove = make("button", "remove");
  remove.type = "button";
  const cross = make("span", "", "×");
  cross.setAttribute("aria-hidden", "true");
  remove.appendChild(cross);
  remove.addEventListener("click", () => {
    uploads.remove(item);
    const input = byId("photo-input");
    if (input) input.focus();
  });
  tile.appendChild(remove);
  return tile;
}

function update(tile: HTMLLIElement, item: Upload, number: number): void {
  const image = tile.querySelector("img");
  if (image) {
    image.hidden = !item.thumbnail;
    image.alt = `照片 ${number}`;
    if (item.thumbnail && image.src !== item.thumbnail) image.src = item.thumbnail;
  }
  const bar = tile.querySelector("progress");
  if (bar) {
    bar.hidden = item.state === "done" || item.state === "failed";
    bar.value = item.progress;
    bar.setAttribute("aria-label", `照片 ${number} 上传进度`);
  }
  const state = tile.querySelector(".state");
  if (state) state.textContent = stateInWords(item);
  const retry = tile.querySelector<HTMLButtonElement>(".retry");
  if (retry) retry.hidden = !(item.state === "failed" && item.mayRetry);
  const remove = tile.querySelector(".remove");
  if (remove) remove.setAttribute("aria-label", `去掉照片 ${number}`);
}

function stateInWords(item: Upload): string {
  if (item.state === "done") return "✓ 已上传";
  if (item.state === "failed") return "✕ 没传上";
  return item.progress > 0 ? `上传 ${Math.round(item.progress * 100)}%` : "等待上传";
}

/** One sentence for screen readers; changed only when a photo is finished, not at each percent. */
function announce(uploads: Uploads): void {
  const status = byId("photo-status");
  const all = uploads.items.length;
  const failed = uploads.items.filter((item) => item.state === "failed").length;
  const words = all ? `${all} 张照片，已上传 ${uploads.done().length} 张${failed ? `，${failed} 张没有传上去` : ""}` : "";
  if (status && status.textContent !== words) status.textContent = words;
}
