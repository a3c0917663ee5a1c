import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test, type FullConfig } from "@playwright/test";
import { stack, stateOf } from "./stack";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** `MINYI_BROWSER_BUILT`: the programs were built just before. */
function dev(name: string, ...args: string[]): void {
  const built = args[0] === "up" && process.env.MINYI_BROWSER_BUILT ? ["--built"] : [];
  const run = spawnSync("cargo", ["dev", ...args, ...built, "--state-dir", stateOf(name)], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (run.status !== 0) throw new Error(`cargo dev ${args.join(" ")} failed`);
}

/** Starts a product from nothing; gives what stops it. */
function start(name: string, ...options: string[]): () => void {
  dev(name, "reset");
  dev(name, "up", "--detach", ...options);
  return () => dev(name, "down");
}

/**
 * Brings up a product for each half of the tests alone and returns what takes them down again. Their logs stay in
 * .dev/browser-first/log and .dev/browser-second/log until the next run. `MINYI_BROWSER_STACK` (a stack.json) names a
 * running one for all tests.
 */
export default function bringUp({ projects }: FullConfig): (() => void) | undefined {
  if (process.env.MINYI_BROWSER_STACK) return undefined;
  const downs: (() => void)[] = [];
  const down = () => {
    const failed: unknown[] = [];
    for (const one of downs) {
      try {
        one();
      } catch (error) {
        failed.push(error);
      }
    }
    if (failed.length > 0) throw new AggregateError(failed, "a product stays up");
  };
  try {
    // The first one is built, the other is made of the same.
    for (const [at, { name }] of projects.entries()) downs.push(start(name, ...(at > 0 ? ["--beside"] : [])));
  } catch (error) {
    try {
      down();
    } catch (stays) {
      console.error(stays);
    }
    throw error;
  }
  return down;
}

/** Brings up an empty installation beside it, on other ports; `stack()` tells of this one until it is taken down again. */
export function bringUpEmpty(): () => void {
  const usual = process.env.MINYI_BROWSER_STACK;
  const name = `${test.info().project.name}-empty`;
  const down = start(name, "--empty", ...(usual ? [] : ["--beside"]));
  process.env.MINYI_BROWSER_STACK = `${stateOf(name)}/stack.json`;
  return () => {
    if (usual) process.env.MINYI_BROWSER_STACK = usual;
    else delete process.env.MINYI_BROWSER_STACK;
    down();
  };
}

/** Creates one of the three first administrators, as whoever installs it does; the link that sets the password. */
export function createAdmin(role: "system-admin" | "security-admin" | "auditor", username: string, name: string): string {
  const { base_url, database_url } = stack();
  const program = `${process.env.CARGO_TARGET_DIR ?? `${root}target`}/debug/minyi-api`;
  const who = ["--role", role, "--username", username, "--name", name];
  const where = ["--public-url", base_url, "--database-url", database_url];
  const said = execFileSync(program, ["create-admin", ...who, ...where]).toString();
  return said.split("\n").find((line) => line.startsWith(base_url)) ?? "";
}
