// Holds what `npm run build` has made, as it is deployed, to what it has promised: a first load that a slow network carries
// (what index.html names — the shell is in its entry —, the pages on which everybody begins, and all that these import at
// once, with their styles), and nobody else asked.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const FIRST_LOAD = 400 * 1024;
const FIRST_PAGES = ["HomePage", "LoginPage"];
/** Names, and words to a developer: never asked. */
const NAMES = /^https?:\/\/(www\.w3\.org|vuejs\.org|element-plus\.org|router\.vuejs\.org|pinia\.vuejs\.org|github\.com|leafletjs\.com|echarts\.apache\.org|developer\.mozilla\.org|a\.b|a\.com)\b/;
const folder = "dist/build/console";

const read = (name) => readFileSync(`${folder}/${name}`, "utf8");
const problems = [];
const wanted = new Set(["index.html"]);
const entry = read("index.html").match(/<script[^>]* src="\/console\/(assets\/[^"]+)"/)?.[1];
if (!entry) throw new Error("index.html names no script");
/** The entry says what the browser loads together with a page, its styles too, by places in this list. */
const parts = JSON.parse(read(entry).match(/m\.f=(\[[^\]]*\])/)?.[1] ?? "[]");
for (const page of FIRST_PAGES) {
  const [, script, places] = read(entry).match(new RegExp(`import\\([\`"']\\./(${page}-[\\w-]+\\.js)[\`"']\\)(?:,__vite__mapDeps\\(\\[([\\d,]*)\\]\\))?`)) ?? [];
  if (!script) problems.push(`the entry loads no ${page}`);
  else for (const name of [`assets/${script}`, ...(places ?? "").split(",").filter(Boolean).map((place) => parts[place])]) wanted.add(name);
}
for (const name of wanted) {
  if (!/\.(html|js)$/.test(name)) continue;
  for (const [, asset] of read(name).matchAll(/(?:src|href)="\/console\/(assets\/[^"]+)"/g)) wanted.add(asset);
  for (const [, asset] of read(name).matchAll(/(?:from|import)\s*"\.\/([\w.-]+)"/g)) wanted.add(`assets/${asset}`);
}
const size = [...wanted].reduce((sum, name) => sum + gzipSync(readFileSync(`${folder}/${name}`), { level: 9 }).length, 0);
console.log(`console: first load ${(size / 1024).toFixed(1)} KB compressed in ${wanted.size} files`);
if (size > FIRST_LOAD) problems.push(`the first load is more than ${FIRST_LOAD / 1024} KB`);
if (/<script(?![^>]*\bsrc=)/.test(read("index.html"))) problems.push("index.html has an inline script");
for (const name of readdirSync(`${folder}/assets`).filter((name) => /\.(js|css)$/.test(name))) {
  for (const [address] of read(`assets/${name}`).matchAll(/https?:\/\/[\w.-]+\.[a-z]{2,}/g)) {
    if (!NAMES.test(address)) problems.push(`${name} names another host: ${address}`);
  }
}
for (const words of problems) console.error(words);
process.exit(problems.length === 0 ? 0 : 1);
