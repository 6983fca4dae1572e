// Finding while one types: the field of the top bar, and the palette (Ctrl or ⌘ K), which finds
// actions of the page and places too. Without it the field is a form that leads to a page.
(() => {
  "use strict";
  const PAUSE = 110; // ms after the last letter
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const palette = one("#palette");

  // What is done to the row at the cursor, while nothing is selected, stands in a bar that is not shown.
  const ofTheRow = (node) => one("[data-row].cursor") && node.matches("[data-selection][hidden] [data-alone]");
  const shown = (node) => !node.closest("dialog, [hidden], [data-row]:not(.cursor)") && window.amendsReached(node);
  // First what the page is for, last what stands in the menu of whoever is signed in.
  const far = (node) => Boolean(node.closest(".top") && node.dataset.do);

  // What the server put on this page for this person, by its key.
  function actions(text) {
    const known = new Set();
    const found = all("[data-key], [data-do]").filter((node) => {
      if (!ofTheRow(node) && !shown(node)) return false;
      const words = wordsOf(node);
      const said = `${words} ${node.dataset.also || ""}`.toLowerCase();
      if (!words || known.has(words) || !said.includes(text.toLowerCase())) return false;
      known.add(words);
      return true;
    });
    return [...found.filter((node) => !far(node)), ...found.filter(far)];
  }

  const wordsOf = (node) => {
    if (node.dataset.do || node.ariaLabel) return node.dataset.do || node.ariaLabel;
    const copy = node.cloneNode(true);
    all("kbd, select, svg", copy).forEach((part) => part.remove());
    const label = node.labels && node.labels[0];
    return (copy.textContent.trim() || (label && label.textContent.trim()) || node.placeholder || "").replace(/\s+/g, " ");
  };

  function actionGroup(text) {
    const found = actions(text);
    if (!found.length) return null;
    const group = document.createElement("div");
    group.setAttribute("role", "group");
    group.ariaLabel = gettext("On this page");
    group.innerHTML = '<p aria-hidden="true"></p>';
    group.firstChild.textContent = gettext("On this page");
    found.forEach((node) => {
      const option = document.createElement("a");
      option.setAttribute("role", "option");
      option.tabIndex = -1;
      option.href = "#";
      const words = document.createElement("span");
      words.textContent = wordsOf(node);
      const key = document.createElement("kbd");
      key.setAttribute("aria-hidden", "true");
      key.textContent = node.dataset.key ? (/^[A-Z]$/.test(node.dataset.key) ? "⇧" : "") + node.dataset.key.toUpperCase() : "";
      option.append(words, ...(key.textContent ? [key] : []));
      option.addEventListener("click", (event) => {
        event.preventDefault();
        palette.close();
        if (node.dataset.key) document.dispatchEvent(new CustomEvent("act", { detail: node.dataset.key }));
        else node.click();
      });
      group.append(option);
    });
    return group;
  }

  function finder(form) {
    const everything = form.dataset.finder === "all";
    const field = one("input[name=q]", form);
    const list = one("[role=listbox]", form);
    const told = one("[data-found-count]", form);
    let waits = 0;
    let asked = null;
    let shownFor = null; // the text that the list answers
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    field.setAttribute("aria-expanded", "false");

    const options = () => all("[role=option]", list);
    const active = () => one("[aria-selected=true]", list);

    function show(html, text) {
      shownFor = text;
      list.innerHTML = html;
      const own = everything && actionGroup(text);
      if (own) list.prepend(own);
      options().forEach((option, at) => {
        option.id = `${list.id}-${at}`;
        option.setAttribute("aria-selected", "false");
      });
      const count = options().length;
      told.textContent = count ? ngettext("%(count)s found", "%(count)s found", count) : gettext("Nothing found");
      if (!count) {
        list.innerHTML = '<p class="none"></p>';
        list.firstChild.textContent = gettext("Nothing found. Enter looks through everything.");
      }
      open(true);
      if (everything && count) mark(0);
    }

    function open(yes) {
      if (!everything) list.hidden = !yes;
      field.setAttribute("aria-expanded", String(yes && options().length > 0));
      if (!yes) field.removeAttribute("aria-activedescendant");
    }

    function mark(to) {
      const before = active();
      if (before) before.setAttribute("aria-selected", "false");
      const option = options()[to];
      if (!option) return field.removeAttribute("aria-activedescendant");
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", option.id);
    }

    async function look() {
      const text = field.value.trim();
      asked?.abort();
      if (!everything && text.length < 2) return open(false);
      asked = new AbortController();
      const address = `/desk/search/suggest/?q=${encodeURIComponent(text)}${everything ? "&all=1" : ""}`;
      try {
        const answer = await fetch(address, { signal: asked.signal, credentials: "same-origin" });
        // Signed out meanwhile, or an error: Enter leads to the page that says so.
        if (!answer.ok || answer.redirected) return open(false);
        show(await answer.text(), text);
      } catch (error) {
        if (error.name !== "AbortError") open(false);
      }
    }

    field.addEventListener("input", () => {
      clearTimeout(waits);
      mark(-1); // what was chosen answers another text
      waits = setTimeout(look, PAUSE);
    });
    field.addEventListener("focus", () => { if (!everything && field.value.trim().length > 1 && list.childElementCount) open(true); });
    form.addEventListener("submit", async (event) => {
      const text = field.value.trim();
      if (everything && text !== shownFor) {
        // Faster than the answer: Enter means the first of what this text finds.
        event.preventDefault();
        clearTimeout(waits);
        await look();
        const first = field.value.trim() === text && active();
        if (first) first.click();
        else if (text) location.href = `${form.getAttribute("action")}?q=${encodeURIComponent(text)}`;
        return;
      }
      const option = active();
      if (option) { event.preventDefault(); option.click(); }
      else if (!text) event.preventDefault();
    });
    form.addEventListener("keydown", (event) => {
      const count = options().length;
      const at = options().indexOf(active());
      if (event.key === "ArrowDown" && count) mark((at + 1) % count);
      else if (event.key === "ArrowUp" && count) mark(at <= 0 ? count - 1 : at - 1);
      else if (event.key === "Escape" && !everything && !list.hidden) { open(false); event.stopPropagation(); }
      else return;
      event.preventDefault();
    });
    document.addEventListener("click", (event) => { if (!everything && !form.contains(event.target)) open(false); });
    form.addEventListener("focusout", (event) => { if (!everything && event.relatedTarget && !form.contains(event.relatedTarget)) open(false); });
    return look;
  }

  const looks = new Map(all("[data-finder]").map((form) => [form, finder(form)]));

  let before = null;
  document.addEventListener("palette", () => {
    if (!palette || palette.open) return palette?.close();
    before = document.activeElement;
    const form = one("form", palette);
    form.reset();
    one("[role=listbox]", palette).replaceChildren();
    palette.showModal();
    looks.get(form)();
  });
  palette?.addEventListener("close", () => before?.focus?.());
  palette?.addEventListener("click", (event) => { if (event.target === palette || event.target.closest("[data-palette-close]")) palette.close(); });
})();
