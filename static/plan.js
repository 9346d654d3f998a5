// Planning: posts are found by typing, "all" and single ones exclude each other, and who waits sees that work is done.
// Without JavaScript every chip is there to be chosen, and the page answers when it is done.
document.querySelectorAll("[data-narrow]").forEach((box) => {
  const chips = [...box.parentElement.querySelectorAll(".chip")], typed = box.querySelector("input");
  const all = box.closest("fieldset").querySelector("input[value=all]");
  box.hidden = false;
  typed.addEventListener("input", () => {
    const wanted = typed.value.trim().toLowerCase();
    chips.forEach((chip) => { chip.hidden = !chip.textContent.toLowerCase().includes(wanted); });
  });
  typed.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  chips.forEach((chip) => chip.addEventListener("change", () => { all.checked = false; }));
  all.addEventListener("change", () => { if (all.checked) chips.forEach((chip) => { chip.querySelector("input").checked = false; }); });
});
document.querySelectorAll("form[data-busy]").forEach((form) => form.addEventListener("submit", (event) => {
  const button = form.querySelector("button");
  if (form.ariaBusy === "true") { event.preventDefault(); return; }
  form.ariaBusy = "true";
  button.textContent = form.dataset.busy;
}));
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
