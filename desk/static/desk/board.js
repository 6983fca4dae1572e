// The board stays true: it is read again every half minute, and when its reader comes back to it.
// Nothing moves under a pointer or a focus: what stands there is told anew in its own place, and a
// line over the list's end offers what is new.
(() => {
  const EVERY = 30000;
  const list = document.querySelector("[data-board]");
  const offered = document.querySelector("[data-board-new]");
  if (!list || !offered) return;
  const CELLS = [".row-clock", ".row-pain", ".row-owner", ".row-path", ".row-because"];
  const words = (node) => node.textContent.replace(/\s+/g, " ").trim();
  const row = (root, clock) => root.querySelector(`[data-row][data-clock="${clock}"]`);
  // A clock that passes from one group to the next moves, though no other clock does.
  const order = (root) =>
    [...root.querySelectorAll("[data-row], [data-group]")].map((node) => node.dataset.group || node.dataset.clock).join();
  let seen = Date.now();
  let waiting = null;

  const show = (fresh, focus) => {
    const at = list.querySelector("[data-row].cursor")?.dataset.clock;
    const top = list.scrollTop;
    fresh.querySelector(".cursor")?.classList.remove("cursor");
    list.replaceChildren(...fresh.childNodes);
    const cursor = row(list, at) || list.querySelector("[data-row]");
    cursor?.classList.add("cursor");
    list.scrollTop = top;
    if (focus) (cursor?.querySelector(".row-link") || list).focus({ preventScroll: true });
    offer(null);
  };

  const inPlace = (fresh) => {
    for (const told of fresh.querySelectorAll("[data-row]")) {
      const shown = row(list, told.dataset.clock);
      for (const cell of shown ? CELLS : []) {
        const [before, after] = [shown.querySelector(cell), told.querySelector(cell)];
        if (before && after && words(before) !== words(after)) before.replaceChildren(...after.cloneNode(true).childNodes);
      }
    }
  };

  const offer = (fresh) => {
    waiting = fresh;
    offered.hidden = !fresh;
  };

  offered.querySelector("button").addEventListener("click", () => { if (waiting) show(waiting, true); });

  const look = async () => {
    if (document.hidden) return;
    seen = Date.now();
    let fresh;
    try {
      const answer = await fetch(location.href, { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
      if (!answer.ok) return;
      fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-board]");
    } catch {
      return; // no connection: what stands there stays, and the next look may find one
    }
    if (!fresh) return;
    if (order(fresh) === order(list)) { inPlace(fresh); offer(null); }
    else if (list.matches(":hover") || list.contains(document.activeElement)) { inPlace(fresh); offer(fresh); }
    else show(fresh, false);
  };

  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", () => { if (Date.now() - seen > EVERY) look(); });
})();
