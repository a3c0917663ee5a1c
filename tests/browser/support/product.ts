import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const state = `${root}.dev/browser`;

function dev(...args: string[]): void {
  const run = spawnSync("cargo", ["dev", ...args, "--state-dir", state], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (run.status !== 0) throw new Error(`cargo dev ${args.join(" ")} failed`);
}

/**
 * Brings up a product for the tests alone and returns what takes it down again. Its logs stay in
 * .dev/browser/log until the next run. `MINYI_BROWSER_STACK` (a stack.json) names a running one.
 */
export default function bringUp(): (() => void) | undefined {
  if (process.env.MINYI_BROWSER_STACK) return undefined;
  dev("reset");
  dev("up", "--detach");
  process.env.MINYI_BROWSER_STACK = `${state}/stack.json`;
  return () => dev("down");
}
