// The policy editor: arrows in the matrix, keys for saving and suggestions, and a focus that stays
// where it is while what was typed is drawn anew. Every button works as a form without this.
(() => {
  "use strict";
  const form = document.querySelector("[data-policy]");
  if (!form) return;
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // ---- the matrix
  const cells = (node) => all("[data-cell]", node.closest("[data-grid]"));
  const isWhole = (cell) => cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
  let before = "";

  function move(cell, down, across) {
    const [row, column] = [Number(cell.dataset.row) + down, Number(cell.dataset.column) + across];
    const next = cells(cell).find((each) => Number(each.dataset.row) === row && Number(each.dataset.column) === column);
    if (next) next.focus();
    return Boolean(next);
  }

  form.addEventListener("focusin", (event) => {
    if (!event.target.matches("[data-cell]")) return;
    before = event.target.value;
    event.target.select();
  });

  const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  function onCellKey(event) {
    const cell = event.target;
    const step = ARROWS[event.key];
    const sideways = step && step[1] !== 0;
    // Once a caret stands inside a sum, left and right move it.
    const inside = sideways && !isWhole(cell) &&
      (step[1] < 0 ? cell.selectionStart > 0 : cell.selectionEnd < cell.value.length);
    if (step && !inside && !event.shiftKey) {
      event.preventDefault();
      move(cell, step[0], document.documentElement.dir === "rtl" ? -step[1] : step[1]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (isWhole(cell) && cell.value === before) cell.setSelectionRange(cell.value.length, cell.value.length);
      else if (!move(cell, 1, 0)) cell.select();
    } else if (event.key === "Escape" && cell.value !== before) {
      event.preventDefault();
      event.stopPropagation();
      cell.value = before;
      cell.select();
      cell.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  form.addEventListener("keydown", (event) => {
    if (event.target.matches("[data-cell]") && !event.ctrlKey && !event.metaKey && !event.altKey) onCellKey(event);
  });

  // ---- keys of the page
  document.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    if (event.key.toLowerCase() === "s") {
      event.preventDefault();
      one("[data-save]")?.click();
    } else if (event.key === ".") {
      event.preventDefault();
      const own = document.activeElement?.name;
      const found = all("[data-suggest]").find((each) => own && each.dataset.for === own) || one("[data-suggest]");
      found?.click();
    }
  });

  // ---- YAML: the lines under the text grow with it
  function fit(text) {
    text.rows = text.value.split("\n").length;
  }
  form.addEventListener("input", (event) => {
    if (!event.target.matches(".policy-text")) return;
    fit(event.target);
    const lines = one(".policy-lines-under");
    // Until the colours come, the plain letters: nothing that is typed is invisible.
    if (lines) {
      lines.replaceChildren(...event.target.value.split("\n").map((words, at) => {
        const line = document.createElement("span");
        const number = document.createElement("i");
        line.className = "code-line";
        number.textContent = at + 1;
        line.append(number, `${words}\n`);
        return line;
      }));
    }
  });
  form.addEventListener("keydown", (event) => {
    if (!event.target.matches(".policy-text") || event.key !== "Enter") return;
    // A new line begins where the one before it does.
    const text = event.target;
    const line = text.value.slice(0, text.selectionStart).split("\n").pop();
    const margin = line.match(/^ */)[0];
    if (!margin) return;
    event.preventDefault();
    text.setRangeText(`\n${margin}`, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // The rule that is open, in sight.
  function show() {
    const code = one("[data-code]");
    const line = code && document.getElementById(`L${code.dataset.line}`);
    if (code && line && code.dataset.line !== "1") line.scrollIntoView({ block: "center" });
    // A line that was asked for has the caret.
    const text = code && "go" in code.dataset && one(".policy-text", code);
    if (!text) return;
    const from = text.value.split("\n").slice(0, Number(code.dataset.line) - 1).join("\n").length + 1;
    text.focus({ preventScroll: true });
    text.setSelectionRange(from, from);
  }
  show();

  // ---- what is typed in the meantime stays: focus, caret, scrolling, words
  let held = null;
  // An answer to what was asked before a save would show what is saved as unsaved: it is asked anew.
  const asked = new WeakMap();
  let saves = 0;
  const isSave = (event) => event.detail.pathInfo.requestPath.endsWith("/save/");
  const isLook = (event) => /\/(look|search)\/$/.test(event.detail.pathInfo.requestPath);
  // Nor is a button drawn anew while it is pressed, or while what it asked for is under way: the
  // press would be nobody's, and its answer had no place to go to.
  let pressing = false;
  let underWay = 0;
  let waiting = false;
  const look = () => window.htmx.trigger(form, "policy-look");
  const isPress = (event) => event.detail.elt.matches("button");
  function goOn() {
    if (waiting && !pressing && !underWay) {
      waiting = false;
      look();
    }
  }
  document.addEventListener("pointerdown", () => { pressing = true; }, true);
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => setTimeout(() => { pressing = false; goOn(); }), true); // after the click
  }
  document.body.addEventListener("htmx:beforeSend", (event) => {
    asked.set(event.detail.xhr, saves);
    if (!isPress(event)) return;
    underWay += 1;
    event.detail.xhr.addEventListener("loadend", () => { underWay -= 1; goOn(); });
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (isSave(event)) saves += 1;
    if (isLook(event) && !isPress(event) && (pressing || underWay || asked.get(event.detail.xhr) !== saves)) {
      event.detail.shouldSwap = false;
      waiting = true;
      goOn();
      return;
    }
    // What was refused comes as parts of the page too, whatever its status.
    if (event.detail.xhr.getResponseHeader("HX-Replace-Url")) event.detail.shouldSwap = true;
  });
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const part = event.detail.target;
    const at = part.contains(document.activeElement) ? document.activeElement : null;
    const scrolled = [part, ...all("[data-scroll], .policy-scroll", part)].map((node) => [node.scrollTop, node.scrollLeft]);
    held = { at: at && { name: at.name, id: at.id, value: at.value, from: at.selectionStart, to: at.selectionEnd }, id: part.id, scrolled };
  });
  document.body.addEventListener("htmx:oobAfterSwap", () => {
    const part = held && document.getElementById(held.id);
    if (!part) return;
    [part, ...all("[data-scroll], .policy-scroll", part)].forEach((node, index) => {
      if (held.scrolled[index]) node.scrollTo(held.scrolled[index][1], held.scrolled[index][0]);
    });
    if (part.id === "policy-input") show();
    const { at } = held;
    held = null;
    if (!at) return;
    const again = (at.id && one(`#${CSS.escape(at.id)}`, part)) || (at.name && one(`[name="${CSS.escape(at.name)}"]`, part));
    if (!again) return;
    const kept = before;
    again.focus({ preventScroll: true });
    before = kept;
    if (!again.matches("input, textarea")) return;
    // What is being typed stays; what a button has set is shown.
    if (again.matches("[data-cell]") && part.id !== "policy-input") again.value = at.value;
    if (typeof at.from === "number") again.setSelectionRange(at.from, at.to);
  });

  // A button that was drawn anew is pressed before htmx has looked at it: it does so now, or the
  // press would be taken for a look.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[hx-post]");
    if (button && button !== form) window.htmx.process(button);
  }, true);

  // ---- leaving with something unsaved
  let dirty = false;
  form.addEventListener("input", (event) => { if (!event.target.closest(".policy-side")) dirty = true; });
  form.addEventListener("click", (event) => { if (event.target.closest('[name="do"], [name="remove"]')) dirty = true; });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.pathInfo?.requestPath?.endsWith("/save/")) dirty = event.detail.xhr.status >= 400;
  });
  document.addEventListener("submit", () => { dirty = false; });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
})();
