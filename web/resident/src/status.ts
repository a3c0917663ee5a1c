// What is happening with the send, in words, beside the send button.

import { byId, make } from "./dom.ts";
import type { Steps } from "./sender.ts";

const WHY = {
  network: "网络不好，没有发出去。",
  busy: "现在提交的人多，请稍等。",
  offline: "手机没有网络，连上网会自动发出。",
};
const KEPT = "您写的内容已存在手机上，不会丢。";

export class SendStatus implements Steps {
  private timer = 0;

  say(text: string): void {
    this.show(text, "");
  }

  fail(text: string): void {
    this.show(text, "bad");
  }

  trying = (): void => {
    this.say("正在提交……");
  };

  waiting = (reason: keyof typeof WHY, seconds: number): void => {
    const words = this.show(`${WHY[reason]}${KEPT}`, "warn");
    if (!words) return;
    // The seconds are for the eye alone: read aloud one by one they would drown everything else.
    const countdown = make("span", "");
    countdown.setAttribute("aria-hidden", "true");
    words.appendChild(countdown);
    const now = make("button", "button", "现在再试");
    now.type = "button";
    now.addEventListener("click", () => window.dispatchEvent(new Event("nudge")));
    if (reason !== "busy") words.appendChild(now);
    let left = seconds;
    const tick = (): void => {
      countdown.textContent = left > 0 ? ` ${left} 秒后自动再试。` : "";
      left -= 1;
    };
    tick();
    this.timer = window.setInterval(tick, 1000);
  };

  private show(text: string, tone: string): HTMLElement | null {
    window.clearInterval(this.timer);
    const box = byId("sending");
    if (!box) return null;
    box.textContent = "";
    if (!text) return null;
    const note = make("div", `note ${tone}`);
    const words = make("div", "", text);
    note.appendChild(words);
    box.appendChild(note);
    return words;
  }
}
