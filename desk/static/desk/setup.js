"use strict";
// The preview follows what is typed; more lines of a table without leaving the page.
(() => {
  const form = document.querySelector("form[data-look]");
  let wait = 0;
  let asked = null;

  const look = async () => {
    const shown = document.querySelector(form.dataset.look);
    if (!shown) return;
    asked?.abort();
    asked = new AbortController();
    const sent = new FormData(form);
    sent.set("do", "preview");
    try {
      const answer = await fetch(location.href, { method: "POST", body: sent, signal: asked.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector(form.dataset.look);
      if (fresh) document.querySelector(form.dataset.look).replaceWith(fresh);
    } catch {
      // The button still shows it; what was typed is not touched.
    }
  };

  form?.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(look, 500);
  });

  // A large file takes some seconds: say so, and do not send it twice. Coming back begins anew.
  const long = [...document.querySelectorAll("form[data-long]")];
  for (const sent of long) {
    sent.addEventListener("submit", (event) => {
      if (sent.getAttribute("aria-busy") === "true") return event.preventDefault();
      sent.setAttribute("aria-busy", "true");
      const said = sent.querySelector("[data-long-said]");
      if (said) said.textContent = sent.dataset.long;
    });
  }
  window.addEventListener("pageshow", () => {
    for (const sent of long) {
      sent.removeAttribute("aria-busy");
      const said = sent.querySelector("[data-long-said]");
      if (said) said.textContent = "";
    }
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-more]");
    if (!button) return;
    const body = button.closest("fieldset").querySelector("tbody");
    const last = body.lastElementChild;
    if (!last) return;
    event.preventDefault();
    const number = body.children.length;
    const fresh = last.cloneNode(true);
    for (const field of fresh.querySelectorAll("[name]")) {
      field.name = field.name.replace(/\.\d+(?=\.|$)/, `.${number}`);
      const label = field.getAttribute("aria-label");
      if (label) field.setAttribute("aria-label", label.replace(/\d+$/, String(number + 1)));
      field.removeAttribute("aria-invalid");
      if (field.type !== "hidden" && field.type !== "checkbox") field.value = "";
    }
    body.append(fresh);
    fresh.querySelector("input:not([type=hidden]), select")?.focus();
  });
})();
