// Finishes the H5 build. Everything goes into index.html, because on a slow network each further file costs a turn: the
// style sheet, what asks the server already (src/early.ts), the first page with all that it needs, and then the other
// pages, which still arrive while the first one is being shown. The server lets exactly these scripts run. Then a
// compressed copy beside each file, which the server hands out as it is, and a mark on the build for the simulator, by
// which a server in production refuses it.
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const folder = process.env.UNI_OUTPUT_DIR ?? "dist/build/h5";
const asset = (address) => readFile(join(folder, address.replace(/^\/deputy\//, "")), "utf8");

/** What would end a script, or begin a comment in it, is written otherwise; it only stands in texts. */
const script = (code) => `<script>${code.replace(/<\/(script)/gi, "<\\/$1").replaceAll("<!--", "<\\!--").trim()}</script>`;

async function small(source) {
  const { outputFiles } = await build({
    entryPoints: [source], bundle: true, minify: true, write: false, format: "iife", target: "es2017",
  });
  return script(outputFiles[0].text);
}

/**
 * A chunk of the app that tells its name, because it has no address of its own any more. Around its two functions the
 * parentheses come back that were saved: by them the browser knows that both run at once, and reads them only once.
 */
async function chunk(name) {
  const [, parts, head, body] = /^System\.register\((\[.*?\]),(.*?execute:)(.*)\}\}\);\s*$/s.exec(await asset(`assets/${name}`)) ?? [];
  if (!body) throw new Error(`${name} is not a chunk`);
  return script(`System.register("./${name}",${parts},(${head}(${body})}}));`);
}

/** The page with all its parts in it. */
async function inlined(page) {
  const styles = [];
  const scripts = [];
  const rest = page
    .replace(/\s*<link rel="stylesheet"[^>]*href="([^"]+)">/g, (_, address) => (styles.push(address), ""))
    .replace(/\s*<script type="module"[^>]*src="([^"]+)"><\/script>/g, (_, address) => (scripts.push(basename(address)), ""));
  const others = (await readdir(join(folder, "assets"))).filter((name) => name.endsWith(".js") && !scripts.includes(name));
  if (scripts.length !== 1 || others.length !== 1 || styles.length !== 1) throw new Error("the app is not two scripts and one style sheet");
  const head = `${await small("src/early.ts")}<style>${await asset(styles[0])}</style></head>`;
  const app = [await small("src/chunks.ts"), await chunk(scripts[0]), await chunk(others[0])].join("");
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
