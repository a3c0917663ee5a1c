import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, type Page, type Route } from "@playwright/test";
import { stack } from "./stack";

const require = createRequire(import.meta.url);
const here = fileURLToPath(new URL("../mini/", import.meta.url));
const built = fileURLToPath(new URL("../../../web/deputy/dist/build/", import.meta.url));
/** A place that exists only in the test: a mini-program has no address. */
const ORIGIN = "http://mini.test";

const dist = (name: string, file: string) => join(dirname(require.resolve(`${name}/package.json`)), "dist", file);
const SCRIPTS: Record<string, string> = {
  "/runtime.js": join(here, "runtime.js"),
  "/natives.js": join(here, "natives.js"),
  "/wx.js": join(here, "wx.js"),
  "/glass-easel.js": dist("glass-easel", "glass_easel.all.es.js"),
  "/adapter.js": dist("glass-easel-miniprogram-adapter", "glass_easel_miniprogram_adapter.es.js"),
};
const PAGE = `<!DOCTYPE html><html lang="zh-CN"><meta charset="utf-8"><title>小程序</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script type="importmap">{"imports": {"glass-easel": "/glass-easel.js", "glass-easel-miniprogram-adapter": "/adapter.js"}}</script>
<style>body { margin: 0 } wx-view, wx-page, wx-scroll-view, wx-textarea, wx-button { display: block } wx-image { display: inline-block }</style>
<body></body><script type="module" src="/runtime.js"></script></html>`;

/** The build's files as text, and its WXML compiled by WeChat's own template compiler. */
function program(): { files: Record<string, string>; templates: string } {
  const root = join(built, "mp-weixin");
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => relative(root, join(entry.parentPath, entry.name)));
  const texts = paths.filter((path) => /\.(js|json|wxml|wxss)$/.test(path));
  const files = Object.fromEntries(texts.map((path) => [path, readFileSync(join(root, path), "utf8")]));
  const { TmplGroup } = require("glass-easel-template-compiler") as typeof import("glass-easel-template-compiler");
  const group = new TmplGroup();
  for (const path of texts.filter((path) => path.endsWith(".wxml"))) {
    // `bindtap` and `bind:tap` mean the same to WeChat; the framework alone knows the second.
    const source = (files[path] ?? "").replace(/\s(bind|catch)([a-z]+)=/g, " $1:$2=");
    group.addTmpl(path.replace(/\.wxml$/, ""), source);
  }
  const templates = group.getTmplGenObjectGroups();
  group.free();
  return { files, templates };
}

/** Starts the mini-program on a page, in the deputy's WeChat or somebody else's. */
export async function startMiniProgram(page: Page, path: string, search = "", openid = stack().deputy.openid): Promise<void> {
  // `cargo dev up` builds it beside everything else.
  const note = join(built, ".mp-weixin-sources");
  await expect.poll(() => readdirSync(built).includes(".mp-weixin-sources"), { message: note, timeout: 120_000 }).toBe(true);
  const { base_url, simulator_url } = stack();
  const query = Object.fromEntries(new URLSearchParams(search));
  const launch = { path, search, query, scene: 1107, referrerInfo: {}, apiCategory: "default" };
  await page.route(`${ORIGIN}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    const person = /^\/_sim\/person\/(.+)$/.exec(pathname);
    if (person) return route.fulfill({ response: await route.fetch({ url: `${simulator_url}/_sim/users/${openid}/${person[1]}` }) });
    const script = SCRIPTS[pathname];
    if (script) return route.fulfill({ contentType: "text/javascript", body: readFileSync(script, "utf8") });
    if (pathname === "/program.json") return route.fulfill({ json: { ...program(), launch } });
    return pathname === "/" ? route.fulfill({ contentType: "text/html", body: PAGE }) : route.fulfill({ status: 404 });
  });
  await page.route(`${base_url}/**`, withoutOrigins);
  await page.goto(`${ORIGIN}/`);
  await page.waitForFunction(() => (window as unknown as { started?: boolean }).started === true);
}

/** A mini-program's requests know no origins. */
async function withoutOrigins(route: Route): Promise<void> {
  const open = { "access-control-allow-origin": "*", "access-control-allow-headers": "*", "access-control-allow-methods": "*" };
  if (route.request().method() === "OPTIONS") return route.fulfill({ status: 204, headers: { ...open, "access-control-allow-headers": "authorization, content-type, idempotency-key, accept" } });
  const response = await route.fetch();
  return route.fulfill({ response, headers: { ...response.headers(), ...open } });
}
