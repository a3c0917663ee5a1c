/** What a page asks the server for first. On the H5, index.html asks it before the app is there: see `src/early.ts`. */
import { address } from "./address.ts";

const LISTED = 50;
/** What waits, on the first page. */
export const WAITING = { state: "open", limit: LISTED } as const;
/** What offices answered and nobody has judged. */
export const TO_JUDGE = { state: "answered", limit: LISTED } as const;

/** The addresses, by what stands behind the `#` of the browser's own address. */
export function firstsOf(hash: string): string[] {
  const [page, search] = hash.replace(/^#/, "").split("?");
  if (["", "/", "/pages/home/index"].includes(page ?? "")) {
    return [address("/api/v1/inbox", undefined, WAITING), "/api/v1/me/home", address("/api/v1/handovers", undefined, TO_JUDGE)];
  }
  const id = new URLSearchParams(search ?? "").get("id");
  if (page !== "/pages/case/index" || !id) return [];
  return ["/api/v1/submissions/{id}", "/api/v1/submissions/{id}/appointments"].map((path) => address(path, { id }));
}
