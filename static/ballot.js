// What leaves the device is as long whatever is chosen, so that nobody who sees how long it is learns who was left out;
// and no paper comes back with its ticks when somebody else goes back to it. Without it both are the server's words alone.
(() => {
  const form = document.querySelector("[data-paper]");
  if (!form) return;
  form.addEventListener("submit", () => {
    for (const one of form.querySelectorAll("fieldset")) {
      if (!one.querySelector("input:checked")) one.querySelector(`input[value="${form.dataset.paper}"]`).checked = true;
    }
  });
  // How far one has got, on a paper of many: of this page alone, and nothing of it leaves the device.
  const chosen = form.querySelector("[data-chosen]"), say = () => {
    const done = [...form.querySelectorAll("fieldset")].filter((one) => one.querySelector("input:checked")).length;
    chosen.textContent = chosen.dataset.chosen.replace("DONE", done);
    chosen.hidden = false;
  };
  form.addEventListener("change", say);
  form.addEventListener("reset", () => setTimeout(say));
  say();
  const { sure } = form.elements;
  sure.addEventListener("invalid", () => sure.setCustomValidity(form.dataset.sure));
  sure.addEventListener("change", () => sure.setCustomValidity(""));
  window.addEventListener("pagehide", () => form.reset());
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
