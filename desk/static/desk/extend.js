// A letter that puts a promise off takes the date and the reason as they are typed. Its words, and
// the date in the customer's language and zone, come from the server.
(() => {
  "use strict";
  const form = document.querySelector("form[data-letter]");
  if (!form) return;
  let asked = 0;

  async function fill() {
    const turn = ++asked;
    const sent = form.elements.letter.value;
    const answer = await fetch(form.dataset.letter, { method: "POST", body: new FormData(form) }).catch(() => null);
    // What was typed into the letter meanwhile counts more than what would be put in.
    if (!answer?.ok || turn !== asked || form.elements.letter.value !== sent) return;
    const told = await answer.json();
    for (const [name, value] of Object.entries(told)) form.elements[name].value = value;
  }

  for (const name of ["to", "reason"]) form.elements[name].addEventListener("change", fill);
  if (form.elements.to.value || form.elements.reason.value) fill();
})();
