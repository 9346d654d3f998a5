// Counts down to the moment sign-up opens, from the server's clock: of this device's only how much time has passed is
// used. Then the button that was delivered with the page appears, so nobody has to load it again at that moment; the
// server refuses whoever is early. Without it the moment stands there in words.
(() => {
  const timer = document.querySelector("[data-opens]");
  if (!timer) return;
  const face = timer.querySelector("b"), end = Date.now() + (timer.dataset.opens - timer.dataset.now);
  const two = (n) => String(n).padStart(2, "0");
  const open = () => {
    timer.hidden = true;
    document.querySelectorAll("[data-shut-here]").forEach((e) => { e.hidden = true; });
    document.querySelectorAll("[data-opens-here], [data-opened]").forEach((e) => { e.hidden = false; });
  };
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left <= 0) return open();
    const hours = Math.floor(left / 3600);
    face.textContent = `${hours}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
    timer.hidden = false;
    setTimeout(tick, (end - Date.now()) % 1000 || 1000);
  };
  tick();
})();
