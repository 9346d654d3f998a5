// Counts what is typed as the server does, and keeps the draft a moment after one stops typing. Without it the button
// keeps it. Once another draft was kept elsewhere it stops: the button's answer shows both.
(() => {
  const form = document.querySelector("[data-draft]");
  if (!form) return;
  const text = form.elements.text, revision = form.elements.revision;
  const face = form.querySelector("[data-count]"), said = form.querySelector("[data-said]");
  let timer = 0, sending = false, last = text.value, stopped = false;
  const count = () => { face.textContent = [...text.value.replace(/\s/g, "")].length; };
  const keep = async () => {
    if (stopped || text.value === last) return;
    if (sending) { timer = setTimeout(keep, 1000); return; }
    sending = true;
    const typed = text.value;
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (!answer.ok) throw new Error(answer.status);
      const kept = await answer.json();
      revision.value = kept.revision;
      last = typed;
      said.textContent = kept.said;
    } catch (error) {
      stopped = /^\d+$/.test(error.message);
      said.textContent = said.dataset.failed;
    }
    sending = false;
  };
  text.addEventListener("input", () => { count(); clearTimeout(timer); timer = setTimeout(keep, 2000); });
  form.addEventListener("submit", () => { stopped = true; clearTimeout(timer); });
  count();
})();
