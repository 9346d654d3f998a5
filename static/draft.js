// Counts what is typed as the server does, and keeps a draft a moment after one stops, and when one leaves the page.
// Without it the button keeps it. Once another draft was kept elsewhere it stops: the button's answer shows both.
(() => {
  const form = document.querySelector("[data-draft]");
  if (!form) return;
  const { revision } = form.elements, said = form.querySelector("[data-said]");
  const face = form.querySelector("[data-count]"), text = form.querySelector("textarea");
  const typed = () => { const all = new URLSearchParams(new FormData(form)); all.delete("revision"); return all.toString(); };
  const count = () => { face.textContent = [...text.value.replace(face.dataset.count === "all" ? /\r/g : /\s/g, "")].length; };
  let timer = 0, sending = null, last = typed(), stopped = false;
  const send = async () => {
    const now = typed(), body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body, keepalive: body.toString().length < 60000 });
      if (!answer.ok) throw new Error(answer.status);
      const kept = await answer.json();
      revision.value = kept.revision;
      last = now;
      said.textContent = kept.said;
    } catch (error) {
      stopped = /^\d+$/.test(error.message);
      said.textContent = said.dataset.failed;
    }
  };
  const keep = async () => {
    clearTimeout(timer);
    if (stopped || typed() === last) return;
    if (sending) { timer = setTimeout(keep, 1000); return; }
    await (sending = send());
    sending = null;
  };
  form.addEventListener("input", () => { count(); clearTimeout(timer); timer = setTimeout(keep, 2000); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
  form.addEventListener("submit", async (event) => {
    stopped = true;
    clearTimeout(timer);
    if (!sending) return;
    // What is on its way makes a newer draft, of which this one must know, or it would seem to be from elsewhere.
    event.preventDefault();
    await sending;
    form.requestSubmit(event.submitter);
  });
  count();
})();
