/** The phone's small store. Everything that belongs to a person stands under one prefix and goes at logout. */
export const PREFIX = "minyi:";

/** What is not personal and survives a logout. */
const KEPT = ["large", "settings:openid", "settings:simulator"];

// In a browser uni-app throws for every name that it does not find, and on a slow phone the first of these costs a fifth
// of a second: the browser reads the whole app once more, to say where it was thrown.
function text(key: string): string | null {
  // #ifdef H5
  return localStorage.getItem(key);
  // #endif
  // #ifndef H5
  return uni.getStorageSync(key) as string;
  // #endif
}

export function read<T>(name: string): T | null {
  try {
    const kept = text(PREFIX + name);
    return kept ? (JSON.parse(kept) as T) : null;
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
