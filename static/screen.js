// The screen with the code: the code and the count are fetched anew in place, the code when it changes, the count more
// often. Without it the page reloads itself.
(() => {
  const OFTEN = 5;
  const stale = document.querySelector("[data-stale]");
  let last = Date.now();
  const renew = async () => {
    const shown = document.querySelector("[data-screen]");
    let next = OFTEN;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-screen]");
      shown.replaceWith(fresh);
      last = Date.now();
      next = Math.min(OFTEN, Number(fresh.dataset.seconds));
    } catch { /* it is tried again; what is shown says how old it is */ }
    stale.hidden = Date.now() - last < 45000;
    setTimeout(renew, next * 1000 + 100);
  };
  setTimeout(renew, Math.min(OFTEN, Number(document.querySelector("[data-screen]").dataset.seconds)) * 1000 + 100);
  navigator.wakeLock?.request("screen").catch(() => {});
})();
