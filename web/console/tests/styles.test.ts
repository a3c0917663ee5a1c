import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

/** Every file of the program, by its path. */
const text = new Map<string, string>();
(function read(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) read(path);
    else if (/\.(vue|ts|css)$/.test(name)) text.set(path, readFileSync(path, "utf8"));
  }
})("src");

const of = (path: string): string => text.get(path) ?? "";
const found = (from: string, asked: string): string | undefined => {
  const base = join(dirname(from), asked);
  return [base, `${base}.ts`, `${base}.vue`].find((path) => text.has(path));
};
const all = (path: string, pattern: RegExp): string[] => [...of(path).matchAll(pattern)].map((match) => match[1] ?? "");
const named = (path: string, pattern: RegExp): string[] => all(path, pattern).flatMap((asked) => found(path, asked) ?? []);

/** A file with all that comes with it; pages come on demand. */
function loaded(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const other of named(path, /^(?:import|export)\s[^"]*?"(\.[^"]+)"/gm)) loaded(other, seen);
  return seen;
}

const styles = (path: string): string => (path.endsWith(".css") ? of(path) : all(path, /<style[^>]*>([\s\S]*?)<\/style>/g).join("\n"));
const styled = (path: string): string[] => [...styles(path).matchAll(/\.([a-z][a-z0-9-]*)/g)].map((match) => match[1] ?? "");
const used = (path: string): string[] =>
  path.endsWith(".vue") ? all(path, /(?<!:)\bclass="([^"]+)"/g).flatMap((names) => names.split(/\s+/)) : [];

const somewhere = new Set([...text.keys()].flatMap(styled));
const pages = new Set([...text.keys()].flatMap((path) => named(path, /\bimport\("(\.[^"]+)"\)/g)));

describe("what a page looks like", () => {
  it("knows the pages", () => expect(pages.size).toBeGreaterThan(30));

  // A style that only another page brings is there or not, depending on where a person has been before.
  it.each([...pages])("%s brings every style that it uses", (page) => {
    const parts = loaded(page);
    const known = new Set([...parts, ...loaded(join("src", "main.ts"))].flatMap(styled));
    const missing = [...parts].flatMap(used).filter((name) => somewhere.has(name) && !known.has(name));
    expect(missing).toEqual([]);
  });
});
