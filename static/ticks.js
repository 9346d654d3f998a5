// The tick list of a crowd. What is tapped is kept here first and sent when it can be, each tick under a key of its own,
// so that sent again it is the same tick. Names are kept until the slot's day is over, ticks until they are sent.
(() => {
  const root = document.querySelector("[data-crowd]");
  if (!root) return;
  const { slot, me, until } = root.dataset, address = root.dataset.crowd, place = `ticks:${slot}`, OFTEN = 5000, MOST = 100;
  const say = (name) => root.dataset[`say${name[0].toUpperCase()}${name.slice(1)}`];
  const at = (name) => root.querySelector(`[data-${name}]`);
  const list = at("people"), find = at("find"), leftOnly = at("left-only"), status = at("status"), rows = new Map();
  const fresh = () => ({ me, until, people: [], edition: "", marks: {}, since: "", ahead: 0, queue: [], undone: {}, mine: {}, clashes: [], token: root.dataset.token });
  const read = () => { try { const kept = JSON.parse(localStorage.getItem(place)); return kept && kept.me === me ? { ...fresh(), ...kept, until, token: root.dataset.token } : fresh(); } catch { return fresh(); } };
  let state = read(), busy = false, last = null, timer = 0, trouble = "";
  const isOver = () => Date.parse(until) <= Date.now() + state.ahead;
  const waiting = () => state.queue.length + Object.keys(state.undone).length;
  // Where nothing can be kept (private windows), it works as long as the page is open.
  const keep = () => { try { localStorage.setItem(place, JSON.stringify(state)); } catch { /* as said above */ } };
  const key = () => [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");

  // ── finding ──
  const fits = (wanted, from, syllables) => !wanted || (from < syllables.length && syllables[from].some((one) => {
    for (let n = Math.min(one.length, wanted.length); n > 0; n -= 1) if (one.startsWith(wanted.slice(0, n)) && fits(wanted.slice(n), from + 1, syllables)) return true;
    return false;
  }));
  const matches = (row, wanted) => !wanted || row.name.includes(wanted) || row.number.includes(wanted) || row.syllables.some((_, n) => fits(wanted, n, row.syllables));

  // ── showing ──
  const queued = (who) => state.queue.find((one) => one.who === who);
  const show = (row) => {
    const mark = state.marks[row.who], waits = queued(row.who), sent = mark && !waits;
    row.item.classList.toggle("is-marked", Boolean(mark || waits));
    row.item.classList.toggle("is-waiting", Boolean(waits));
    row.state.textContent = row.own && !mark ? say("own") : waits ? `${say(waits.how)} · ${say("queued")}` : mark ? [mark[1], mark[2], mark[3]].join(" · ") : say("left");
    row.big.disabled = row.own || Boolean(sent || waits);
    if (row.now) row.now.hidden = row.own || Boolean(sent || waits) || Date.parse(root.dataset.ends) <= Date.now() + state.ahead;
    row.undo.hidden = !(waits || (sent && mark[4] && state.mine[row.who]));
  };
  const filter = () => {
    const wanted = find.value.trim().toLowerCase().replaceAll(" ", "");
    let some = false;
    for (const row of rows.values()) {
      row.item.hidden = !matches(row, wanted) || (leftOnly.checked && row.item.classList.contains("is-marked"));
      some = some || !row.item.hidden;
    }
    at("nobody").hidden = some || !rows.size;
    at("nobody").textContent = say("none");
  };
  const showAll = () => {
    for (const row of rows.values()) show(row);
    at("count").textContent = [...rows.values()].filter((row) => row.item.classList.contains("is-marked")).length;
    at("all").textContent = rows.size;
    filter();
  };
  const build = () => {
    rows.clear();
    list.replaceChildren(...state.people.map(([who, name, number, sound, own]) => {
      const item = at("row").content.firstElementChild.cloneNode(true), part = (one) => item.querySelector(`[data-${one}]`);
      part("name").textContent = name;
      part("number").textContent = number.slice(-4);
      item.dataset.who = who;
      const row = { who, name: name.toLowerCase(), said: name, number: number.toLowerCase(), own, syllables: sound.split(" ").map((one) => one.split(",")), item, state: part("state"), big: item.querySelector("[data-do=here]"), now: item.querySelector("[data-do=now]"), undo: item.querySelector("[data-do=undo]") };
      for (const [button, word] of [[row.now, "now"], [row.undo, "undo"]]) if (button) button.setAttribute("aria-label", `${say(word)}: ${name}`);
      rows.set(who, row);
      return item;
    }));
    showAll();
  };
  const showClashes = () => at("clashes").replaceChildren(...state.clashes.map((text) => {
    const note = at("clash").content.firstElementChild.cloneNode(true);
    note.querySelector("[data-text]").textContent = text;
    note.querySelector("[data-seen]").addEventListener("click", () => { state.clashes = state.clashes.filter((one) => one !== text); keep(); showClashes(); });
    return note;
  }));
  const tell = (word = trouble) => {
    trouble = word;
    const waits = waiting(), many = waits ? say("waiting").replace("{n}", waits) : "";
    status.textContent = word ? [say(word), many].filter(Boolean).join(" ") : many || say("sent");
    root.classList.toggle("is-offline", Boolean(word) && word !== "loading");
    at("log-in-again").hidden = word !== "logIn";
  };

  // ── ticking ──
  const tick = (who, how) => {
    const row = rows.get(who);
    if (!row || row.own || queued(who) || state.marks[who]) return;
    state.queue.push({ key: key(), who, how, at: new Date(Date.now() + state.ahead).toISOString() });
    keep(); showAll(); tell(); toast(who, say(how)); send();
  };
  const undo = (who) => {
    const waits = queued(who);
    state.queue = state.queue.filter((one) => one !== waits);
    if (waits ? waits.tried : state.mine[who]) state.undone[waits ? waits.key : state.mine[who]] = who;
    if (!waits) { delete state.mine[who]; delete state.marks[who]; }
    keep(); showAll(); tell(); toast(who, say("back"), false); send();
  };
  const toast = (who, said, can = true) => {
    last = who;
    at("last").hidden = false;
    at("last-said").textContent = `${rows.get(who)?.said} · ${said}`;
    at("last-undo").hidden = !can;
  };

  // ── network ──
  const ask = async (path, options = {}) => {
    const answer = await fetch(address + path, { cache: "no-store", headers: { Accept: "application/json", ...options.headers }, ...options });
    if (answer.redirected || answer.status === 400) throw Object.assign(new Error("logIn"), { word: "logIn" });
    if (!answer.ok) throw Object.assign(new Error(String(answer.status)), { word: "trouble" });
    return answer.json();
  };
  const deliver = async () => {
    const ticks = state.queue.slice(0, MOST), undone = Object.fromEntries(Object.entries(state.undone).slice(0, MOST));
    if (!ticks.length && !Object.keys(undone).length) return;
    ticks.forEach((one) => { one.tried = true; });
    keep();
    const { answers } = await ask("", { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": state.token }, body: JSON.stringify({ ticks, undone }) });
    for (const [tickKey, outcome, why] of answers) {
      const one = state.queue.find((each) => each.key === tickKey);
      state.queue = state.queue.filter((each) => each !== one);
      if (tickKey in undone) delete state.undone[tickKey];
      if (one && outcome === "recorded") state.mine[one.who] = tickKey;
      if (why && !state.clashes.includes(why)) state.clashes.push(why);
    }
    state.since = ""; // what is recorded of them is asked anew
    keep(); showClashes();
  };
  const look = async () => {
    let said = await ask(`/marks${state.since ? `?since=${encodeURIComponent(state.since)}` : ""}`);
    const marks = state.since ? { ...state.marks, ...said.marks } : said.marks;
    if (Object.keys(marks).length !== said.count) { said = await ask("/marks"); state.marks = said.marks; } else state.marks = marks;
    if (said.edition !== state.edition) { const got = await ask("/people"); state.people = got.people; state.edition = got.edition; build(); }
    state.since = said.now; state.token = said.token; state.ahead = Date.parse(said.now) - Date.now();
    for (const who of Object.keys(state.mine)) if (!state.marks[who]?.[4]) delete state.mine[who];
    keep(); showAll();
  };
  const send = async () => {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    if (isOver()) over();
    let more = false;
    try { await deliver(); if (!isOver()) await look(); tell(""); more = waiting(); } catch (error) { tell(error.word || "offline"); }
    if (isOver()) over();
    busy = false;
    if (!isOver() || waiting()) timer = setTimeout(send, more ? 0 : OFTEN);
  };
  // Nobody's name outlasts the day; what is not sent does, and what was not taken until it is seen.
  const over = () => {
    state = { ...fresh(), token: state.token, ahead: state.ahead, queue: state.queue, undone: state.undone, clashes: state.clashes };
    rows.clear();
    list.replaceChildren();
    root.querySelectorAll("[data-of-the-day]").forEach((part) => { part.hidden = true; });
    at("last").hidden = at("nobody").hidden = true;
    document.querySelector("[data-over]").hidden = false;
    document.querySelector("[data-over-waits]").hidden = !waiting();
    if (waiting() || state.clashes.length) keep(); else try { localStorage.removeItem(place); } catch { /* nothing could be kept either */ }
  };

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]"), who = button?.closest("[data-who]").dataset.who;
    if (!button) return;
    if (button.dataset.do === "undo") { undo(who); rows.get(who)?.big.focus(); } else { tick(who, button.dataset.do); if (event.detail === 0) rows.get(who)?.undo.focus(); }
  });
  at("last-undo").addEventListener("click", () => { undo(last); find.focus(); });
  find.addEventListener("input", filter);
  leftOnly.addEventListener("change", filter);
  // Enter ticks who is found, where that is one person, and is ready for the next.
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const found = [...rows.values()].filter((row) => !row.item.hidden && !row.big.disabled);
    if (find.value.trim() && found.length === 1) { find.value = ""; tick(found[0].who, "here"); }
  });
  addEventListener("online", send);
  addEventListener("offline", () => tell("offline"));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
  addEventListener("storage", (event) => { if (event.key === place) { const kept = read(); state = kept; showAll(); showClashes(); } });

  root.hidden = false;
  if (isOver()) over(); else build();
  showClashes(); tell(rows.size || isOver() ? "" : "loading"); send();
  // The worker opens this page without network; it needs https, as all workers do.
  navigator.serviceWorker?.register(root.dataset.worker).then(() => navigator.serviceWorker.ready).then(({ active }) => {
    active.postMessage([location.href, ...performance.getEntriesByType("resource").map((one) => one.name).filter((name) => name.includes("/static/"))]);
  }).catch(() => { /* without it the page works as long as it stays open */ });
})();
