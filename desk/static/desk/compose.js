// What is typed into the composer is kept: at once on this device, a moment later on the server. A
// lost connection or an ended session loses nothing. Promises in a text are suggested as deadlines.
(() => {
  "use strict";
  const composer = document.querySelector("[data-composer]");
  if (!composer) return;
  const one = (selector, root = composer) => root.querySelector(selector);
  const all = (selector, root = composer) => [...root.querySelectorAll(selector)];
  const { me, ticket } = composer.dataset;
  const forms = all("form[data-write]");
  const NOT_TYPED = new Set(["csrfmiddlewaretoken", "version", "events", "once", "view", "kept", "then", "then_asked"]);
  const GAP = /⟦([^⟦⟧\n]{1,120})⟧/;
  const PAUSE = 700;
  const clock = (at = new Date()) => at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

  // ---- what stands in a form
  const typed = (form) => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NOT_TYPED.has(name));
  const signature = (form) => JSON.stringify(typed(form));
  const bodyOf = (form) => one("[data-body]", form);
  const textOf = (form) => bodyOf(form)?.value ?? "";
  // Of a form with many texts any of them may be what was typed.
  const isTyped = (form) => Boolean(textOf(form).trim()) || (form.dataset.write === "refuse" && signature(form) !== form.dataset.first);

  function putBack(form, entries) {
    all("[data-promised] > li", form).forEach((row) => row.remove());
    all("input[name=left]", form).forEach((input) => input.remove());
    all("input[type=checkbox]", form).forEach((box) => { if (!NOT_TYPED.has(box.name)) box.checked = false; });
    const dues = entries.filter(([name]) => name === "promise_due");
    let place = 0;
    for (const [name, value] of entries) {
      if (name === "promise_what") { addPromise(form, { what: value, value: dues[place++]?.[1] ?? "" }); continue; }
      if (name === "left") { addLeft(form, value); continue; }
      const fields = all(`[name="${CSS.escape(name)}"]`, form);
      const box = fields.find((field) => field.type === "checkbox" && field.value === value);
      if (box) box.checked = true;
      else if (fields[0] && name !== "promise_due") fields[0].value = value;
    }
  }

  // ---- on this device: only what the server does not have yet
  const keyOf = (form) => `amends-draft:${me}:${ticket}:${form.dataset.write}`;
  function keepHere(form) {
    const kept = { entries: typed(form), base: Number(form.dataset.revision), at: Date.now() };
    try { localStorage.setItem(keyOf(form), JSON.stringify(kept)); } catch { say(form, gettext("This browser keeps nothing on this device. Stay connected.")); }
  }
  function forgetHere(form) {
    try { localStorage.removeItem(keyOf(form)); } catch { /* there was nothing */ }
  }
  function keptHere(form) {
    try { return JSON.parse(localStorage.getItem(keyOf(form))); } catch { return null; }
  }
  // A page made before another tab of this browser saved shows old words; it is asked for anew, once.
  const savedOf = (form) => `${keyOf(form)}:saved`;
  function savedHere(form) {
    try {
      if (isTyped(form)) localStorage.setItem(savedOf(form), form.dataset.revision);
      else localStorage.removeItem(savedOf(form)); // nothing stands there that a page could show late
    } catch { /* then the server tells on saving */ }
  }
  function forgetSaved(form) {
    try { localStorage.removeItem(savedOf(form)); } catch { /* there was nothing */ }
  }
  function isOlderThanSaved(form) {
    try {
      const saved = Number(localStorage.getItem(savedOf(form)));
      localStorage.removeItem(savedOf(form));
      return saved > Number(form.dataset.revision);
    } catch { return false; }
  }

  // ---- words about it
  function say(form, words) {
    const note = one("[data-draft-note]", form);
    if (note && note.textContent !== words) note.textContent = words;
    const discard = one("[data-discard]", form);
    if (discard) discard.hidden = !isTyped(form) && !one("[name=kept]", form);
  }
  function alertIn(form, ...nodes) {
    one("[data-draft-notice]", form).replaceChildren(...nodes);
  }
  function notice(lead, words) {
    const node = one("[data-either]").content.firstElementChild.cloneNode(true);
    one("[data-lead]", node).textContent = lead;
    one("[data-words]", node).textContent = words;
    return node;
  }
  function plainNotice(form, lead, words) {
    const node = notice(lead, words);
    one("[data-other]", node).remove();
    one(".line", node).remove();
    alertIn(form, node);
  }

  /** Two texts of the same person: nothing is written over before he has chosen. */
  function choose(form, lead, other, use, stay) {
    const node = notice(lead, gettext("Nothing is lost; choose one of the two."));
    one("[data-other]", node).textContent = other.length > 400 ? `${other.slice(0, 400)}…` : other;
    one("[data-use]", node).addEventListener("click", () => { alertIn(form); use(); bodyOf(form)?.focus(); });
    one("[data-stay]", node).addEventListener("click", () => { alertIn(form); stay(); bodyOf(form)?.focus(); });
    alertIn(form, node);
  }

  // ---- the session
  function renew(token) {
    document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((input) => (input.value = token));
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  }
  async function whoIsHere() {
    const answer = await fetch("/desk/here/", { headers: { Accept: "application/json" } });
    if (answer.status === 401) return null;
    if (!answer.ok) throw new TypeError("no answer");
    const told = await answer.json();
    renew(told.csrf);
    return String(told.me);
  }
  const dialog = document.getElementById("signed-out");
  let waiting = null;
  function signedOut(form, words) {
    waiting = form;
    say(form, gettext("Kept on this device. You are signed out."));
    if (words) one("[data-signed-out-words]", dialog).textContent = words;
    // Where the page asks to sign in already, one question is enough.
    if (!dialog.open && !one("#live-ended[open]")) dialog.showModal();
  }
  async function backAgain() {
    if (!waiting || document.visibilityState !== "visible") return;
    let here = null;
    try { here = await whoIsHere(); } catch { return; }
    if (!here) return;
    if (here !== me) {
      signedOut(waiting, gettext("Somebody else is signed in here now. Your text stays on this device until you sign in yourself."));
      return;
    }
    const form = waiting;
    waiting = null;
    dialog.close();
    await save(form);
    if (form.dataset.revision) say(form, gettext("Signed in again. Draft saved %(at)s, nothing is lost.", { at: clock() }));
    bodyOf(form)?.focus();
  }
  addEventListener("focus", backAgain);
  document.addEventListener("visibilitychange", backAgain);
  one("[data-sign-in]", dialog)?.addEventListener("click", (event) => {
    event.preventDefault();
    window.open(event.currentTarget.href, "amends-sign-in", "popup,width=520,height=680");
  });

  // ---- saving
  const timers = new Map();
  const busy = new Map();
  let tries = 0;
  function soon(form, pause = PAUSE) {
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => save(form), pause));
  }

  /** Resolves to whether the server has what stands in the form. */
  function save(form, again = true) {
    clearTimeout(timers.get(form));
    const before = busy.get(form) || Promise.resolve();
    const next = before.then(() => saveNow(form, again));
    busy.set(form, next.catch(() => false));
    return next;
  }
  async function saveNow(form, again) {
    const sent = signature(form);
    const data = new FormData();
    typed(form).forEach(([name, value]) => data.append(name, value));
    data.append("base", form.dataset.revision);
    data.append("csrfmiddlewaretoken", one("[name=csrfmiddlewaretoken]", form).value);
    let answer;
    try {
      answer = await fetch(`/desk/tickets/${ticket}/${form.dataset.write}/draft/`, { method: "POST", body: data, headers: { Accept: "application/json" }, redirect: "error" });
    } catch {
      return unreachable(form);
    }
    const told = await answer.json().catch(() => null);
    if (answer.status === 401 || (answer.status === 403 && !told)) return refused(form, again);
    if (answer.status >= 500 || answer.status === 429 || !told) return unreachable(form);
    if (answer.status === 409 && told.code === "draft_changed") { keepHere(form); elsewhere(form, told); return false; }
    if (!answer.ok) { keepHere(form); plainNotice(form, gettext("This draft is kept on this device only."), told.message); return false; }
    tries = 0;
    form.dataset.revision = told.revision;
    savedHere(form);
    if (signature(form) === sent) forgetHere(form);
    else keepHere(form);
    say(form, isTyped(form) ? gettext("Draft saved %(at)s", told) : "");
    suggest(form, told.promises);
    return true;
  }
  /** Signed out; or signed in again in the meantime, and what was asked had an older token. */
  async function refused(form, again) {
    let here;
    try { here = await whoIsHere(); } catch { return unreachable(form); }
    if (here === me && again) return saveNow(form, false);
    keepHere(form);
    signedOut(form);
    return false;
  }
  function unreachable(form) {
    keepHere(form);
    tries += 1;
    say(form, gettext("No connection. Kept on this device, and saved once it is back."));
    soon(form, Math.min(60000, 2000 * 2 ** Math.min(tries, 5)));
    return false;
  }
  addEventListener("online", () => forms.forEach((form) => { if (keptHere(form)) save(form); }));
  // Whoever leaves within the pause has it saved all the same; what fails stays on this device.
  addEventListener("pagehide", () => forms.forEach((form) => {
    if (form.dataset.sending || !keptHere(form)) return;
    const data = new FormData();
    typed(form).forEach(([name, value]) => data.append(name, value));
    data.append("base", form.dataset.revision);
    data.append("csrfmiddlewaretoken", one("[name=csrfmiddlewaretoken]", form).value);
    navigator.sendBeacon(`/desk/tickets/${ticket}/${form.dataset.write}/draft/`, data);
  }));

  function elsewhere(form, told) {
    const mine = typed(form);
    form.dataset.revision = told.revision;
    if (!told.body.trim()) {
      // Sent or thrown away in another window. What stands here is newer, or the same.
      if (isInLog(textOf(form))) { putBack(form, mine.map(([name]) => [name, ""])); forgetHere(form); say(form, gettext("Sent %(at)s from another window.", told)); return; }
      plainNotice(form, told.sent ? gettext("You sent this %(at)s from another window.", told) : gettext("You discarded this %(at)s in another window.", told), gettext("What stands here is kept. Look before you send it again."));
      soon(form);
      return;
    }
    choose(form, gettext("You wrote something else here at %(at)s.", told), told.body, () => {
      const body = bodyOf(form);
      if (body) body.value = told.body;
      forgetHere(form);
      say(form, gettext("Draft of %(at)s taken", told));
      changed(body);
    }, () => save(form));
  }
  const plain = (text) => text.replace(/\s+/g, " ").trim();
  function isInLog(text) {
    const said = plain(text);
    return said !== "" && [...document.querySelectorAll("[data-log] .said-body")].slice(-6).some((node) => plain([...node.querySelectorAll("p")].map((p) => p.innerText).join(" ")) === said);
  }
  const changed = (field) => field?.dispatchEvent(new Event("input", { bubbles: true }));

  // ---- promises: suggested, never set unseen
  function addPromise(form, { what, value }) {
    const row = one("[data-promise-row]").content.firstElementChild.cloneNode(true);
    one("[name=promise_what]", row).value = what;
    one("[name=promise_due]", row).value = value;
    one("[data-promised]", form).append(row);
    return row;
  }
  function addLeft(form, value) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: "left", value });
    form.append(input);
  }
  function suggest(form, promises = []) {
    const here = one("[data-suggestions]", form);
    if (!here) return;
    const left = new Set(all("[name=left]", form).map((input) => input.value));
    const taken = new Set(all("[name=promise_due]", form).map((input) => input.value));
    const open = promises.filter((promise) => !taken.has(promise.value) && !left.has(`${promise.said}|${promise.value}`));
    const shown = JSON.stringify(open);
    if (here.dataset.shown === shown) return; // what one is about to press stays where it is
    here.dataset.shown = shown;
    here.replaceChildren(...open.map((promise) => {
      const node = one("[data-suggestion]").content.firstElementChild.cloneNode(true);
      one("[data-said]", node).textContent = promise.said;
      one("[data-when]", node).textContent = promise.when;
      const take = () => { const row = addPromise(form, promise); settle(); return row; };
      const settle = () => { node.remove(); delete here.dataset.shown; soon(form, 0); };
      one("[data-take]", node).addEventListener("click", () => { take(); bodyOf(form)?.focus(); });
      one("[data-change]", node).addEventListener("click", () => one("[name=promise_due]", take()).focus());
      one("[data-leave]", node).addEventListener("click", () => { addLeft(form, `${promise.said}|${promise.value}`); settle(); bodyOf(form)?.focus(); });
      return node;
    }));
  }
  composer.addEventListener("click", (event) => {
    const drop = event.target.closest("[data-promise-drop]");
    if (!drop) return;
    const form = drop.closest("form");
    drop.closest("li").remove();
    soon(form, 0);
    bodyOf(form)?.focus();
  });

  // ---- sending: what stands there is on the server before the page is left
  const gone = new Set();
  async function send(form, submitter) {
    const body = bodyOf(form);
    const gap = body && form.dataset.write !== "note" && body.value.match(GAP);
    if (gap) {
      plainNotice(form, gettext("Not sent yet."), gettext("Fill in what is still missing: %(gap)s.", { gap: gap[1] }));
      form.dataset.gap = "yes";
      body.focus();
      body.setSelectionRange(gap.index, gap.index + gap[0].length);
      return;
    }
    if (one("progress", form)) { plainNotice(form, gettext("Not sent yet."), gettext("A file is still on its way.")); return; }
    if (gone.has(form)) return;
    gone.add(form);
    submitter?.setAttribute("aria-busy", "true");
    const there = await save(form).catch(() => false);
    gone.delete(form);
    submitter?.removeAttribute("aria-busy");
    if (!there) {
      if (!dialog.open && !one("[data-draft-notice] > *", form)) plainNotice(form, gettext("Not sent."), gettext("There is no connection. Your text is kept; send it again once it is back."));
      return;
    }
    form.dataset.going = "yes";
    form.requestSubmit(submitter);
  }
  forms.forEach((form) => form.addEventListener("submit", (event) => {
    if (form.dataset.going) { delete form.dataset.going; clearTimeout(timers.get(form)); forgetSaved(form); setTimeout(() => (form.dataset.sending = "yes")); return; }
    event.preventDefault();
    if (form.dataset.sending) return;
    if (event.submitter?.matches("[data-discard]")) { discard(form); return; }
    send(form, event.submitter);
  }));
  addEventListener("pageshow", () => forms.forEach((form) => delete form.dataset.sending));

  /** Thrown away at once, and taken back as quickly. */
  function discard(form) {
    const before = typed(form);
    all("[data-file-drop]", form).forEach((button) => button.click());
    putBack(form, before.filter(([name]) => name !== "promise_what" && name !== "left").map(([name]) => [name, ""]));
    forgetHere(form);
    save(form).then(() => {
      say(form, "");
      const undo = document.createElement("button");
      Object.assign(undo, { type: "button", className: "linkish", textContent: gettext("Undo") });
      undo.addEventListener("click", () => { putBack(form, before); changed(bodyOf(form)); bodyOf(form)?.focus(); });
      one("[data-draft-note]", form).append(gettext("Draft discarded."), " ", undo);
    });
    bodyOf(form)?.focus();
  }

  // ---- coming back
  function comeBack(form) {
    form.dataset.first = signature(form);
    const kept = keptHere(form);
    if (form.hasAttribute("data-typed")) { forgetHere(form); soon(form, 0); return; }
    if (!kept) { if (isOlderThanSaved(form)) location.reload(); return; }
    const body = kept.entries.find(([name]) => name === "body")?.[1] ?? "";
    if (JSON.stringify(kept.entries) === signature(form) || isInLog(body)) { forgetHere(form); return; }
    const at = clock(new Date(kept.at));
    const restore = () => { putBack(form, kept.entries); say(form, gettext("Draft of %(at)s restored from this device", { at })); soon(form); };
    if (kept.base === Number(form.dataset.revision)) { restore(); return; }
    choose(form, gettext("You also wrote here at %(at)s, and it was not saved.", { at }), body, restore, () => forgetHere(form));
  }
  forms.forEach((form) => {
    comeBack(form);
    const heard = () => {
      if (form.dataset.going || form.dataset.sending) return;
      if (signature(form) === form.dataset.first && form.dataset.revision === "0") return;
      if (form.dataset.gap && !GAP.test(textOf(form))) { delete form.dataset.gap; alertIn(form); }
      keepHere(form);
      soon(form);
    };
    form.addEventListener("input", heard);
    form.addEventListener("change", heard);
    if (textOf(form).trim() && one("[data-suggestions]", form) && Number(form.dataset.revision)) soon(form, 300);
  });
})();
