// The browser's copy of the app itself, so that it opens without a network. Nothing personal is kept here: what was
// read stands in the app's own store, and goes at logout.
const SHELF = "minyi-deputy";
const HOME = new URL("./", self.location.href).href;
const ASSETS = `${HOME}assets/`;

self.addEventListener("install", (event) => {
  event.waitUntil(self.skipWaiting());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

async function keep(request, answer) {
  if (answer.ok) await (await caches.open(SHELF)).put(request, answer.clone());
  return answer;
}

// Assets carry a hash of their content in the name, and never change.
async function asset(request) {
  return (await caches.match(request)) ?? keep(request, await fetch(request));
}

// The first page names the assets that hold now: from the network, if there is one. Assets of older builds go.
async function page(request) {
  try {
    const answer = await fetch(request);
    const text = await answer.clone().text();
    const shelf = await caches.open(SHELF);
    for (const kept of await shelf.keys()) {
      if (kept.url.startsWith(ASSETS) && answer.ok && !text.includes(new URL(kept.url).pathname)) await shelf.delete(kept);
    }
    return keep(HOME, answer);
  } catch (error) {
    const kept = await caches.match(HOME);
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.url.startsWith(ASSETS)) event.respondWith(asset(request));
  else if (request.mode === "navigate" && request.url.split(/[?#]/)[0] === HOME) event.respondWith(page(request));
});
