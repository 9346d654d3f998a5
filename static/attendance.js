// Attendance: counts while one marks, finds a name, opens the minutes of who came late, asks why when a saved mark is
// changed. Without it the same form works with its buttons.
(() => {
  const form = document.querySelector("[data-ticks]");
  if (!form) return;
  const rows = [...form.querySelectorAll("[data-row]")];
  const markOf = (row) => row.querySelector(".seg input:checked")?.value ?? row.dataset.mark ?? "";
  const shown = (row) => [markOf(row), ...[...row.querySelectorAll(".mins input")].map((i) => i.value.trim())].join("|");
  const why = form.querySelector("[data-why]");

  const count = () => {
    const tally = {};
    for (const row of rows) {
      const mark = markOf(row);
      tally[mark] = (tally[mark] || 0) + 1;
      if (row.querySelector(".seg")) row.classList.toggle("todo", !mark);
    }
    form.querySelectorAll("[data-tally]").forEach((b) => { b.textContent = tally[b.dataset.tally] || 0; });
    const marked = form.querySelector("[data-marked]");
    if (marked) marked.textContent = rows.length - (tally[""] || 0);
    if (why) {
      const changed = rows.some((row) => { const was = row.querySelector("[name^='was-']"); return was && was.value !== shown(row); });
      why.hidden = !changed;
      why.querySelector("input").required = changed;
    }
  };

  form.addEventListener("change", (event) => {
    const row = event.target.closest(".row-p");
    const asks = { late: "late-", left_early: "hours-" }[event.target.value];
    if (row && asks && event.target.type === "radio") {
      const details = row.querySelector("details");
      if (details) details.open = true;
      row.querySelector(`[name^='${asks}']`).focus();
    }
    count();
  });
  form.addEventListener("input", (event) => {
    if (!event.target.name?.startsWith("late-") || !event.target.value) return count();
    event.target.closest(".row-p").querySelector("input[value='late']").checked = true;
    count();
  });

  form.querySelector("[data-fill]")?.addEventListener("click", (event) => {
    event.preventDefault();
    for (const row of rows) if (!markOf(row)) { const present = row.querySelector("input[value='present']"); if (present) present.checked = true; }
    count();
  });

  const filter = form.querySelector("[data-filter]");
  if (filter) {
    filter.hidden = false;
    const box = filter.querySelector("input");
    box.addEventListener("input", () => {
      const wanted = box.value.trim().toLowerCase();
      for (const row of rows) row.hidden = !row.dataset.find.toLowerCase().includes(wanted);
    });
    box.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  }
  count();
})();
