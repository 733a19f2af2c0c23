// The site without a network: pages come from the network first, files named by their content from the cache, and the
// list of mysfits from the cache when there is no network, with the time of it. No other answer of the API is kept.

// Publishing writes these three.
const RELEASE = "";
const FILES = [];
const LIST = "";

const CACHE = `mysfits-${RELEASE}`;
const LISTS = "mysfits-list";
const FINGERPRINT = /\.[0-9a-f]{10}\.\w+$/;
const pathOf = (url) => new URL(url, location).pathname;

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => event.waitUntil(activate()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (request.url === new URL(LIST, location).href) event.respondWith(list(request));
  else if (FILES.includes(pathOf(request.url)) && new URL(request.url).origin === location.origin) event.respondWith(file(request));
});

async function install() {
  const cache = await caches.open(CACHE);
  // A browser's own copy of a page or picture may be of the release before.
  const fresh = (path) => new Request(path, { cache: FINGERPRINT.test(path) ? "default" : "no-cache" });
  await cache.addAll(FILES.map(fresh));
  // The list that the page has shown came before there was anybody to keep it.
  await list(new Request(LIST)).catch(() => {});
}

async function activate() {
  const old = (name) => name.startsWith("mysfits-") && name !== CACHE && name !== LISTS;
  await Promise.all((await caches.keys()).filter(old).map((name) => caches.delete(name)));
  await self.clients.claim();
}

const copyOf = (request) => caches.match(request, { cacheName: CACHE, ignoreVary: true });

async function page(request) {
  try {
    return await fetch(request);
  } catch {
    if (pathOf(request.url) !== "/") return Response.redirect("/");
    return (await copyOf("/")) ?? Response.error();
  }
}

async function file(request) {
  const named = FINGERPRINT.test(pathOf(request.url));
  const copy = named && (await copyOf(request));
  if (copy) return copy;
  try {
    return await fetch(request);
  } catch {
    return (await copyOf(request)) ?? Response.error();
  }
}

async function list(request) {
  const cache = await caches.open(LISTS);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(LIST, await dated(answer.clone()));
    return answer;
  } catch {
    return (await cache.match(LIST, { ignoreVary: true })) ?? Response.error();
  }
}

/** The same answer, marked as a copy of this time: the page says so of what it shows. */
async function dated(answer) {
  const headers = { "Content-Type": "application/json", "X-Copy-Of": new Date().toISOString() };
  return new Response(await answer.arrayBuffer(), { headers });
}
