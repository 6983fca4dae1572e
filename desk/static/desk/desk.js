// The words of all scripts, in the language of the page: what they say themselves, or what stands
// for it in the file of that language (desk/scripts.py), with %(name)s replaced by its value.
(() => {
  "use strict";
  const known = window.amendsWords || {};
  const filled = (words, values) => words.replace(/%\((\w+)\)s/g, (whole, name) => values[name] ?? whole);
  window.gettext = (words, values = {}) => filled(known[words] || words, values);
  window.ngettext = (one, many, count, values = {}) =>
    filled((known[one] || [one, many])[count === 1 ? 0 : 1], { count, ...values });
})();
// The desk's keyboard, selection and small comforts. Every page works without it.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const typing = (node) =>
    node.closest && node.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

  // ---- lists: a cursor, selection, and the bar of what can be done with the selected
  const rows = () => all("[data-row]");
  const cursor = () => one("[data-row].cursor");

  function moveTo(row, focus = true) {
    if (!row) return;
    const before = cursor();
    if (before && before !== row) before.classList.remove("cursor");
    row.classList.add("cursor");
    const link = one(".row-link", row);
    if (focus && link) link.focus({ preventScroll: true });
    if (focus) row.scrollIntoView({ block: "nearest" });
  }

  // A list whose case stands open beside it, and nothing of it is selected.
  const opens = (row) => row?.closest("[data-opens]") && !one("[data-row].chosen");

  // Whoever comes back to a list finds the cursor where it was. What was dealt with in the meantime
  // has gone, or stands elsewhere: then it is on the row that came after it.
  const placeKey = () => `cursor:${location.pathname}:${new URLSearchParams(location.search).get("view") || ""}`;
  const marked = (row) => [row.dataset.id, row.dataset.order];
  function keepPlace() {
    const list = rows();
    const at = list.indexOf(cursor());
    if (at < 0 || !list[at].dataset.id) return;
    try { sessionStorage.setItem(placeKey(), JSON.stringify(list.slice(at, at + 40).map(marked))); } catch { /* it begins at the top */ }
  }
  function backInPlace() {
    const from = document.referrer && new URL(document.referrer);
    if (!from || from.origin !== location.origin || !/^\/desk\/($|tickets\/)/.test(from.pathname)) return;
    let kept = [];
    try { kept = JSON.parse(sessionStorage.getItem(placeKey())) || []; } catch { return; }
    const known = new Map(rows().map((row) => [row.dataset.id, row]));
    const found = kept.find(([id, order]) => known.get(id)?.dataset.order === order);
    if (found) moveTo(known.get(found[0]), document.activeElement === document.body);
  }
  addEventListener("pagehide", keepPlace);

  function step(by) {
    const list = rows();
    const at = list.indexOf(cursor());
    const next = list[Math.max(0, Math.min(list.length - 1, at + by))];
    // Beside an open case the cursor is at that case, so that no key decides one that is not read.
    if (opens(next) && !next.matches(".cursor")) follow(next.dataset.href);
    else moveTo(next);
  }

  // With Shift the selection grows along with the cursor.
  function stretch(by) {
    const from = cursor();
    if (!from || !one("[data-selection]")) return step(by);
    tick(from, true);
    step(by);
    tick(cursor(), true);
    anchor = cursor();
    showSelection();
  }

  function tick(row, on) {
    const box = row && one("input[type=checkbox]", row);
    if (box) box.checked = on;
  }

  let anchor = null;
  function select(row, range) {
    const box = row && one("input[type=checkbox]", row);
    if (!box || !one("[data-selection]")) return;
    if (range && anchor) {
      const list = rows();
      const [from, to] = [list.indexOf(anchor), list.indexOf(row)].sort((a, b) => a - b);
      list.slice(from, to + 1).forEach((each) => (one("input[type=checkbox]", each).checked = true));
    } else {
      box.checked = !box.checked;
      anchor = row;
    }
    showSelection();
  }

  function showSelection() {
    const chosen = rows().filter((row) => {
      const box = one("input[type=checkbox]", row);
      row.classList.toggle("chosen", Boolean(box && box.checked));
      return box && box.checked;
    });
    const every = one("[data-select-all]");
    if (every) {
      every.checked = chosen.length > 0 && chosen.length === rows().length;
      every.indeterminate = chosen.length > 0 && !every.checked;
    }
    const bar = one("[data-selection]");
    if (!bar) return;
    bar.hidden = chosen.length === 0;
    one("[data-selection-count]", bar).textContent = ngettext("%(count)s selected", "%(count)s selected", chosen.length);
  }

  function clearSelection() {
    rows().forEach((row) => {
      const box = one("input[type=checkbox]", row);
      if (box) box.checked = false;
    });
    showSelection();
    if (opens(cursor())) moveTo(one("[data-row]:has([aria-current])"));
  }

  // ---- back: along the pages that led here. A page that one returns to ends the trail behind it;
  // one without a way back begins a new one.
  function followTrail() {
    const back = one("[data-back]");
    const title = one(".top .title");
    if (!title) return;
    const here = { at: back?.dataset.back || location.pathname, url: back?.dataset.back || location.pathname + location.search, words: title.dataset.trail || title.textContent.trim() };
    let trail = [];
    try { trail = JSON.parse(sessionStorage.getItem("trail")) || []; } catch { /* begun anew */ }
    const seen = trail.findIndex((page) => page.at === here.at);
    trail = !back ? [] : seen >= 0 ? trail.slice(0, seen) : trail.slice(-8);
    // A page below this one, opened by itself, leads up to here and not back from here.
    if (here.at.split("/").length > 3) trail = trail.filter((page) => page.at === here.at || !page.at.startsWith(here.at));
    const before = trail[trail.length - 1];
    if (before && !back.hasAttribute("data-back-here")) {
      back.href = before.url;
      one("span", back).textContent = before.words;
    }
    sessionStorage.setItem("trail", JSON.stringify([...trail, here]));
  }

  // ---- composer: tabs, send with Ctrl Enter (what is typed: compose.js)
  function showTab(name) {
    const composer = one("[data-composer]");
    if (!composer) return;
    all("[data-tab]", composer).forEach((tab) => {
      const on = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
    });
    all("[data-panel]", composer).forEach((panel) => (panel.hidden = panel.dataset.panel !== name));
    composer.dataset.open = name;
    firstField(one(`[data-panel="${name}"]`, composer))?.focus();
  }

  // What was refused comes first; else what is typed or chosen first; else what does it.
  const FIELDS = ".moment, textarea, select, input:not([type=hidden], [type=file], [tabindex='-1'])";
  const firstField = (panel) => panel && (one("[aria-invalid=true]", panel) || one(FIELDS, panel) || one("[data-send]", panel));

  // As a link does, and held as links are where there is no connection (live.js).
  function follow(url) {
    const link = Object.assign(document.createElement("a"), { href: url, hidden: true });
    document.body.append(link);
    link.click();
    link.remove();
  }

  // ---- keys
  let went = 0;
  function onGo(key) {
    const place = one(`[data-go="${key}"]`);
    if (place?.matches("nav")) (one("[aria-current]", place) || one("a", place))?.focus();
    else place?.click();
    return Boolean(place);
  }

  // Among the views the same keys go from one to the next.
  function alongViews(views, event) {
    const by = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    const links = all("a", views);
    if (by) links[Math.max(0, Math.min(links.length - 1, links.indexOf(event.target) + by))].focus();
    return Boolean(by);
  }

  function onListKey(event) {
    const key = event.key.toLowerCase();
    const move = event.shiftKey ? stretch : step;
    if (event.target.closest("details[open] .sheet")) return false;
    const views = event.target.closest("#views");
    if (views && (event.key === "Enter" || alongViews(views, event))) return event.key !== "Enter";
    if (key === "j" || event.key === "ArrowDown") move(1);
    else if (key === "k" || event.key === "ArrowUp") move(-1);
    else if (key === "x") select(event.target.closest("[data-row]") || cursor(), event.shiftKey);
    else if (event.key === "Enter" && cursor() && !event.target.closest("a, button, summary, input")) follow(cursor().dataset.href);
    else return false;
    return true;
  }

  // With nothing selected the row at the cursor is meant.
  function alone(key) {
    const verb = cursor() && one(`[data-selection][hidden] [data-key="${key}"][data-alone]`);
    if (!verb) return null;
    tick(cursor(), true);
    showSelection();
    return verb;
  }

  // What stands in a closed menu can be done by its key, too.
  const within = (node) => node.closest("details[data-menu]:not([open]) > .sheet")?.parentElement.querySelector("summary") || node;
  const reached = (node) => !node.disabled && within(node).getClientRects().length > 0;
  window.amendsReached = reached;

  // What can be done to a ticket is told by its own controls, so that the list of keys is true:
  // first what is written, then what is owed, then the rest.
  function showKeys() {
    const table = one("#keys .key-table");
    if (table && one("[data-composer]") && !table.dataset.full) {
      table.dataset.full = "1";
      const told = ["[data-tab][data-key]", ".owed a[data-key]", ".about [data-key]", ".top .sheet [data-key]:not([data-walk])"].flatMap((each) => all(each)).filter((node, at, every) => every.findIndex((one) => one.dataset.key === node.dataset.key) === at);
      told.reverse().forEach((node) => {
        const [key, words] = [document.createElement("dt"), document.createElement("dd")];
        const copy = node.cloneNode(true);
        all("kbd, svg, .vh", copy).forEach((part) => part.remove());
        words.textContent = node.title || copy.textContent.trim();
        const mark = document.createElement("kbd");
        mark.textContent = (/^[A-Z]$/.test(node.dataset.key) ? "⇧" : "") + node.dataset.key.toUpperCase();
        key.append(mark);
        table.prepend(key, words);
      });
    }
    one("#keys")?.showModal();
  }

  function act(key) {
    const inside = one(`details[open][data-menu] .sheet [data-key="${key}"], [data-panel]:not([hidden]) .moment[data-key="${key}"]`);
    if (inside) { inside.click(); return true; }
    // What is selected goes before the one that is open.
    const several = one(`[data-selection]:not([hidden]) [data-key="${key}"]`);
    const scope = several || alone(key) || (cursor() && one(`[data-key="${key}"]`, cursor()));
    const target = scope || all(`[data-key="${key}"]`).find((node) => !node.closest("[data-row]") && (node.dataset.part || reached(node)));
    if (!target) return false;
    if (target.dataset.part) { showPart(target.dataset.part); target.focus(); }
    else if (target.dataset.tab) showTab(target.dataset.tab);
    else if (target.matches("input, textarea, select, [data-first-focus]")) target.focus();
    else if (target.matches("summary")) unfold(target);
    else target.click();
    return true;
  }

  // A menu that a key opens is used by keys: its first field has the focus.
  function unfold(summary) {
    const menu = summary.parentElement;
    menu.open = !menu.open;
    const first = menu.open ? one(":is(.sheet, .amend-sums) :is(input:not([type=hidden]), select, a, button)", menu) : summary;
    first?.focus();
    if (first?.matches(".amend-sums input")) first.select(); // what is typed stands in its place
  }

  // A form that was asked for is left for the tabs that every ticket has; what was typed stays in it.
  function shutForm() {
    const composer = one("[data-composer][data-asked]");
    const panel = composer && one("[data-panel]:not([hidden])", composer);
    if (!panel || !("extra" in panel.dataset)) return false;
    showTab(one("[data-tab]", composer).dataset.tab);
    document.activeElement.blur();
    // Read again, the page opens without it, too.
    const here = new URL(location.href);
    here.searchParams.delete("do");
    here.hash = "";
    history.replaceState(history.state, "", here);
    return true;
  }

  document.addEventListener("act", (event) => setTimeout(() => act(event.detail)));

  function onEscape(event) {
    const open = one("details[open][data-menu]");
    if (open) {
      open.open = false;
      (open.closest("[data-selection]") ? one(".row-link", cursor() || document) : one("summary", open))?.focus();
      return;
    }
    const field = typing(event.target);
    if (field) { field.blur(); return; }
    if (shutForm()) return;
    if (rows().some((row) => row.classList.contains("chosen"))) { clearSelection(); return; }
    const back = one("[data-back]");
    if (back) back.click();
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const form = event.target.form;
      if (!form) return;
      event.preventDefault();
      // With Shift it is only looked at, and nothing is sent where there is nothing to look at.
      const [look, send] = [one("[data-preview]", form), one("[data-send]", form)];
      if (event.shiftKey) look?.click();
      else form.requestSubmit(send || undefined);
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      document.dispatchEvent(new CustomEvent("palette"));
      return;
    }
    if (one("dialog[open]")) return;
    if (event.key === "Enter" && event.target.matches("[data-selection] .sheet :is(input, select)")) {
      // Enter presses the button beside the field, not the first one of the list's form.
      event.preventDefault();
      one(".filter-end button", event.target.closest(".sheet")).click();
      return;
    }
    if (event.key === "Escape") { onEscape(event); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const key = event.key.toLowerCase();
    let done = true;
    if (Date.now() - went < 1500 && onGo(key)) went = 0;
    else if (event.key === "/") one("[data-search]")?.focus();
    else if (event.key === "?") showKeys();
    else if (key === "g") { went = Date.now(); if (!one("[data-row].cursor [data-key=g]")) act("g"); }
    else if (rows().length && onListKey(event)) { /* moved */ }
    // A capital has a key of its own where the page knows one.
    else done = (event.shiftKey && /^[A-Z]$/.test(event.key) && act(event.key)) || act(key);
    if (done) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tab]");
    if (tab && one("[data-composer]")) { event.preventDefault(); showTab(tab.dataset.tab); return; }
    if (event.target.closest("[data-show-keys]")) showKeys();
    if (event.target.closest("[data-selection-clear]")) clearSelection();
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) dismiss.closest(".float-bar").remove();
    const part = event.target.closest("[data-part-tab]");
    if (part) showPart(part.dataset.partTab);
    all("details[open][data-menu]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  function showPart(name) {
    const parts = one("[data-parts]");
    if (!parts) return;
    parts.dataset.shown = name;
    all("[data-part-tab]").forEach((tab) => tab.setAttribute("aria-selected", String(tab.dataset.partTab === name)));
  }

  // Arrow keys inside a tab list, as screen reader users expect.
  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest && event.target.closest("[role=tab]");
    if (!tab || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    const tabs = all("[role=tab]", tab.closest("[role=tablist]"));
    const next = tabs[(tabs.indexOf(tab) + ((event.key === "ArrowRight") !== (document.documentElement.dir === "rtl") ? 1 : tabs.length - 1)) % tabs.length];
    next.focus();
    next.click();
    next.focus();
    event.preventDefault();
  });

  // A click with Shift selects up to the row that was clicked before.
  document.addEventListener("click", (event) => {
    const box = event.target.closest && event.target.closest("[data-row] input[type=checkbox]");
    if (!box) return;
    const row = box.closest("[data-row]");
    if (event.shiftKey && anchor && anchor.isConnected) {
      const list = rows();
      const [from, to] = [list.indexOf(anchor), list.indexOf(row)].sort((a, b) => a - b);
      list.slice(from, to + 1).forEach((each) => tick(each, box.checked));
    }
    anchor = row;
    showSelection();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-select-all]")) {
      rows().forEach((row) => tick(row, event.target.checked));
      anchor = null;
    }
    if (event.target.closest("[data-row], [data-select-all]")) showSelection();
    const form = event.target.closest("form[data-submit-on-change]");
    if (form) form.requestSubmit();
  });
  // A row that is pressed takes the cursor once it is let go: the rows below would move away from
  // under the pointer, and what was pressed would not be clicked.
  let pressed = false;
  document.addEventListener("pointerdown", () => (pressed = true), true);
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => setTimeout(() => (pressed = false)), true);
  for (const kind of ["focusin", "click"]) document.addEventListener(kind, (event) => {
    const row = event.target.closest("[data-row]");
    if (row && event.target.matches(".row-link, .row-link *") && !opens(row) && !(pressed && kind === "focusin")) moveTo(row, false);
  });
  if (rows().length && !cursor()) moveTo(one("[data-row][data-first]") || rows()[0], false);
  backInPlace();
  showSelection();
  followTrail();
  one("[data-focus]")?.focus();
  const log = one("[data-log]");
  if (log) log.scrollTop = log.scrollHeight;
  const openTab = one(".tabs [aria-selected=true], .seen-tabs [aria-current]");
  if (openTab) {
    const [tabs, tab] = [openTab.parentElement, openTab.getBoundingClientRect()];
    const cut = tab.right - tabs.getBoundingClientRect().right;
    if (cut > 0) tabs.scrollLeft += cut + 8;
  }
  all("[data-messages] .float-bar").forEach((bar) => setTimeout(() => bar.remove(), 10000));
  const composer = one("[data-composer]");
  if (composer) {
    all("[data-panel]", composer).forEach((panel) => (panel.hidden = panel.dataset.panel !== composer.dataset.open));
    // Whoever asked for a form, or gets it back, goes on in it. A browser that goes to the place in
    // an address (#composer) takes the focus away again.
    const goOn = () => document.activeElement === document.body && firstField(one("[data-panel]:not([hidden])", composer))?.focus();
    if ("asked" in composer.dataset) { goOn(); addEventListener("load", () => setTimeout(goOn)); }
  }
})();
