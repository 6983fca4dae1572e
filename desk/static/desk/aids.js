// Helps with writing: reusable texts, names after an @, files by drop and paste. The composer works
// without them.
(() => {
  "use strict";
  const composer = document.querySelector("[data-composer]");
  if (!composer) return;
  const one = (selector, root = composer) => root.querySelector(selector);
  const all = (selector, root = composer) => [...root.querySelectorAll(selector)];
  const here = `/desk/tickets/${composer.dataset.ticket}/`;
  const token = (form) => one("[name=csrfmiddlewaretoken]", form).value;
  const changed = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));

  /** Put words where the cursor is, in the place of what lies between `from` and it. */
  function putIn(field, words, from = field.selectionStart, until = field.selectionEnd) {
    field.focus();
    field.setRangeText(words, from, until, "end");
    changed(field);
  }

  // ---- reusable texts
  const dialog = document.getElementById("texts");
  const found = new Map();
  let target = null;
  let slash = -1;
  const options = () => all("[role=option]", dialog);
  const seen = () => options().filter((option) => !option.hidden);
  const chosen = () => seen().find((option) => option.getAttribute("aria-selected") === "true");

  async function openTexts(form, use) {
    target = one("[data-body]", form);
    const place = one("[data-texts-here]", dialog);
    dialog.showModal();
    if (!found.has(use)) {
      try {
        const answer = await fetch(`${here}texts/?use=${use}`);
        if (!answer.ok) throw new TypeError("no texts");
        found.set(use, await answer.text());
      } catch {
        place.textContent = gettext("The texts could not be fetched. Close this, go on writing, and try again in a moment.");
        return;
      }
    }
    place.innerHTML = found.get(use);
    one("input", place)?.focus();
    choose(options()[0]);
  }
  function choose(option) {
    if (!option) return;
    options().forEach((each) => each.setAttribute("aria-selected", String(each === option)));
    one("#texts-q", dialog).setAttribute("aria-activedescendant", option.id);
    one("[data-texts-look]", dialog).innerHTML = one("[data-look]", option).innerHTML;
    option.scrollIntoView({ block: "nearest" });
  }
  function filter(words) {
    const parts = words.toLowerCase().split(/\s+/).filter(Boolean);
    options().forEach((option) => {
      const said = `${option.textContent} ${option.dataset.text}`.toLowerCase();
      option.hidden = !parts.every((part) => said.includes(part));
    });
    const any = seen();
    one("[data-texts-none]", dialog).hidden = any.length > 0;
    one("[data-texts-look]", dialog).replaceChildren();
    choose(any[0]);
  }
  function take() {
    const option = chosen();
    if (!option || !target) return;
    const text = option.dataset.text;
    const from = slash >= 0 ? slash : target.selectionStart;
    const until = slash >= 0 ? slash + 1 : target.selectionEnd;
    slash = -1;
    dialog.close();
    putIn(target, text, from, until);
    const gap = target.value.indexOf("⟦", from);
    if (gap >= 0 && gap < from + text.length) target.setSelectionRange(gap, target.value.indexOf("⟧", gap) + 1);
  }
  dialog?.addEventListener("input", (event) => { if (event.target.id === "texts-q") filter(event.target.value); });
  dialog?.addEventListener("keydown", (event) => {
    const list = seen();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && list.length) {
      choose(list[(list.indexOf(chosen()) + step + list.length) % list.length]);
      event.preventDefault();
    } else if (event.key === "Enter" && event.target.id === "texts-q") {
      take();
      event.preventDefault();
      event.stopPropagation();
    }
  });
  dialog?.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
    if (event.target.closest("[data-texts-take]")) take();
  });
  dialog?.addEventListener("dblclick", (event) => { if (event.target.closest("[role=option]")) take(); });
  dialog?.addEventListener("close", () => { slash = -1; target?.focus(); });
  composer.addEventListener("click", (event) => {
    const link = event.target.closest("[data-texts]");
    if (!link) return;
    event.preventDefault();
    openTexts(link.closest("form"), link.dataset.texts);
  });
  composer.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches("[data-body]") || event.inputType !== "insertText" || !["/", ";"].includes(event.data)) return;
    const at = field.selectionStart - 1;
    const link = one("[data-texts]", field.form);
    if (!link || (at > 0 && field.value[at - 1] !== "\n")) return;
    openTexts(field.form, link.dataset.texts);
    slash = at;
  });

  // ---- names after an @, in a note
  const note = one('form[data-write="note"] [data-body]');
  const names = one("[data-names]");
  let people = null;
  let begun = -1;
  if (note && names) {
    note.setAttribute("aria-autocomplete", "list");
    note.setAttribute("aria-controls", names.id);
    note.addEventListener("input", complete);
    note.addEventListener("click", complete);
    note.addEventListener("blur", () => setTimeout(shut, 150));
    note.addEventListener("keydown", onNameKey);
    names.addEventListener("mousedown", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) { event.preventDefault(); mention(option); }
    });
  }
  function shut() {
    names.hidden = true;
    names.replaceChildren();
    begun = -1;
    note.removeAttribute("aria-activedescendant");
  }
  async function complete() {
    const before = note.value.slice(0, note.selectionStart);
    const match = before.match(/(?:^|[^\p{L}\p{N}_.@+-])@([\p{L}\p{N}'’ -]{0,30})$/u);
    if (!match) { shut(); return; }
    if (!people) {
      try { people = (await (await fetch(`${here}people/`)).json()).people; } catch { return; }
    }
    const said = match[1].toLowerCase();
    const fitting = people.filter((person) => person.name.toLowerCase().startsWith(said) || (said && person.name.toLowerCase().split(" ").some((part) => part.startsWith(said)))).slice(0, 6);
    if (!fitting.length) { shut(); return; }
    begun = before.length - match[1].length - 1;
    names.replaceChildren(...fitting.map((person, at) => {
      const option = document.createElement("li");
      option.setAttribute("role", "option");
      option.id = `name-${at}`;
      option.dataset.as = person.as;
      option.textContent = person.away ? gettext("%(name)s, away", person) : person.name;
      return option;
    }));
    names.hidden = false;
    mark(names.firstElementChild);
  }
  function mark(option) {
    all("[role=option]", names).forEach((each) => each.setAttribute("aria-selected", String(each === option)));
    note.setAttribute("aria-activedescendant", option.id);
  }
  function mention(option) {
    putIn(note, `@${option.dataset.as} `, begun, note.selectionStart);
    shut();
  }
  function onNameKey(event) {
    if (names.hidden) return;
    const list = all("[role=option]", names);
    const at = list.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") mark(list[(at + (event.key === "ArrowDown" ? 1 : -1) + list.length) % list.length]);
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") mention(list[at]);
    else if (event.key === "Escape") shut();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // ---- files: dropped, pasted or chosen, each on its way at once
  const LARGEST = 10 * 1024 * 1024;
  const MOST = 10; // files with one message
  function refuse(row, why) {
    row.classList.add("file-refused");
    one("progress", row)?.remove();
    const name = one("[data-name]", row);
    if (why.startsWith(name.textContent)) name.textContent = "";
    one("[data-detail]", row).setAttribute("role", "alert");
    one("[data-detail]", row).textContent = why;
  }
  function carry(form, file) {
    const list = one("[data-kept]", form);
    const row = one("[data-file-row]").content.firstElementChild.cloneNode(true);
    one("[data-name]", row).textContent = file.name;
    list.append(row);
    if (file.size > LARGEST) { refuse(row, gettext("is larger than 10 MB. Make it smaller, or send a link.")); return Promise.resolve(); }
    const bar = one("progress", row);
    bar.setAttribute("aria-label", gettext("%(name)s is on its way", file));
    const data = new FormData();
    data.append("file", file, file.name);
    data.append("csrfmiddlewaretoken", token(form));
    const request = new XMLHttpRequest();
    request.open("POST", `${here}${form.dataset.write}/files/`);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
    request.addEventListener("load", () => {
      const told = request.response;
      if (request.status !== 200 || !told) {
        refuse(row, request.status === 401 ? gettext("was not taken: you are signed out.") : (told && told.message) || gettext("could not be taken. Try it again."));
        return;
      }
      bar.remove();
      one("[data-name]", row).textContent = told.name;
      one("[data-detail]", row).textContent = told.detail;
      one("[data-file-drop]", row).dataset.fileDrop = told.id;
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name: "kept", value: told.id });
      row.append(input);
    });
    request.addEventListener("error", () => refuse(row, gettext("could not be taken: there is no connection. Try it again.")));
    row.stop = () => request.abort();
    return new Promise((done) => {
      request.addEventListener("loadend", done);
      request.send(data);
    });
  }
  // One after the other, in their order; what is too many is told in one line.
  async function carryAll(form, files) {
    all(".file-refused", form).forEach((row) => row.remove());
    const room = Math.max(0, MOST - all(".file", form).length);
    const [taken, left] = [[...files].slice(0, room), [...files].slice(room)];
    if (left.length) {
      const row = one("[data-file-row]").content.firstElementChild.cloneNode(true);
      one("[data-kept]", form).append(row);
      refuse(row, ngettext("%(count)s file was not taken: at most %(most)s go with one message.", "%(count)s files were not taken: at most %(most)s go with one message.", left.length, { most: MOST }));
    }
    for (const file of taken) await carry(form, file);
  }
  composer.addEventListener("click", (event) => {
    const drop = event.target.closest("[data-file-drop]");
    if (!drop) return;
    const row = drop.closest("li");
    const form = drop.closest("form");
    row.stop?.();
    row.remove();
    const key = drop.dataset.fileDrop;
    if (!key) return;
    const data = new FormData();
    data.append("csrfmiddlewaretoken", token(form));
    fetch(`${here}files/${key}/drop/`, { method: "POST", body: data }).catch(() => {});
  });
  const takes = (form) => form && one("[data-kept]", form);
  composer.addEventListener("change", (event) => {
    if (event.target.type !== "file" || !takes(event.target.form)) return;
    carryAll(event.target.form, event.target.files);
    event.target.value = "";
  });
  composer.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files;
    if (!files?.length || !takes(event.target.form)) return;
    // Office programs put a picture of the words beside the words: the words are meant.
    if (["text/html", "text/plain"].every((kind) => event.clipboardData.getData(kind).trim())) return;
    event.preventDefault();
    carryAll(event.target.form, files);
  });
  const open = () => one(`[data-panel="${composer.dataset.open}"] form`);
  const holdsFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault(); // a file that misses the composer does not replace the page
    const within = composer.contains(event.target) && takes(open());
    event.dataTransfer.dropEffect = within ? "copy" : "none";
    composer.classList.toggle("takes-files", Boolean(within));
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) composer.classList.remove("takes-files"); });
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    composer.classList.remove("takes-files");
    if (composer.contains(event.target) && takes(open())) carryAll(open(), event.dataTransfer.files);
  });

  // ---- what an apology still lacks, kept true as one writes
  const PAUSE = 600;
  let waits = 0;
  composer.addEventListener("input", ({ target: field }) => {
    if (!field.dataset?.apology) return;
    clearTimeout(waits);
    waits = setTimeout(async () => {
      const said = field.value;
      const body = new URLSearchParams({ body: said, csrfmiddlewaretoken: token(field.form) });
      try {
        const answer = await fetch(field.dataset.apology, { method: "POST", body });
        const told = answer.ok && !answer.redirected ? await answer.text() : "";
        const list = document.getElementById("apology");
        if (told && list && field.value === said) list.outerHTML = told;
      } catch {
        // It is guidance: what stands there stays until the next word.
      }
    }, PAUSE);
  });
})();
