/** The phone's small store. Everything that belongs to a person stands under one prefix and goes at logout. */
export const PREFIX = "minyi:";

/** What is not personal and survives a logout. */
const KEPT = ["large", "settings:openid", "settings:simulator"];

export function read<T>(name: string): T | null {
  try {
    const text = uni.getStorageSync(PREFIX + name) as string;
    return text ? (JSON.parse(text) as T) : null;
  } catch {
    return null;
  }
}

/** Writes, or removes with `null`. A full store is no reason to stop working: the caller keeps its value in memory. */
export function write(name: string, value: unknown): boolean {
  try {
    if (value === null) uni.removeStorageSync(PREFIX + name);
    else uni.setStorageSync(PREFIX + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export function names(start: string): string[] {
  const all = uni.getStorageInfoSync().keys;
  return all.filter((key) => key.startsWith(PREFIX + start)).map((key) => key.slice(PREFIX.length));
}

/** Removes everything personal from this phone. */
export function forgetPerson(): void {
  for (const name of names("")) if (!KEPT.includes(name)) write(name, null);
}
