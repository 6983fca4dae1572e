// Keys as their reader has chosen them: what is pressed is handed on as the key that the page knows,
// and shown as the one to press. Loaded only for those who changed one, or switched single keys off.
(() => {
  "use strict";
  const chosen = JSON.parse(document.body.dataset.keys);
  const own = { ...chosen.own[""], ...chosen.own[document.body.dataset.page] }; // the page's key → the reader's
  const meant = new Map(Object.entries(own).map(([known, mine]) => [mine, known]));
  const handedOn = new WeakSet();
  const typing = (node) => node.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const upper = (key) => key.length === 1 && key !== key.toLowerCase();

  /** The page's key for the one that was pressed; null where it does nothing. */
  function knownFor(key) {
    if (meant.has(key)) return meant.get(key);
    if (upper(key) && !(key in own)) {
      const small = knownFor(key.toLowerCase()); // with Shift it selects along, say
      return small && /^[a-z]$/.test(small) ? small.toUpperCase() : small;
    }
    return key in own ? null : key;
  }

  addEventListener("keydown", (event) => {
    if (handedOn.has(event) || event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (chosen.off) { event.stopImmediatePropagation(); return; }
    const known = knownFor(event.key);
    if (known === event.key) return;
    event.stopImmediatePropagation();
    if (!known) return;
    event.preventDefault();
    const again = new KeyboardEvent("keydown", { key: known, shiftKey: upper(known) || (event.shiftKey && !/[a-z]/i.test(known)), bubbles: true, cancelable: true });
    handedOn.add(again);
    event.target.dispatchEvent(again);
  }, true);

  // ---- what is shown
  const words = (key) => (upper(key) ? `⇧${key}` : key.toUpperCase());
  const shown = new Map(Object.entries(own).map(([known, mine]) => [words(known), mine && words(mine)]));
  function show(root) {
    for (const mark of root.querySelectorAll?.("kbd:not([data-own])") || []) {
      const before = mark.previousElementSibling;
      if (before?.matches("kbd") && /^(G|Ctrl|⌘)$/.test(before.textContent)) continue; // the second of two
      const text = mark.textContent.trim();
      if (chosen.off && mark.closest("[data-key], .keys, #keys") && text.length < 3) mark.hidden = true;
      if (!shown.has(text)) continue;
      mark.dataset.own = "";
      mark.hidden = !shown.get(text);
      mark.textContent = shown.get(text);
    }
  }
  document.documentElement.classList.toggle("keys-off", Boolean(chosen.off));
  show(document);
  new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach((node) => node.parentElement && show(node.parentElement))))
    .observe(document.body, { childList: true, subtree: true });
})();
