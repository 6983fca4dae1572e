// What is open stays true: every few seconds the page asks one small question (desk/live). It says
// so where there is no connection or no session any more, and nothing that was typed is lost.
// Other files hear of what changed by amendsLive.on(name, listener).
(() => {
  "use strict";
  const body = document.body;
  const state = body.dataset;
  if (!state.liveMe) return;
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  const listeners = {};
  const tell = (name, value) => (listeners[name] || []).forEach((listener) => listener(value));
  // What the pages add to the question: ticket, list, who is shown to be here.
  const asks = {};
  let [how, pace, timer, failures, writing, heard] = ["live", 4, 0, 0, 0, Date.now()];
  let since = state.liveSince;
  let bell = state.liveBell;
  let notify = false;
  let held = ""; // what was not done for want of a connection
  let leads = false;

  const skew = Date.now() - (Number(since.split("-")[0]) + 2000);
  const now = () => Date.now() - skew;
  const clock = (moment) =>
    new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: state.liveZone });

  function say(words) {
    const place = one("#live-words");
    place.textContent = "";
    requestAnimationFrame(() => (place.textContent = words));
  }

  // ---- how it stands: live, lost, ended
  function line(words, act, label) {
    const place = one("#live-line");
    if (!words) { place.hidden = true; place.replaceChildren(); return; }
    if (place.dataset.words === words && !place.hidden) return;
    place.dataset.words = words;
    place.replaceChildren(Object.assign(document.createElement("span"), { textContent: words }));
    if (act) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "linkish", textContent: label });
      button.addEventListener("click", act);
      place.append(button);
    }
    place.hidden = false;
  }

  function stand(next) {
    const before = how;
    how = next;
    const sign = one("#live-state");
    sign.hidden = false;
    sign.dataset.how = how;
    one("span", sign).textContent = how === "live" ? gettext("Live") : how === "lost" ? gettext("Offline") : gettext("Signed out");
    if (how === "live") line("");
    if (how === "lost") line(lost());
    else held = "";
    if (how === "ended") line(gettext("Your session has ended. What you wrote is kept."), signIn, gettext("Sign in"));
    if (how !== "live" || before === how) return;
    one("#live-ended").close();
    say(gettext("Live again."));
    frame();
    tell("again");
  }

  function lost() {
    const at = { at: clock(heard) };
    if (held === "sent") return gettext("Not sent: there is no connection, showing %(at)s. What you write is kept on this device.", at);
    if (held === "opened") return gettext("Not opened: there is no connection, showing %(at)s. What you write is kept on this device.", at);
    return gettext("Connection lost, showing %(at)s. What you write is kept on this device.", at);
  }

  function signIn() {
    if (one("#signed-out[open]")) return;
    const dialog = one("#live-ended");
    if (!dialog.open) dialog.showModal();
    one("[name=password]", dialog).focus();
  }

  one("#live-ended form.stack").addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const form = event.target;
    const wrong = one("[data-wrong]", form);
    wrong.hidden = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Requested-With": "XMLHttpRequest" } });
      const told = await answer.json();
      form.reset();
      if (told.location && answer.ok) { if (/2fa|authenticate/.test(told.location)) window.open(told.location); ask(); return; }
      wrong.textContent = gettext("Not signed in. Is that your password?");
    } catch {
      wrong.textContent = gettext("There is no connection. Try again in a moment.");
    }
    wrong.hidden = false;
  });
  one("[data-live-later]", one("#live-ended"))?.addEventListener("click", () => one("#live-ended").close());

  // Nothing is sent into the void: where the last answer is old, the page asks before it sends.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    // What is written on a ticket has its own way (compose.js).
    if (form.method !== "post" || "write" in form.dataset || form.closest("#live-ended") || form.dataset.liveSent) return;
    if (how === "live" && navigator.onLine && Date.now() - heard < 3000) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await ask();
    if (how === "live") {
      form.dataset.liveSent = "1";
      form.requestSubmit(event.submitter || undefined);
      delete form.dataset.liveSent;
    } else if (how === "ended") signIn();
    else { held = "sent"; stand("lost"); }
  }, true);

  // Nor does one leave for a page that cannot come: the browser would show its own, and the desk
  // would be gone.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || (how !== "lost" && navigator.onLine)) return;
    if (link.origin !== location.origin || link.target || link.hasAttribute("download")) return;
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.href.split("#")[0] === location.href.split("#")[0] && link.hash) return;
    event.preventDefault();
    await ask();
    if (how === "live") location.href = link.href;
    else if (how === "ended") signIn();
    else { held = "opened"; stand("lost"); }
  });

  // ---- the question
  const rests = (seconds) => seconds * 1000 * (0.9 + Math.random() * 0.2);
  function plan(seconds) {
    clearTimeout(timer);
    if (document.hidden && !(notify && leads)) return;
    timer = setTimeout(ask, rests(document.hidden ? Math.max(seconds, 30) : seconds));
  }

  function question(more) {
    const given = new URLSearchParams({ b: bell, ...more });
    if (!document.hidden) {
      for (const [name, value] of Object.entries(asks)) given.set(name, typeof value === "function" ? value() : value);
      if (asks.v) given.set("since", since);
      if (Date.now() - writing < 9000) given.set("w", "1");
    }
    return `/desk/pulse/?${given}`;
  }

  let asking = null;
  function ask() {
    asking ||= put().finally(() => (asking = null));
    return asking;
  }

  async function put() {
    clearTimeout(timer);
    try {
      const answer = await fetch(question(), { headers: { "X-Live": "1" }, redirect: "error", signal: AbortSignal.timeout(10000) });
      if (answer.status === 401) { heard = Date.now(); stand("ended"); plan(20); return; }
      if (answer.status === 404) { tell("gone"); plan(60); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      take(await answer.json());
    } catch {
      failures += 1;
      if (failures > 1 || !navigator.onLine) stand("lost");
      plan(Math.min(30, 2 ** failures));
    }
  }

  function take(told) {
    if (told.me !== Number(state.liveMe)) { location.reload(); return; }
    [failures, heard, pace] = [0, Date.now(), told.pace];
    if (told.since) since = told.since;
    stand("live");
    if (told.bell) frame();
    if (told.here) tell("here", told);
    if (told.events) tell("ticket", told.events);
    if (told.told) tell("rows", told.told);
    if (told.again) tell("again");
    plan(pace);
  }

  // ---- frame: bell, rail, tokens
  async function frame() {
    let told;
    try {
      const answer = await fetch(`/desk/live/frame/?next=${encodeURIComponent(location.pathname + location.search)}`, { redirect: "error" });
      if (!answer.ok) return;
      told = one("[data-live-answer]", new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { return; }
    if (told.dataset.csrf) {
      all("input[name=csrfmiddlewaretoken]").forEach((field) => (field.value = told.dataset.csrf));
      body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": told.dataset.csrf }));
    }
    for (const place of all("[data-place]", told)) number(one(`.rail > a[href="${place.dataset.place}"]`), place.textContent.trim());
    const [mine, fresh] = [one("#bell"), one("#bell", told)];
    const rang = Number(told.dataset.bell.split(".")[0]) > Number(bell.split(".")[0]);
    bell = told.dataset.bell;
    if (one(".bell", mine).innerHTML !== one(".bell", fresh).innerHTML) {
      one(".bell", mine).replaceChildren(...one(".bell", fresh).childNodes);
      one("summary", mine).setAttribute("aria-label", one("summary", fresh).getAttribute("aria-label"));
    }
    if (!mine.open) one(".sheet", mine).replaceWith(one(".sheet", fresh));
    if (rang) say(one("summary", mine).getAttribute("aria-label"));
    notify = "notify" in told.dataset;
    if (notify && window.Notification?.permission === "granted") { lead(); if (rang) notices(told.dataset.csrf); }
  }

  function number(link, count) {
    if (!link) return;
    const shown = one(".count", link);
    if (shown) { if (count) shown.firstChild.textContent = count; else shown.remove(); return; }
    if (!count) return;
    const badge = Object.assign(document.createElement("span"), { className: "count", textContent: count });
    badge.append(Object.assign(document.createElement("span"), { className: "vh", textContent: ` ${gettext("waiting")}` }));
    link.append(badge);
  }

  // ---- notifications: each alert once, whichever tab or browser asks first. One hidden tab listens.
  let led = false;
  function lead() {
    if (led || !navigator.locks) return;
    led = true;
    navigator.locks.request("amends-bell", () => {
      leads = true;
      // The tab that listened until now was closed: a question that is on its way was asked before.
      if (document.hidden) Promise.resolve(asking).then(ask);
      return new Promise(() => {});
    });
  }

  async function notices(token) {
    const answer = await fetch("/desk/live/notices/", { method: "POST", headers: { "X-CSRFToken": token } });
    if (!answer.ok) return;
    for (const told of (await answer.json()).notices) {
      const shown = new Notification(told.urgent ? gettext("Running late, needs you") : gettext("You should know"), { body: told.text, tag: `alert-${told.id}` });
      shown.addEventListener("click", () => { window.focus(); location.href = told.url; shown.close(); });
    }
  }

  const wish = one("#id_notify");
  if (wish) {
    const words = one("[data-notify-words]");
    const show = () => {
      const may = window.Notification?.permission;
      words.textContent = !window.Notification ? gettext("This browser has no notifications.")
        : may === "denied" ? gettext("This browser has been told not to. Its settings for this site change that.")
        : may === "granted" ? "" : gettext("This browser will ask you once.");
      words.hidden = !wish.checked || !words.textContent;
    };
    wish.addEventListener("change", async () => {
      if (wish.checked && window.Notification?.permission === "default") await Notification.requestPermission();
      show();
    });
    show();
  }

  // ---- clocks: what is left is told from exact moments; at those at which a clock looks otherwise
  // its row is asked for again
  function span(seconds) {
    const minutes = Math.floor(seconds / 60);
    if (minutes < 1) return gettext("under 1 min");
    if (minutes < 60) return `${minutes} min`;
    const hours = Math.floor(minutes / 60);
    const rest = minutes % 60;
    if (hours < 24) return rest ? `${hours} h ${String(rest).padStart(2, "0")}` : `${hours} h`;
    const days = Math.floor(hours / 24);
    return days >= 14 || hours % 24 === 0 ? gettext("%(days)s d", { days }) : gettext("%(days)s d %(hours)s h", { days, hours: hours % 24 });
  }

  const begun = new WeakMap();
  function step() {
    const at = now() / 1000;
    for (const shown of all(".clock[data-due]")) {
      if (!begun.has(shown)) begun.set(shown, at);
      const passed = at - begun.get(shown);
      const { due, late, next, share, shareNext } = shown.dataset;
      const words = late !== undefined ? gettext("%(span)s late", { span: span(Math.max(60, at - late)) }) : at < due ? span(due - at) : null;
      const place = one(".clock-words > b", shown);
      if (words && place.textContent !== words) {
        shown.title = shown.title.replace(place.textContent, words);
        place.textContent = words;
      }
      const until = next - begun.get(shown);
      const ring = one(".ring-used", shown);
      if (ring && until > 0) {
        const used = Number(share) + (shareNext - share) * Math.min(1, passed / until);
        ring.setAttribute("stroke-dasharray", `${used > 0 ? Math.max(1.5, used).toFixed(0) : 0} 100`);
      }
      if (next && at >= next) { delete shown.dataset.next; tell("clock", shown); }
    }
  }

  window.amendsLive = {
    on(name, listener) { (listeners[name] ||= []).push(listener); },
    asks, say, now, ask,
    wrote() {
      const first = Date.now() - writing > 8000;
      writing = Date.now();
      if (first && how === "live") ask();
    },
    stopped() { writing = 0; },
  };

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) { ask(); return; }
    if (asks.t) fetch(`/desk/pulse/?t=${asks.t}&gone=1`, { headers: { "X-Live": "1" }, keepalive: true }).catch(() => {});
    plan(pace);
  });
  addEventListener("pagehide", () => {
    if (asks.t && !document.hidden) fetch(`/desk/pulse/?t=${asks.t}&gone=1`, { headers: { "X-Live": "1" }, keepalive: true }).catch(() => {});
  });
  addEventListener("online", ask);
  addEventListener("focus", () => { if (how !== "live") ask(); });
  addEventListener("offline", () => plan(0.1)); // a server on this machine may answer all the same
  addEventListener("pageshow", (event) => { if (event.persisted) ask(); });
  setInterval(step, 10000);
  // The other files are loaded by now: they say what they show before the first question.
  addEventListener("DOMContentLoaded", () => { stand("live"); step(); plan(1); if (window.Notification?.permission === "granted") frame(); });
})();
