"use strict";

const openid = document.body.dataset.openid;
const cards = document.getElementById("cards");
const faults = document.getElementById("faults");

function lastMsgid() {
  const last = cards.lastElementChild;
  return last ? last.dataset.msgid : "0";
}

async function showNewCards() {
  const answer = await fetch(`/phone/${openid}/cards?after=${lastMsgid()}`);
  const text = answer.ok ? (await answer.text()).trim() : "";
  if (text) {
    cards.insertAdjacentHTML("beforeend", text);
    cards.scrollTop = cards.scrollHeight;
  }
}

const words = {
  errcode: (value) => `错误码 ${value}`,
  latency_ms: (value) => `慢 ${value / 1000} 秒`,
  slow_body_ms: (value) => `正文慢 ${value / 1000} 秒`,
  http_status: (value) => `HTTP ${value}`,
  reset_after_processing: () => "送达后断线",
  outage: () => "中断",
  token_revoked: () => "作废令牌",
  probability: (value) => `概率 ${Math.round(value * 100)}%`,
  times: (value) => `还有 ${value} 次`,
  openid: (value) => (value === openid ? "只对本机" : "对另一部手机"),
};

function describe(fault) {
  return Object.keys(words)
    .filter((key) => fault[key] !== null && fault[key] !== false)
    .map((key) => words[key](fault[key]))
    .join("，");
}

function row(text, fault) {
  const item = document.createElement("li");
  const label = document.createElement("span");
  label.textContent = text;
  item.append(label);
  if (fault) {
    const stop = document.createElement("button");
    stop.type = "button";
    stop.textContent = "取消";
    stop.setAttribute("aria-label", `取消：${text}`);
    stop.addEventListener("click", () => change("DELETE", `/_sim/faults/${fault.id}`));
    item.append(stop);
  } else {
    item.className = "calm";
  }
  return item;
}

let shown = "";

async function showFaults() {
  const { items } = await (await fetch("/_sim/faults")).json();
  const state = JSON.stringify(items);
  if (state === shown) return;
  shown = state;
  faults.replaceChildren(...(items.length ? items.map((fault) => row(describe(fault), fault)) : [row("没有故障")]));
}

async function change(method, path, body) {
  await fetch(path, { method, headers: { "content-type": "application/json" }, body: body && JSON.stringify(body) });
  await showFaults();
}

for (const button of document.querySelectorAll("[data-fault]")) {
  button.addEventListener("click", () => {
    const fault = JSON.parse(button.dataset.fault);
    if ("own" in button.dataset) fault.openid = openid;
    change("POST", "/_sim/faults", fault);
  });
}
document.getElementById("clear-faults").addEventListener("click", () => change("DELETE", "/_sim/faults"));
for (const box of document.querySelectorAll("[data-template]")) {
  box.addEventListener("change", () =>
    change("POST", `/_sim/users/${openid}/subscriptions`, {
      template_id: box.dataset.template,
      [box.checked ? "accept" : "reject"]: true,
    }),
  );
}

async function watch() {
  try {
    await showNewCards();
    await showFaults();
  } catch {
    // The simulator is away; the next round tries again.
  }
  setTimeout(watch, 700);
}

cards.scrollTop = cards.scrollHeight;
watch();
