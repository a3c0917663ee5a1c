/** Lets the browser keep the app itself, so that it opens without a network; where it cannot, it goes without. */
export function keepAppOffline(): void {
  // #ifdef H5
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const keep = () => navigator.serviceWorker.register(`${import.meta.env.BASE_URL}offline.js`);
  // What is shown comes first.
  if (document.readyState === "complete") void keep().catch(() => undefined);
  else window.addEventListener("load", () => void keep().catch(() => undefined));
  // #endif
}
