// While something is being worked on, the part of the page that tells of it is fetched again and put in its place. Who
// has no script reloads the page.
(() => {
  const look = async () => {
    const place = document.querySelector("[data-progress]");
    if (!place || place.dataset.progress !== "going") return;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        place.replaceWith(document.importNode(page.querySelector("[data-progress]"), true));
      }
    } catch { /* the network is away: the next look may find it */ }
    setTimeout(look, 2000);
  };
  setTimeout(look, 2000);
})();
