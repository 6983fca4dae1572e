// Insight and reports: what is printed has its tables open, and as it was before afterwards.
(() => {
  "use strict";
  const TABLES = "details.insight-table:not([open]), .seen details.seen-fold:not([open])";
  let opened = [];
  const open = () => {
    opened = [...document.querySelectorAll(TABLES)];
    opened.forEach((one) => { one.open = true; });
  };
  const close = () => {
    opened.forEach((one) => { one.open = false; });
    opened = [];
  };
  window.addEventListener("beforeprint", open);
  window.addEventListener("afterprint", close);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-print]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    window.print();
  });
  // A choice is a question: it is asked at once. The button stays for keyboards and old habits.
  document.querySelectorAll(".insight-form select").forEach((select) => {
    select.addEventListener("change", () => select.form.requestSubmit());
  });
})();
