// Theme choice: auto → light → dark; without JavaScript the system's choice holds.
// Of pages and years that stand side by side, the open one is in sight.
// Filters stand open where there is room; without JavaScript they open with one tap.
// Names that a tick list keeps on this device are forgotten when their day is over, when one logs out, and when somebody
// else logs in; drafts that could not be sent, too. Ticks that are not sent yet stay without them until they are: whose
// they are is led to them.
(() => {
  const root = document.documentElement, key = "theme", all = ["auto", "light", "dark"];
  const read = () => { try { return localStorage.getItem(key) || "auto"; } catch { return "auto"; } };
  const apply = (v) => { v === "auto" ? root.removeAttribute("data-bs-theme") : root.setAttribute("data-bs-theme", v); };
  apply(read());
  const lists = () => Object.keys(localStorage).filter((name) => name.startsWith("ticks:")).map((name) => [name, JSON.parse(localStorage.getItem(name))]);
  const waiting = (kept) => kept.queue.length + Object.keys(kept.undone).length;
  const forget = (is) => {
    try {
      for (const name of Object.keys(localStorage).filter((one) => one.startsWith("draft:"))) {
        if (is(JSON.parse(localStorage.getItem(name)))) localStorage.removeItem(name);
      }
      for (const [name, kept] of lists()) {
        if (!is(kept)) continue;
        const bare = { me: kept.me, until: kept.until, queue: kept.queue, undone: kept.undone };
        if (waiting(kept)) localStorage.setItem(name, JSON.stringify(bare)); else localStorage.removeItem(name);
      }
      if (!lists().length) globalThis.caches?.delete("ticks");
    } catch { /* private mode: nothing is kept */ }
  };
  document.addEventListener("DOMContentLoaded", () => {
    if (matchMedia("(min-width: 992px)").matches) document.querySelectorAll("[data-open-wide]").forEach((d) => { d.open = true; });
    document.querySelectorAll(".errors[tabindex]").forEach((e) => e.focus());
    document.querySelectorAll("[data-print]").forEach((p) => { p.hidden = false; p.addEventListener("click", () => print()); });
    document.querySelectorAll(".pages [aria-current], .years [aria-current]").forEach((a) => { a.parentElement.scrollLeft = a.offsetLeft - a.parentElement.clientWidth / 3; });
    const who = document.body.dataset.account;
    forget((kept) => Date.parse(kept.until) <= Date.now() || (who && kept.me !== who));
    document.querySelectorAll("[data-log-out]").forEach((form) => form.addEventListener("submit", (event) => {
      let unsent = false;
      try { unsent = lists().some(([, kept]) => waiting(kept)); } catch { /* private mode: nothing is kept */ }
      if (unsent && !confirm(form.dataset.logOut)) { event.preventDefault(); return; }
      forget(() => true);
    }));
    // A button that is pressed twice sends once: the second answer would be that it has been done already.
    const sent = new WeakSet();
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (event.defaultPrevented || form.method !== "post") return;
      if (sent.has(form)) { event.preventDefault(); return; }
      sent.add(form);
      setTimeout(() => sent.delete(form), 5000);
      addEventListener("pageshow", () => sent.delete(form), { once: true });
    });
    const note = document.querySelector("[data-unsent]");
    try {
      const mine = lists().find(([, kept]) => kept.me === who && waiting(kept));
      if (note && mine && !document.querySelector("[data-crowd]")) {
        note.querySelector("a").href = note.dataset.unsent.replace("SLOT", mine[0].slice("ticks:".length));
        note.hidden = false;
      }
    } catch { /* private mode: nothing is kept */ }
    const b = document.querySelector("[data-theme-toggle]");
    if (!b) return;
    const say = () => b.setAttribute("aria-label", b.dataset.label.replace("%(name)s", b.dataset[read()]));
    b.hidden = false; say();
    b.addEventListener("click", () => {
      const next = all[(all.indexOf(read()) + 1) % 3];
      try { localStorage.setItem(key, next); } catch { /* private mode: the choice lasts for this page */ }
      apply(next); say();
    });
  });
})();
