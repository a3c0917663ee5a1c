/** Lets the browser keep the app itself, so that it opens without a network; where it cannot, it goes without. */
export function keepAppOffline(): void {
  // #ifdef H5
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  // The very first page came before there was anybody to keep it.
  const keep = async () => {
    await navigator.serviceWorker.register(`${import.meta.env.BASE_URL}offline.js`);
    await navigator.serviceWorker.ready;
    const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
    const own = loaded.filter((name) => name.startsWith(`${location.origin}${import.meta.env.BASE_URL}assets/`));
    await (await caches.open("minyi-deputy")).addAll([location.origin + import.meta.env.BASE_URL, ...new Set(own)]);
  };
  window.addEventListener("load", () => void keep().catch(() => undefined));
  // #endif
}
