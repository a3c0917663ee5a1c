// Finishes the H5 build. Everything goes into index.html, because on a slow network each further file costs a turn: the
// style sheets, the app, and in front of it what asks the server already (src/early.ts). The server lets exactly these
// scripts run. Then a compressed copy beside each file, which the server hands out as it is, and a mark on the build for
// the simulator, by which a server in production refuses it.
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const folder = process.env.UNI_OUTPUT_DIR ?? "dist/build/h5";
const asset = (address) => readFile(join(folder, address.replace(/^\/deputy\//, "")), "utf8");

/** What would end a script, or begin a comment in it, is written otherwise; it only stands in texts. */
const script = (code, kind) => `<script${kind}>${code.replace(/<\/(script)/gi, "<\\/$1").replaceAll("<!--", "<\\!--").trim()}</script>`;

async function early() {
  const { outputFiles } = await build({
    entryPoints: ["src/early.ts"], bundle: true, minify: true, write: false, format: "iife", target: "es2017",
  });
  return outputFiles[0].text;
}

/** The page with all its parts in it. */
async function inlined(page) {
  const styles = [];
  const scripts = [];
  const rest = page
    .replace(/\s*<link rel="stylesheet"[^>]*href="([^"]+)">/g, (_, address) => (styles.push(address), ""))
    .replace(/\s*<script type="module"[^>]*src="([^"]+)"><\/script>/g, (_, address) => (scripts.push(address), ""));
  if (scripts.length !== 1 || styles.length === 0) throw new Error("index.html does not name one script and its styles");
  const style = (await Promise.all(styles.map(asset))).join("\n");
  const app = script(await asset(scripts[0]), ' type="module"');
  const head = `${script(await early(), "")}<style>${style}</style></head>`;
  await rm(join(folder, "assets"), { recursive: true });
  return rest.replace("</head>", () => head).replace("</body>", () => `${app}</body>`);
}

const index = join(folder, "index.html");
await writeFile(index, await inlined(await readFile(index, "utf8")));
for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(html|css|js|json|svg|ttf)$/.test(entry.name)) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const bytes = await readFile(path);
  await writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  await writeFile(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
}
if (process.argv.includes("--simulator")) await writeFile(join(folder, "simulator.txt"), "never deploy this build\n");
