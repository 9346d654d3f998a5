// Opens the tick list where there is no network: it keeps the page and what it looks like, never who is on the list.
const KEPT = "ticks";
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
const keep = async (request) => {
  const answer = await fetch(request, { credentials: "same-origin" });
  if (answer.ok && !answer.redirected) await (await caches.open(KEPT)).put(request, answer.clone());
  return answer;
};
addEventListener("message", (event) => event.waitUntil(Promise.allSettled(event.data.map(keep))));
addEventListener("fetch", (event) => {
  const { request } = event, isPage = request.mode === "navigate";
  if (request.method !== "GET" || !(isPage || new URL(request.url).pathname.includes("/static/"))) return;
  const kept = () => caches.match(request.url, { ignoreVary: true });
  event.respondWith(isPage ? fetch(request).catch(async () => (await kept()) || Response.error()) : kept().then((found) => found || fetch(request)));
});
