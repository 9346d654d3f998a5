// Counts what is typed as the server does, and keeps a draft a moment after one stops, and when one leaves the page. What
// the server does not have yet is on this device: without a connection nothing is sent, and nothing lost. Without it the
// button keeps the draft. Once another draft was kept elsewhere it stops: the button's answer shows both. A form that says
// no address to send to is held on the device alone, as long as the server has nothing newer, until it is sent.
(() => {
  const form = document.querySelector("[data-draft]");
  if (!form) return;
  const DAYS = 30;
  const { draft } = form.dataset, { account } = document.body.dataset;
  const revision = form.elements.revision ?? form.elements.seen, said = form.querySelector("[data-said]");
  const face = form.querySelector("[data-count]"), text = form.querySelector("textarea");
  const place = `draft:${draft || new URL(form.action).pathname}`;
  const typed = () => {
    const all = new URLSearchParams(new FormData(form));
    for (const name of ["revision", "seen", "csrf_token"]) all.delete(name);
    return all.toString();
  };
  const count = () => { if (face) face.textContent = [...text.value.replace(face.dataset.count === "all" ? /\r/g : /\s/g, "")].length; };
  let timer = 0, sending = null, last = typed(), stopped = false, leaving = false;

  // ── on this device ──
  const hold = () => {
    try { localStorage.setItem(place, JSON.stringify({ me: account, until: new Date(Date.now() + DAYS * 864e5), typed: typed(), revision: revision.value })); return true; } catch { return false; }
  };
  const drop = () => { try { localStorage.removeItem(place); } catch { /* private mode: nothing is kept */ } };
  const held = () => {
    try { const one = JSON.parse(localStorage.getItem(place)); return one?.me === account ? one : null; } catch { return null; }
  };
  const putBack = (one) => {
    const values = new URLSearchParams(one.typed);
    for (const field of form.elements) {
      if (!field.name || ["hidden", "submit"].includes(field.type)) continue;
      if (["radio", "checkbox"].includes(field.type)) field.checked = values.getAll(field.name).includes(field.value);
      else field.value = values.get(field.name) ?? "";
    }
    revision.value = one.revision;
    const back = form.querySelector("[data-back]");
    back.setAttribute("role", "status");
    back.hidden = false;
  };

  // ── to the server ──
  const send = async () => {
    const now = typed(), body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(draft, { method: "POST", body, keepalive: body.toString().length < 60000 });
      // Who is logged out is led to the log-in, which is no answer to a draft.
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const kept = await answer.json();
      revision.value = kept.revision;
      last = now;
      said.textContent = kept.said;
      if (typed() === now) drop(); else hold();
    } catch (error) {
      stopped = /^\d+$/.test(error.message);
      said.textContent = hold() && !stopped ? said.dataset.offline : said.dataset.failed;
      if (!stopped) timer = setTimeout(keep, 15000);
    }
  };
  const keep = async () => {
    clearTimeout(timer);
    if (!draft || stopped || leaving || typed() === last) return;
    if (sending) { timer = setTimeout(keep, 1000); return; }
    await (sending = send());
    sending = null;
  };
  form.addEventListener("input", () => { count(); hold(); clearTimeout(timer); timer = setTimeout(keep, 2000); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
  window.addEventListener("online", keep);
  window.addEventListener("pageshow", (event) => { if (event.persisted) leaving = false; });
  form.addEventListener("submit", async (event) => {
    if (!draft || leaving || stopped || (!sending && typed() === last && navigator.onLine)) { leaving = true; return; }
    event.preventDefault();
    // What is on its way makes a newer draft, of which this one must know, or it would seem to be from elsewhere. And
    // what cannot be sent stays here, instead of on a page that the browser puts in its place.
    if (sending) await sending;
    await keep();
    if (!stopped && (typed() !== last || !navigator.onLine)) { hold(); said.textContent = said.dataset.offline; return; }
    leaving = true;
    form.requestSubmit(event.submitter);
  });
  const found = held();
  if (found && found.typed !== last && (draft || found.revision === revision.value)) { putBack(found); keep(); } else drop();
  count();
})();
