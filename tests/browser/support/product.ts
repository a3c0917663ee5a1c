import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { stack } from "./stack";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Where `cargo dev` keeps everything. */
const kept = process.env.MINYI_DEV_DIR ?? `${root}.dev`;

/** `MINYI_BROWSER_BUILT`: the programs were built just before. */
function dev(state: string, ...args: string[]): void {
  const built = args[0] === "up" && process.env.MINYI_BROWSER_BUILT ? ["--built"] : [];
  const run = spawnSync("cargo", ["dev", ...args, ...built, "--state-dir", state], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (run.status !== 0) throw new Error(`cargo dev ${args.join(" ")} failed`);
}

/** Starts a product from nothing; gives what stops it. */
function start(state: string, ...options: string[]): () => void {
  dev(state, "reset");
  dev(state, "up", "--detach", ...options);
  process.env.MINYI_BROWSER_STACK = `${state}/stack.json`;
  return () => dev(state, "down");
}

/**
 * Brings up a product for the tests alone and returns what takes it down again. Its logs stay in
 * .dev/browser/log until the next run. `MINYI_BROWSER_STACK` (a stack.json) names a running one.
 */
export default function bringUp(): (() => void) | undefined {
  return process.env.MINYI_BROWSER_STACK ? undefined : start(`${kept}/browser`);
}

/** Brings up an empty installation beside it, on other ports; `stack()` tells of this one until it is taken down again. */
export function bringUpEmpty(): () => void {
  const usual = process.env.MINYI_BROWSER_STACK;
  const down = start(`${kept}/browser-empty`, "--empty", "--beside");
  return () => {
    process.env.MINYI_BROWSER_STACK = usual;
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
