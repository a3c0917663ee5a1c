import { names, read, write } from "../platform/storage";

/** What was read stays on the phone, by the address it came from, for when there is no network. */
export interface Kept<T> {
  at: number;
  body: T;
}

/** As many opened cases and lists stay readable. */
const KEPT_VIEWS = 80;

export const readKept = <T>(url: string): Kept<T> | null => read<Kept<T>>(`cache:${url}`);

/** Without when it is from. */
export const keptView = <T>(url: string): T | null => readKept<T>(url)?.body ?? null;

export function keepView(url: string, body: unknown): void {
  write(`cache:${url}`, { at: Date.now(), body });
  const all = names("cache:");
  if (all.length <= KEPT_VIEWS) return;
  const byAge = all.map((name) => ({ name, at: read<Kept<unknown>>(name)?.at ?? 0 })).sort((a, b) => a.at - b.at);
  for (const { name } of byAge.slice(0, all.length - KEPT_VIEWS)) write(name, null);
}
