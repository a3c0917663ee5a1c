// Bundles the styles and scripts into dist/ under names that carry a hash of their content, writes a compressed copy
// beside each, and manifest.json, by which the server finds them: {"resident.css": "resident-AB12CD34.css", …}.
import { build } from "esbuild";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { gzipSync } from "node:zlib";

const result = await build({
  entryPoints: {
    resident: "src/resident.ts",
    desk: "src/desk.ts",
    "resident-style": "styles/resident.css",
    "desk-style": "styles/desk.css",
    icon: "src/icon.svg",
  },
  outdir: "dist",
  entryNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "iife",
  // WeChat's browser on a phone of five years ago.
  target: ["es2017", "chrome78"],
  loader: { ".svg": "copy" },
  metafile: true,
  write: false,
});

await rm("dist", { recursive: true, force: true });
await mkdir("dist");
const manifest = {};
for (const file of result.outputFiles) {
  const name = basename(file.path);
  manifest[name.replace(/(-style)?-[A-Z0-9]{8}(?=\.)/, "")] = name;
  const compressed = gzipSync(file.contents, { level: 9 });
  await writeFile(`dist/${name}`, file.contents);
  await writeFile(`dist/${name}.gz`, compressed);
  console.log(`${name}  ${file.contents.length} bytes, ${compressed.length} compressed`);
}
await writeFile("dist/manifest.json", `${JSON.stringify(manifest, null, 2)}\n`);
