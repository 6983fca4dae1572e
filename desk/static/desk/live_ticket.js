// A ticket while it is open: who else is on it, and its parts as they change. The composer is never
// touched: a reply that was begun before is held with what changed, unless its writer has said that
// he read it.
(() => {
  "use strict";
  const live = window.amendsLive;
  const ticket = document.querySelector("[data-live-ticket]");
  if (!live || !ticket) return;
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const PARTS = [".step-top", ".about", ".talk-head", ".owed"];

  live.asks.t = ticket.dataset.liveTicket;
  live.asks.e = () => ticket.dataset.liveEvents;
  let mark = "";
  live.asks.h = () => mark;
  let read = Number(ticket.dataset.liveEvents);

  // ---- who else is here
  const first = (name) => name.split(" ")[0];
  const listed = (names) => (names.length < 2 ? names.join("") : gettext("%(names)s and %(last)s", { names: names.slice(0, -1).join(", "), last: names.at(-1) }));
  live.on("here", (told) => {
    mark = told.mark;
    const place = one("#live-here");
    place.replaceChildren();
    if (!told.here.length) return;
    const writes = told.here.filter((each) => each.writing).map((each) => first(each.name));
    const reads = told.here.filter((each) => !each.writing).map((each) => first(each.name));
    const words = [
      writes.length && ngettext("%(names)s is writing", "%(names)s are writing", writes.length, { names: listed(writes) }),
      reads.length && ngettext("%(names)s is reading", "%(names)s are reading", reads.length, { names: listed(reads) }),
    ].filter(Boolean).join(", ");
    for (const each of told.here.slice(0, 3)) {
      const face = Object.assign(document.createElement("span"), { className: `avatar avatar-18 who-${each.tone}`, textContent: each.initials });
      face.setAttribute("aria-hidden", "true");
      place.append(face);
    }
    place.append(Object.assign(document.createElement("span"), { className: "live-here-words", textContent: words }));
    place.title = told.here.map((each) => each.name).join(", ");
  });

  const composer = one("[data-composer]");
  composer?.addEventListener("input", (event) => { if (event.target.matches("textarea, input[type=text]")) live.wrote(); });
  composer?.addEventListener("submit", () => live.stopped());

  // ---- parts: those under the pointer or with the focus wait until both have left
  const waiting = new Map();
  const held = (part) => part.matches(":hover") || part.contains(document.activeElement);

  function put(selector) {
    const [part, told] = [one(selector), waiting.get(selector)];
    waiting.delete(selector);
    if (!part || !told || part.innerHTML === told.innerHTML) return;
    const open = all("details", part).map((each) => each.open);
    const tops = all("*", part).filter((node) => node.scrollTop).map((node) => [node.className, node.scrollTop]);
    part.replaceChildren(...told.childNodes);
    all("details", part).forEach((each, at) => { if (open[at]) each.open = true; });
    for (const [name, top] of tops) { const node = [...part.getElementsByClassName(name)][0]; if (node) node.scrollTop = top; }
  }

  function talk(told) {
    const log = one("[data-log]");
    const fresh = one("[data-log]", told);
    const same = (a, b) => a && b && (a.id ? a.id === b.id : a.outerHTML === b.outerHTML);
    const [mine, theirs] = [[...log.children], [...fresh.children]];
    let at = 0;
    while (same(mine[at], theirs[at])) at += 1;
    if (at === mine.length && at === theirs.length) return 0;
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    const known = new Set(mine.map((node) => node.id));
    const said = theirs.slice(at).filter((node) => node.id && !known.has(node.id));
    said.forEach((node) => node.classList.add("said-new"));
    mine.slice(at).forEach((node) => node.remove());
    log.append(...theirs.slice(at));
    if (atEnd && !log.matches(":hover")) log.scrollTop = log.scrollHeight;
    return said.length;
  }

  // ---- what happened, over the foot of the conversation
  function news(told) {
    const place = one("[data-live-news]");
    const lines = [...one("[data-news]", told).children];
    if (!place || !lines.length) return;
    const list = document.createElement("ul");
    list.append(...lines);
    const holds = "holds" in told.dataset;
    const words = holds ? gettext("A reply that you send now is held first, for you to see this.") : "";
    const card = Object.assign(document.createElement("div"), { className: "live-news-card" });
    card.append(list, ...(words ? [Object.assign(document.createElement("p"), { className: "quiet small", textContent: words })] : []));
    place.replaceChildren(card);
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn-line btn-small", textContent: gettext("I have read it") });
    button.addEventListener("click", () => {
      all("input[name=version]", composer).forEach((field) => (field.value = told.dataset.version));
      all("input[name=events]", composer).forEach((field) => (field.value = told.dataset.events));
      read = Number(told.dataset.events);
      place.hidden = true;
      (one("[data-panel]:not([hidden]) textarea", composer) || one("#talk")).focus();
    });
    card.append(button);
    place.hidden = false;
    live.say(list.firstElementChild.textContent.trim());
  }

  async function look() {
    let told;
    try {
      const answer = await fetch(`/desk/live/tickets/${ticket.dataset.liveNumber}/?seen=${read}`, { redirect: "error" });
      if (!answer.ok) return;
      told = one("[data-live-answer]", new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { return; }
    ticket.dataset.liveEvents = told.dataset.events;
    talk(told);
    for (const selector of PARTS) {
      waiting.set(selector, one(selector, told));
      const part = one(selector);
      if (part && !held(part)) put(selector);
    }
    news(told);
  }
  live.on("ticket", look);
  live.on("again", look);
  live.on("clock", (clock) => { if (ticket.contains(clock)) look(); });

  for (const selector of PARTS)
    for (const left of ["pointerleave", "focusout"])
      one(selector)?.addEventListener(left, () => setTimeout(() => { const part = one(selector); if (part && !held(part)) put(selector); }, 300));

  live.on("gone", () => {
    const place = one("[data-live-news]") || one("#live-line");
    place.textContent = gettext("You can no longer see this ticket. What you wrote is kept on this device.");
    place.hidden = false;
  });
})();
