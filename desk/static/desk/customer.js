// Comforts of the customer's pages: what is typed is kept on the device, the form comes in two
// steps on a small screen, and the questions follow the category. Nothing here is needed.
(() => {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  const forget = one("[data-forget]");
  if (forget) localStorage.removeItem(`kept:${forget.dataset.forget}`);

  const form = one("form[data-keep]");
  const keepable = (field) =>
    field.name && !["file", "hidden", "password"].includes(field.type) && field.name !== "website";

  function keep() {
    const kept = {};
    all("input, textarea, select", form).filter(keepable).forEach((field) => {
      if (field.type === "checkbox" || field.type === "radio") {
        if (field.checked) (kept[field.name] ||= []).push(field.value);
      } else if (field.value) kept[field.name] = [field.value];
    });
    localStorage.setItem(`kept:${form.dataset.keep}`, JSON.stringify(kept));
  }

  function restore() {
    const kept = JSON.parse(localStorage.getItem(`kept:${form.dataset.keep}`) || "{}");
    all("input, textarea, select", form).filter(keepable).forEach((field) => {
      const values = kept[field.name];
      if (!values) return;
      if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
      else if (!field.value) field.value = values[0];
    });
  }

  function askAnew() {
    const place = one("[data-questions]");
    const chosen = one("[name=category]:checked", form);
    if (!place || !chosen || !window.htmx) return;
    const part = one("[name=part]", form);
    const address = new URLSearchParams({ category: chosen.value, part: part ? part.value : "" });
    window.htmx.ajax("GET", `${place.dataset.questions}?${address}`, { target: place, swap: "innerHTML" })
      .then(restore);
  }

  if (form) {
    const wrong = one("[role=alert]", form);
    if (!wrong) restore();
    form.addEventListener("input", keep);
    form.addEventListener("change", (event) => {
      keep();
      if (["category", "part"].includes(event.target.name)) askAnew();
    });
    // The questions of what the address asked for are there already.
    const chosen = one("[name=category]:checked", form);
    if (chosen && !wrong && !(chosen.defaultChecked && one("[data-questions] > *"))) askAnew();
    if (form.hasAttribute("data-steps")) steps(wrong);
  }

  function steps(wrong) {
    const narrow = window.matchMedia("(max-width: 899.98px)");
    const button = one("[data-last]", form);
    const words = one("[data-send-words]", form);
    const [last, told] = [button.textContent, words.innerHTML];
    const show = (at) => {
      form.dataset.at = at;
      const first = narrow.matches && at === "1";
      button.textContent = first ? form.dataset.nextWords : last;
      if (narrow.matches) words.textContent = form.dataset.stepWords.replace("[at]", at);
      else words.innerHTML = told;
    };
    const inSecond = wrong && one('[data-step="2"] .field-wrong', form) && !one('[data-step="1"] .error', form);
    show(inSecond ? "2" : "1");
    narrow.addEventListener("change", () => show(form.dataset.at));
    button.addEventListener("click", (event) => {
      if (!narrow.matches || form.dataset.at === "2") return;
      event.preventDefault();
      show("2");
      window.scrollTo({ top: 0 });
      one('[data-step="2"] input', form)?.focus({ preventScroll: true });
    });
  }

  // A link to a part that is folded away opens it.
  function openTarget() {
    const place = location.hash && one(location.hash);
    if (place && place.matches("details")) {
      place.open = true;
      one("textarea, input:not([type=hidden])", place)?.focus();
    }
  }
  window.addEventListener("hashchange", openTarget);
  openTarget();
  one("[data-focus]")?.focus();
})();
