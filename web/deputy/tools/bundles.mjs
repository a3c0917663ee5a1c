// Builds both targets as they are deployed, into dist/check, and holds them to what they have promised:
// - WeChat's own compilers take every WXML and WXSS;
// - the main package stays well below WeChat's 2 MB;
// - nothing in either build asks another host;
// - the H5 build has none of the simulator's ways in, and a first screen that a slow network carries.
import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";

const MAIN_PACKAGE = 1.5 * 1024 * 1024;
const FIRST_SCREEN = 250 * 1024;
/** Addresses that are never asked: names, words to a developer, and a map that a person's press opens. */
const NAMES = /^https?:\/\/(uri\.amap\.com|www\.w3\.org|vuejs\.org|[\w-]+\.dcloud\.(io|net\.cn)|uniapp\.dcloud|github\.com|developers\.weixin\.qq\.com|minyi\.example)\b/;

const problems = [];
const check = (good, words) => {
  if (!good) problems.push(words);
};

function build(script, folder, more) {
  rmSync(folder, { recursive: true, force: true });
  const env = { ...process.env, UNI_OUTPUT_DIR: resolve(folder), ...more };
  const run = spawnSync("npm", ["run", "--silent", script], { env, stdio: ["ignore", "ignore", "inherit"] });
  if (run.status !== 0) process.exit(run.status ?? 1);
}

function files(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)));
}

const size = (folder, names) => names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

function foreignHosts(folder) {
  for (const name of files(folder).filter((name) => /\.(html|js|css|wxss|wxml|json)$/.test(name))) {
    const text = readFileSync(join(folder, name), "utf8");
    for (const [address] of text.matchAll(/https?:\/\/[\w.-]+\.[a-z]{2,}|url\(\s*["']?\/\/[\w.-]+/g)) {
      check(NAMES.test(address), `${name} asks another host: ${address}`);
    }
  }
}

function compile(folder) {
  const bin = dirname(createRequire(import.meta.url).resolve("miniprogram-compiler/package.json"));
  const { wxmlToJs } = createRequire(import.meta.url)(join(bin, "index.js"));
  const names = files(folder);
  const wxml = names.filter((name) => name.endsWith(".wxml"));
  const wxss = names.filter((name) => name.endsWith(".wxss"));
  try {
    wxmlToJs(folder, { maxBuffer: 64 << 20 });
  } catch (error) {
    check(false, `wcc: ${error.message}`);
  }
  // The package's own wrapper returns wcsc's error as if it were a result. One call for each file names the culprit.
  // Nor does it come as a program that may be run.
  const wcsc = join(bin, "bin", { darwin: "mac", linux: "linux" }[process.platform] ?? "windows", "wcsc");
  chmodSync(wcsc, 0o755);
  for (const name of wxss) {
    const run = spawnSync(wcsc, ["-db", "-pc", "0", name], { cwd: folder, maxBuffer: 64 << 20, encoding: "utf8" });
    check(run.status === 0, `wcsc: ${name}: ${run.stderr || run.error}`);
  }
  console.log(`compiled ${wxml.length} WXML and ${wxss.length} WXSS files`);
}

function miniProgram(folder) {
  build("build:mp-weixin", folder, { VITE_API_BASE: "https://minyi.example" });
  compile(resolve(folder));
  const app = JSON.parse(readFileSync(join(folder, "app.json"), "utf8"));
  const roots = (app.subPackages ?? app.subpackages ?? []).map(({ root }) => `${root.replace(/\/$/, "")}/`);
  const names = files(folder);
  const main = size(folder, names.filter((name) => !roots.some((root) => name.startsWith(root))));
  console.log(`mini-program: main package ${kib(main)}, with ${roots.length} sub-packages ${kib(size(folder, names))}`);
  for (const name of names.filter((name) => name.endsWith(".wxml"))) {
    check(!/\srole=/.test(readFileSync(join(folder, name), "utf8")), `${name} has a role that WeChat's screen readers do not see`);
  }
  check(main < MAIN_PACKAGE, `the main package is ${kib(main)}, more than ${kib(MAIN_PACKAGE)}`);
  for (const page of [...app.pages, ...(app.subPackages ?? []).flatMap(({ root, pages }) => pages.map((page) => join(root, page)))]) {
    check(names.includes(`${page}.wxml`), `app.json names ${page}, which has no WXML`);
  }
  foreignHosts(folder);
}

function browser(folder) {
  build("build:h5", folder);
  for (const name of files(folder).filter((name) => /\.(js|html)$/.test(name))) {
    check(!/\/_sim\//.test(readFileSync(join(folder, name), "utf8")), `${name} has the simulator's way in`);
  }
  const page = readFileSync(join(folder, "index.html"), "utf8");
  check(!/<(script|link)[^>]*(src|href)="\//.test(page), "index.html needs a further file before it shows something");
  const [first, smaller] = ["index.html.gz", "index.html.br"].map((name) => size(folder, [name]));
  console.log(`H5: first screen ${kib(first)} with gzip, ${kib(smaller)} with brotli`);
  check(first < FIRST_SCREEN, `the first screen is ${kib(first)} compressed, more than ${kib(FIRST_SCREEN)}`);
  foreignHosts(folder);
}

miniProgram("dist/check/mp-weixin");
browser("dist/check/h5");
for (const words of problems) console.error(words);
process.exit(problems.length === 0 ? 0 : 1);
