import { readFileSync } from "node:fs";

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

/** The product that the tests use. */
export function stack(): Stack {
  const path = process.env.MINYI_BROWSER_STACK;
  if (!path) throw new Error("the global setup did not bring up a product");
  return JSON.parse(readFileSync(path, "utf8")) as Stack;
}
