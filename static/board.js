// The board: counts what is ticked, and ticks a whole day at once. Without it the same ticks are sent.
(() => {
  const form = document.querySelector("[data-board]");
  if (!form) return;
  const ticks = [...form.querySelectorAll("input[name=s]")], said = form.querySelector("[data-count]");
  const count = () => {
    const on = ticks.filter((tick) => tick.checked);
    const people = on.reduce((sum, tick) => sum + Number(tick.dataset.people), 0);
    said.textContent = on.length ? said.dataset.some.replace("{slots}", on.length).replace("{people}", people) : said.dataset.none;
    form.querySelectorAll(".bulk button").forEach((button) => { button.disabled = !on.length; });
  };
  form.addEventListener("change", count);
  form.querySelectorAll("[data-day]").forEach((button) => {
    const column = ticks.filter((tick) => tick.closest("td").cellIndex === Number(button.dataset.day) + 1);
    button.hidden = !column.length;
    button.addEventListener("click", () => {
      const all = column.every((tick) => tick.checked);
      column.forEach((tick) => { tick.checked = !all; });
      count();
    });
  });
  addEventListener("pageshow", count);
  count();
})();
