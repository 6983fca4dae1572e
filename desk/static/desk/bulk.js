// What is done to several rows: what is refused is said beside its field, and what is selected and
// typed stays. Without it the form leads back to the list, which tells why not.
(() => {
  "use strict";
  const form = document.getElementById("bulk");
  const bar = document.querySelector("[data-selection]");
  if (!form || !bar) return;
  const one = (selector, root = bar) => root.querySelector(selector);

  function tell(words, name) {
    bar.querySelectorAll("[data-bulk-error]").forEach((note) => note.remove());
    bar.querySelectorAll("[aria-invalid]").forEach((field) => { field.removeAttribute("aria-invalid"); field.removeAttribute("aria-describedby"); });
    if (!words) return;
    const sheet = one("details[open] .sheet") || bar;
    const note = Object.assign(document.createElement("span"), { id: "bulk-error", className: "error", textContent: words });
    note.dataset.bulkError = "";
    note.setAttribute("role", "alert");
    const field = sheet.querySelector(`[name="${CSS.escape(name || "-")}"]`) || sheet.querySelector("input:not([type=hidden]), select");
    if (sheet === bar) bar.prepend(note);
    else (field?.closest("label") || sheet.lastElementChild).after(note);
    if (!field) return;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", note.id);
    field.focus();
  }

  // Answering several: one after the other, each read and sent by itself.
  one("[data-answer]")?.addEventListener("click", () => {
    const rows = [...document.querySelectorAll("[data-row]")].filter((row) => row.querySelector("input[type=checkbox]")?.checked);
    const keys = rows.map((row) => row.dataset.id);
    const view = keys.length > 1 ? `&view=x-${keys.join("-")}` : "";
    if (rows.length) location.href = `${rows[0].dataset.href.split("?")[0]}?do=reply${view}#composer`;
  });

  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!button || button.name === "take") return; // that one leads to its ticket
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    const data = new FormData(form);
    data.append(button.name, button.value);
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
      const told = (answer.headers.get("Content-Type") || "").includes("json") ? await answer.json() : null;
      if (told?.to) { location.assign(told.to); return; }
      if (told) tell(told.message, told.field);
      else location.reload(); // signed out, most likely: the page says so
    } catch {
      tell(gettext("There is no connection. Nothing was changed; try again once it is back."));
    } finally {
      delete form.dataset.busy;
      button.removeAttribute("aria-busy");
    }
  });
  bar.addEventListener("toggle", (event) => { if (!event.target.open) tell(""); }, true);
  bar.addEventListener("input", (event) => { if (event.target.matches("[aria-invalid]")) tell(""); });
})();
