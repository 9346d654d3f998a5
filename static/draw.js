// Recomputes a draw on this device from its data: the same few steps as the page tells. Without it the data can be
// downloaded and checked with any program that knows SHA-256.
(() => {
  const button = document.querySelector("[data-recompute]"), verdict = document.querySelector("[data-verdict]");
  if (!button || !window.crypto?.subtle) return;
  const bytes = new TextEncoder();
  const sha256 = async (text) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.encode(text)))].map((b) => b.toString(16).padStart(2, "0")).join("");
  const lot = async (seed, e) => (await Promise.all(Array.from({ length: e.tickets }, (_, n) => sha256(`${seed}:${e.slot}:${e.number}:${n + 1}`)))).sort()[0];

  const differing = async (data) => {
    const wrong = await sha256(data.seed) === data.hash ? [] : ["SHA-256"];
    const lots = [];
    for (const entry of data.entries) lots.push({ entry, lot: await lot(data.seed, entry) });
    lots.sort((a, b) => (a.lot < b.lot ? -1 : a.lot > b.lot ? 1 : 0));
    const left = Object.fromEntries(data.slots.map((s) => [s.id, s.seats])), places = {}, has = {}, won = {};
    const free = Object.fromEntries(data.slots.filter((s) => s.quotas).map((s) => [s.id, { ...s.quotas }]));
    const apart = (one, other) => data.clashes.some(([a, b]) => (a === one && b === other) || (a === other && b === one));
    // What a slot takes of each day and week, by when one comes; older draws knew no limits.
    const takes = Object.fromEntries(data.slots.map((s) => [s.id, s.takes || {}]));
    const within = (e, at) => Object.entries(e.left || {}).every(([span, minutes]) => ((won[e.who] || {})[span] || 0) + ((takes[e.slot][at] || {})[span] || 0) <= minutes);
    const spend = (who, spans = {}) => { const all = won[who] ||= {}; for (const span in spans) all[span] = (all[span] || 0) + spans[span]; };
    for (const { entry, lot: own } of lots) {
      const place = places[entry.slot] = (places[entry.slot] || 0) + 1, mine = has[entry.who] ||= [];
      const times = free[entry.slot], minute = times && (entry.times || []).find((one) => times[one] > 0 && within(entry, one));
      const wins = entry.may && left[entry.slot] > 0 && !mine.some((slot) => apart(slot, entry.slot)) && (times ? minute !== undefined : within(entry, 0));
      if (wins) { left[entry.slot] -= 1; mine.push(entry.slot); if (times) times[minute] -= 1; spend(entry.who, takes[entry.slot][minute || 0]); }
      if ((wins && times ? minute : null) !== (entry.minute ?? null)) wrong.push(`${entry.slot} ${entry.number}`);
      else if (own !== entry.lot || place !== entry.place || (wins ? "seated" : "waiting") !== entry.outcome) wrong.push(`${entry.slot} ${entry.number}`);
    }
    return wrong;
  };

  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    verdict.textContent = "…";
    const data = await (await fetch(button.dataset.recompute)).json(), wrong = await differing(data);
    verdict.textContent = wrong.length ? `${button.dataset.wrong} ${wrong.slice(0, 20).join(", ")}` : button.dataset.right;
    button.disabled = false;
  });
})();
