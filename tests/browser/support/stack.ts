import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "@playwright/test";

/** What `cargo dev up` tells about the running product. */
export interface Stack {
  base_url: string;
  simulator_url: string;
  database_url: string;
  codes: [string, ...string[]];
  receipt: string;
  deputy: { openid: string; name: string };
  /** User names of a station's head and of an office; the password is the console's. */
  station: string;
  office: string;
  console: { username: string; password: string };
}

/** Where `cargo dev` keeps everything. */
const kept = process.env.MINYI_DEV_DIR ?? fileURLToPath(new URL("../../../.dev", import.meta.url));

/** Where it keeps the product of this name. */
export const stateOf = (name: string): string => `${kept}/browser-${name}`;

/** The product that the tests use: that of their half, if none is named. */
export function stack(): Stack {
  const path = process.env.MINYI_BROWSER_STACK ?? `${stateOf(test.info().project.name)}/stack.json`;
  return JSON.parse(readFileSync(path, "utf8")) as Stack;
}
