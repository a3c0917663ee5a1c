// Finishes the H5 build: a compressed copy beside each file, which the server hands out as it is, and a mark on the
// build for the simulator, by which a server in production refuses it.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const folder = process.env.UNI_OUTPUT_DIR ?? "dist/build/h5";
for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(html|css|js|json|svg|ttf)$/.test(entry.name)) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  await writeFile(`${path}.gz`, gzipSync(await readFile(path), { level: 9 }));
}
if (process.argv.includes("--simulator")) await writeFile(join(folder, "simulator.txt"), "never deploy this build\n");
