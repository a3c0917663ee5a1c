/** Runs work while no other tab of the same browser runs it; a mini-program has no tabs. */
export function alone<T>(work: () => Promise<T>): Promise<T> {
  // #ifdef H5
  if (typeof navigator !== "undefined" && navigator.locks) {
    return navigator.locks.request("minyi-refresh", work) as Promise<T>;
  }
  // #endif
  return work();
}
