// Deciding an exception: the filled button, and its key, follow the sums that are typed.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);

  // ---- exceptions: once a sum differs from the asked one, the filled button (and its key)
  // approves the sums that were typed, and says what they come to
  const minor = (text, decimals) => {
    const bare = text.trim().replace(/^[£€$\s]+|[£€$\s]+$/g, "");
    const german = document.documentElement.lang === "de";
    if (german && /^\d{1,3}(\.\d{3})+$/.test(bare)) return Math.round(Number(bare.replaceAll(".", "")) * 10 ** decimals);
    const comma = german && /^\d+,\d+$/.test(bare) || /^\d{1,3}(\.\d{3})*,\d{1,2}$|^\d+,\d{1,2}$/.test(bare);
    const plain = comma ? bare.replaceAll(".", "").replace(",", ".") : bare.replace(/,(?=\d{3}(\D|$))/g, "");
    return /^\d+(\.\d*)?$/.test(plain) ? Math.round(Number(plain) * 10 ** decimals) : NaN;
  };

  function followSums(form) {
    const yes = one("[data-yes]", form);
    const decimals = Number(yes.dataset.decimals);
    const fields = all("[data-asked]", form);
    const asked = fields.map((field) => minor(field.dataset.asked, decimals));
    const typed = fields.map((field) => minor(field.value, decimals));
    const amended = typed.some((sum, at) => sum !== asked[at]);
    const total = typed.reduce((sum, each) => sum + each, 0);
    const words = yes.dataset.askedTotal;
    const digits = (total / 10 ** decimals).toLocaleString(document.documentElement.lang === "de" ? "de-DE" : "en-GB", { minimumFractionDigits: decimals });
    const sum = words.replace(/\d[\d.,]*/, digits);
    yes.value = amended ? "amend" : "approve";
    one("[data-yes-words]", yes).textContent = !amended ? gettext("Approve %(sum)s", { sum: words }) : Number.isNaN(total) ? gettext("Amend") : gettext("Amend to %(sum)s", { sum });
    const inner = one("[data-amend]", form);
    if (inner) inner.hidden = true;
  }

  // A no and a question are in one's own words: where the request's still stand, the field has the
  // focus, what is typed takes their place, and Ctrl Enter does what was begun.
  function askForWords(form, button) {
    const [field, line] = [one("[name=reason]", form), one("[data-own-words]", form)];
    for (const each of all("[data-send]", form)) each.removeAttribute("data-send");
    button.setAttribute("data-send", "");
    line.textContent = button.dataset.own + " " + gettext("Then Ctrl ⏎.");
    line.hidden = false;
    field.focus();
    field.select();
  }

  // Who goes away from it has begun nothing: Ctrl Enter says yes again.
  function begunNothing(form) {
    all("[data-send]", form).forEach((each) => each.removeAttribute("data-send"));
    one("[data-yes]", form).setAttribute("data-send", "");
    one("[data-own-words]", form).hidden = true;
  }

  const decision = one("[data-decision]");
  if (decision) {
    followSums(decision);
    decision.addEventListener("input", () => followSums(decision));
    const field = one("[name=reason]", decision);
    const bare = (text) => text.trim().replace(/\s+/g, " ");
    decision.addEventListener("click", (event) => {
      const button = event.target.closest("[data-own]");
      if (!button || bare(field.value) !== bare(field.dataset.first)) return;
      event.preventDefault();
      askForWords(decision, button);
    });
    field.addEventListener("keydown", (event) => { if (event.key === "Escape") begunNothing(decision); });
  }
})();
