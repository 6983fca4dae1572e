// The board stays true: it is read again every half minute, and when its reader comes back to it.
// Nothing moves under a pointer or a focus: there, a line offers what is new.
(() => {
  const EVERY = 30000;
  const list = document.querySelector("[data-board]");
  if (!list) return;
  const words = (node) => node.textContent.replace(/\s+/g, " ").trim();
  const order = (node) => [...node.querySelectorAll("[data-row]")].map((row) => row.dataset.clock).join();
  let seen = Date.now();

  const show = (fresh) => {
    const at = list.querySelector("[data-row].cursor")?.dataset.clock;
    const top = list.scrollTop;
    list.replaceChildren(...fresh.childNodes);
    list.querySelector(`[data-row][data-clock="${at}"]`)?.classList.add("cursor");
    list.scrollTop = top;
  };

  const inPlace = (fresh) => {
    for (const row of fresh.querySelectorAll("[data-row]")) {
      const clock = list.querySelector(`[data-row][data-clock="${row.dataset.clock}"] .row-clock`);
      const now = row.querySelector(".row-clock");
      if (clock && now && words(clock) !== words(now)) clock.replaceChildren(...now.cloneNode(true).childNodes);
    }
  };

  const offer = (fresh) => {
    list.querySelector(".late-new")?.remove();
    const line = document.createElement("p");
    line.className = "late-new";
    line.setAttribute("role", "status");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn-line btn-small";
    button.textContent = "The board has changed: show it";
    button.addEventListener("click", () => show(fresh));
    line.append(button);
    list.prepend(line);
  };

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
    if (order(fresh) === order(list)) inPlace(fresh);
    else if (list.matches(":hover") || list.contains(document.activeElement)) offer(fresh);
    else show(fresh);
  };

  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", () => { if (Date.now() - seen > EVERY) look(); });
})();
