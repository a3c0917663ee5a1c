// The browser's copy of the app itself, which is one page, so that it opens without a network. Nothing personal is kept
// here: what was read stands in the app's own store, and goes at logout.
const SHELF = "minyi-deputy";
const HOME = new URL("./", self.location.href).href;

// The very first page came before there was anybody to keep it.
self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELF).then((shelf) => shelf.add(HOME)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

// From the network, if there is one, so that a new build is used at once.
async function page(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) await (await caches.open(SHELF)).put(HOME, answer.clone());
    return answer;
  } catch (error) {
    const kept = await caches.match(HOME);
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.url.split(/[?#]/)[0] === HOME) event.respondWith(page(request));
});
