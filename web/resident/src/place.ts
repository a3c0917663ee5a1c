// The position, only when the resident asks for it.

import { byId } from "./dom.ts";
import type { Place } from "./draft.ts";

const REASONS: Record<number, string> = {
  1: "没有得到定位许可。可以在上面写地点。",
  2: "现在定不了位。可以在上面写地点。",
  3: "定位太慢了。可以再试一次，或在上面写地点。",
};

/** Connects the button; returns how to read the place and how to set it from a draft. */
export function attachPlace(changed: () => void): { get: () => Place | null; set: (place: Place | null) => void } {
  let place: Place | null = null;
  const button = byId<HTMLButtonElement>("locate");
  const box = byId("where");
  const status = byId("locate-status");
  const set = (next: Place | null): void => {
    place = next;
    if (box) box.hidden = !next;
    if (button) button.hidden = !!next;
    const words = byId("where-text");
    if (words) words.textContent = next ? "✓ 已添加位置" : "";
    fill("longitude", next && next.longitude);
    fill("latitude", next && next.latitude);
  };
  const say = (text: string): void => {
    if (status) status.textContent = text;
  };
  if (button && !navigator.geolocation) button.hidden = true;
  if (button) button.addEventListener("click", () => locate(button, say, (found) => { set(found); changed(); }));
  const forget = byId("forget-place");
  if (forget) forget.addEventListener("click", () => { set(null); say("已去掉位置"); changed(); if (button) button.focus(); });
  return { get: () => place, set };
}

function locate(button: HTMLButtonElement, say: (text: string) => void, found: (place: Place) => void): void {
  button.disabled = true;
  say("正在定位……");
  navigator.geolocation.getCurrentPosition(
    (position) => {
      button.disabled = false;
      const metres = Math.round(position.coords.accuracy);
      say(`已添加位置，误差约 ${metres} 米`);
      found({ longitude: round(position.coords.longitude), latitude: round(position.coords.latitude) });
      const forget = byId("forget-place");
      if (forget) forget.focus();
    },
    (error) => {
      button.disabled = false;
      say(REASONS[error.code] || REASONS[2] || "");
    },
    { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
  );
}

/** Six places are 10 cm: more would only look exact. */
function round(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}

function fill(name: string, value: number | null): void {
  const field = document.querySelector<HTMLInputElement>(`input[name="${name}"]`);
  if (field) field.value = value === null ? "" : String(value);
}
