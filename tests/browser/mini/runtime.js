// Runs a mini-program's build in a browser, far enough for a smoke test: WeChat's own component framework
// (glass-easel) renders the WXML; modules, pages and native components are the little that the build needs.
import { NormalComponentNames } from "./natives.js";
import { makeWx } from "./wx.js";
import { Event } from "glass-easel";
import { MiniProgramEnv } from "glass-easel-miniprogram-adapter";

const { files, templates, launch } = await (await fetch("/program.json")).json();
const app = JSON.parse(files["app.json"]);
const stack = [];
const wx = makeWx({ open, back, launch });
Object.assign(window, { wx, getCurrentPages: () => stack, getApp: () => window.theApp, global: window });

// In WeChat what an event tells stands in the event itself, where uni-app looks for it; here it would be inherited.
const { wrapShadowedEvent } = Event.prototype;
Event.prototype.wrapShadowedEvent = function wrapped(...given) {
  const { type, detail } = this;
  return Object.assign(wrapShadowedEvent.apply(this, given), { type, detail });
};

const environment = new MiniProgramEnv();
const space = environment.createCodeSpace("", true);
// uni-app gives a component its listeners while it runs.
space.getComponentSpace().updateComponentOptions({ useMethodCallerListeners: true });
for (const name of NormalComponentNames) space.getComponentSpace().setGlobalUsingComponent(name, `wx-${name}`);
const compiled = new Function(`return ${templates}`)();

// One style sheet for all: the build's class names do not collide, and that is enough for a smoke test.
const rpx = window.innerWidth / 750;
const css = Object.keys(files).filter((path) => path.endsWith(".wxss")).map((path) => files[path]).join("\n");
const style = document.createElement("style");
style.textContent = css
  .replace(/@import[^;]+;/g, "")
  .replace(/(-?[\d.]+)rpx/g, (_, number) => `${Number(number) * rpx}px`)
  .replace(/(^|[\s,}>])(page|view|text|button|image|textarea|input)(?=[\s,{.:>])/g, (_, before, tag) => `${before}${tag === "page" ? "body" : `wx-${tag}`}`);
document.head.append(style);

const modules = new Map();

function run(path) {
  const known = modules.get(path);
  if (known) return known.exports;
  const module = { exports: {} };
  modules.set(path, module);
  const source = files[path];
  if (source === undefined) throw new Error(`no module ${path}`);
  const wanted = (name) => run(new URL(name, `file:///${path}`).pathname.slice(1).replace(/(\.js)?$/, ".js"));
  new Function("require", "module", "exports", `${source}\n//# sourceURL=mini/${path}`)(wanted, module, module.exports);
  return module.exports;
}

// The build keeps the constructors that it finds at its start, so these stay and pass on to the file being run.
let registering;
for (const name of ["Page", "Component", "Behavior"]) window[name] = (definition) => registering[name](definition);
window.App = (options) => {
  window.theApp = Object.assign(Object.create(options), options);
};
run("app.js");

const components = Object.keys(files).filter((path) => path.endsWith(".json") && files[path.replace(/json$/, "wxml")] !== undefined);
for (const json of components) {
  const path = json.replace(/\.json$/, "");
  space.addComponentStaticConfig(path, { ...JSON.parse(files[json]), component: true, styleIsolation: "shared" });
  space.addCompiledTemplate(path, { groupList: compiled, content: compiled[path] });
}
for (const json of components) {
  const path = json.replace(/\.json$/, "");
  space.componentEnv(path, (constructors) => {
    registering = constructors;
    run(`${path}.js`);
  });
}

document.addEventListener("click", ({ target }) => {
  let element = target;
  while (element && !element.__wxElement) element = element.parentElement;
  element?.__wxElement.triggerEvent("tap", {}, { bubbles: true, composed: true });
  const agreeing = target.closest("wx-button[open-type*=agreePrivacyAuthorization]");
  if (!agreeing) return;
  window.agreedBy = agreeing.__wxElement.id;
  agreeing.__wxElement.triggerEvent("agreeprivacyauthorization", {});
});

const backend = environment.associateBackend();

function open(url, instead = false) {
  const [path, search] = url.replace(/^\//, "").split("?");
  const query = Object.fromEntries(new URLSearchParams(search ?? ""));
  // WeChat hands the query over as it stands in the address.
  for (const [name, raw] of (search ?? "").split("&").map((pair) => pair.split("="))) if (name) query[name] = raw ?? "";
  if (instead) stack.pop();
  const root = backend.createRoot("wx-page", space, path);
  const page = root.get();
  Object.assign(page, { route: path, options: query, __wxWebviewId__: stack.length + 1 });
  stack.push(page);
  show(root);
  page.onLoad?.(query);
  page.onShow?.();
  page.onReady?.();
}

const roots = new WeakMap();

function show(root) {
  const placeholder = document.createElement("span");
  document.body.replaceChildren(placeholder);
  roots.set(stack[stack.length - 1], root);
  root.attach(document.body, placeholder);
}

function back() {
  if (stack.length < 2) return;
  stack.pop().onUnload?.();
  const page = stack[stack.length - 1];
  document.body.replaceChildren(roots.get(page).getComponent().$$);
  page.onShow?.();
}

theApp.onLaunch?.(launch);
theApp.onShow?.(launch);
open(launch.path + (launch.search ? `?${launch.search}` : ""));
window.started = true;
