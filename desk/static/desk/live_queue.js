// The queue while it is open: rows change in their place; what would move others waits behind a line
// until it is asked for, or until neither pointer nor focus is in the list.
(() => {
  "use strict";
  const live = window.amendsLive;
  const list = document.querySelector("[data-live-list]");
  if (!live || !list) return;
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const CELLS = [".row-clock", ".row-pain", ".row-category", ".row-waiting", ".row-owner", ".row-because", ".row-act"];
  const GROUPS = ["late", "opening", "soon", "today", "waiting", "later"];
  const COUNTS_EVERY = 20000;
  const words = (node) => node.textContent.replace(/\s+/g, " ").trim();
  const rowOf = (id, root = list) => one(`[data-row][data-id="${id}"]`, root);
  const groupOf = (row) => row.closest("[data-group]")?.dataset.group;

  live.asks.v = list.dataset.liveList || "all";
  let mark = "";
  live.asks.h = () => mark;
  let here = [];

  // ---- who is on which ticket: a small face in the gap before the name
  function faces() {
    all(".row-seen", list).forEach((face) => face.remove());
    for (const seen of here) {
      const place = rowOf(seen.ticket) && one(".row-matter", rowOf(seen.ticket));
      if (!place || one(".row-seen", place)) continue;
      const others = here.filter((each) => each.ticket === seen.ticket);
      const told = others.map((each) => (each.writing ? gettext("%(name)s is writing", each) : gettext("%(name)s is reading", each))).join(", ");
      const face = Object.assign(document.createElement("span"), { className: `row-seen avatar who-${seen.tone}`, textContent: seen.initials, title: told });
      face.setAttribute("role", "img");
      face.setAttribute("aria-label", told);
      if (seen.writing) face.classList.add("row-writes");
      place.prepend(face);
    }
  }
  live.on("here", (told) => { [here, mark] = [told.here, told.mark]; faces(); });

  // ---- rows
  const waiting = new Map(); // id → the row as it is now, or null where it has left
  const still = () => !list.matches(":hover") && !list.contains(document.activeElement) && !one("[data-selection]:not([hidden])");

  function inPlace(shown, told) {
    for (const cell of CELLS) {
      const [before, after] = [one(cell, shown), one(cell, told)];
      if (before && after && (words(before) !== words(after) || cell === ".row-clock" || cell === ".row-owner")) before.replaceChildren(...after.cloneNode(true).childNodes);
    }
    const [link, fresh] = [one(".row-link", shown), one(".row-link", told)];
    if (words(link) !== words(fresh)) { link.replaceChildren(...fresh.cloneNode(true).childNodes); link.title = fresh.title; }
  }

  const moves = (shown, told) => groupOf(shown) !== groupOf(told) || shown.dataset.order !== told.dataset.order;

  function place(row, group) {
    const order = Number(row.dataset.order);
    const peers = all(`[data-group="${group}"] [data-row]`, list);
    const after = peers.find((peer) => Number(peer.dataset.order) > order);
    if (after) { after.before(row); return true; }
    if (peers.length) {
      // Beyond the last row of the page it may stand on the next one.
      const last = all("[data-row]", list).at(-1) === peers.at(-1);
      if (last && one(".more", list)) return false;
      peers.at(-1).after(row);
      return true;
    }
    return false;
  }

  function section(group, told) {
    const lists = all(".queue-list", list);
    if (!lists.length) return;
    const fresh = one(`[data-group="${group}"]`, told).cloneNode(true);
    all("[data-row]", fresh).forEach((row) => row.remove());
    const next = all("[data-group]", list).find((each) => GROUPS.indexOf(each.dataset.group) > GROUPS.indexOf(group));
    if (next) next.before(fresh);
    else lists.at(-1).append(fresh);
  }

  let answer = null;
  function settle(focus) {
    let first = null;
    for (const [id, told] of waiting) {
      const shown = rowOf(id);
      if (!told) { shown?.remove(); continue; }
      const group = groupOf(told);
      const row = shown || told.cloneNode(true);
      if (shown) { inPlace(shown, told); shown.dataset.order = told.dataset.order; if (!moves(shown, told)) continue; }
      if (!one(`[data-group="${group}"]`, list)) section(group, told.ownerDocument);
      if (!place(row, group)) {
        if (shown || !one(`[data-group="${group}"] [data-row]`, list)) one(`[data-group="${group}"] ul`, list)?.append(row);
        else continue;
      }
      first ||= row;
    }
    waiting.clear();
    all("[data-group]", list).forEach((each) => { if (!one("[data-row]", each)) each.remove(); });
    offer();
    faces();
    if (focus) { (first && one(".row-link", first) || list).focus(); }
  }

  function offer() {
    const bar = one("[data-live-new]", list);
    if (!bar) return;
    const fresh = [...waiting].filter(([id, told]) => told && !rowOf(id)).length;
    const moved = [...waiting].filter(([id, told]) => told && rowOf(id)).length;
    bar.hidden = !fresh && !moved;
    const told = [fresh && ngettext("%(count)s new", "%(count)s new", fresh), moved && ngettext("%(count)s to be moved", "%(count)s to be moved", moved)].filter(Boolean).join(", ");
    one("button span", bar).textContent = gettext("%(told)s, show", { told });
    if (fresh) live.say(ngettext("%(count)s new in this list.", "%(count)s new in this list.", fresh));
  }
  one("[data-live-new] button", list)?.addEventListener("click", () => settle(true));

  async function look(ids) {
    const given = new URLSearchParams(location.search);
    given.delete("after");
    given.set("only", ids.join(","));
    try {
      const got = await fetch(`/desk/live/rows/?${given}`, { redirect: "error" });
      if (!got.ok) return;
      answer = new DOMParser().parseFromString(await got.text(), "text/html");
    } catch { return; }
    for (const id of ids) {
      const [shown, told] = [rowOf(id), rowOf(id, answer)];
      if (!shown && !told) { waiting.delete(id); continue; }
      if (!shown && "liveLater" in list.dataset) continue; // a page further down shows what was there
      if (shown && told) {
        inPlace(shown, told);
        shown.classList.remove("row-left");
        if (moves(shown, told)) waiting.set(id, told);
        else waiting.delete(id);
      } else if (shown) {
        shown.classList.add("row-left");
        one(".row-waiting .clip", shown).textContent = gettext("No longer in this list");
        waiting.set(id, null);
      } else waiting.set(id, told);
    }
    if (waiting.size && !one("[data-row]", list)) { again(); return; }
    if (still()) settle(false);
    else { offer(); faces(); }
  }

  let changed = new Set();
  let soon = 0;
  function rows(ids) {
    ids.forEach((id) => changed.add(id));
    clearTimeout(soon);
    soon = setTimeout(() => { const asked = [...changed].slice(0, 60); changed = new Set([...changed].slice(60)); look(asked); if (changed.size) rows([]); }, 300);
    numbers();
  }
  live.on("rows", rows);
  live.on("clock", (clock) => { const row = clock.closest("[data-row][data-id]"); if (row && list.contains(row)) setTimeout(() => rows([Number(row.dataset.id)]), Math.random() * 4000); });

  for (const left of ["pointerleave", "focusout"])
    list.addEventListener(left, () => setTimeout(() => { if (waiting.size && still()) settle(false); }, 400));

  // ---- everything again: after a lost connection, or where a list was empty
  async function again() {
    try {
      const got = await fetch(location.href, { redirect: "error" });
      if (!got.ok) return;
      const page = new DOMParser().parseFromString(await got.text(), "text/html");
      const fresh = one("[data-live-list]", page);
      const known = new Set(all("[data-row]", list).map((row) => row.dataset.id));
      if (!known.size) { if (all("[data-row]", fresh).length) list.replaceChildren(...fresh.childNodes); numbers(); return; }
      for (const told of all("[data-row]", fresh)) {
        const shown = rowOf(told.dataset.id);
        if (shown) inPlace(shown, told);
        if (!shown || moves(shown, told)) waiting.set(Number(told.dataset.id), told);
      }
      if (!one(".more", list)) for (const id of known) if (!rowOf(id, fresh)) { waiting.set(Number(id), null); rowOf(id).classList.add("row-left"); }
      if (still()) settle(false);
      else offer();
      numbers();
    } catch { /* the next question tells whether there is a connection */ }
  }
  live.on("again", again);

  // ---- numbers: at most every so often
  let [counted, planned] = [0, 0];
  function numbers() {
    if (planned) return;
    planned = setTimeout(async () => {
      [planned, counted] = [0, Date.now()];
      try {
        const got = await fetch(`/desk/live/counts/${location.search}`, { redirect: "error" });
        if (got.ok) show(await got.json());
      } catch { /* they wait for the next change */ }
    }, Math.max(500, counted + COUNTS_EVERY - Date.now()));
  }

  function show(told) {
    for (const link of all("#views a[href]")) {
      const count = told.views[link.getAttribute("href")];
      if (count !== undefined) link.lastElementChild.textContent = count;
    }
    for (const group of all("[data-group]", list)) {
      const count = told.groups[group.dataset.group];
      if (count !== undefined) one(".group .quiet", group).textContent = count;
    }
    const summary = one("[data-live-summary]");
    if (summary) summary.textContent = told.summary;
  }
})();
