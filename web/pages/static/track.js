// Keeps the tracking page up to date: asks every 15 seconds whether anything has changed, and takes in what has.
// The page is never stored by the browser, so the ETag is carried here rather than in its cache.
"use strict";

(() => {
  const EVERY_MS = 15_000;
  const LONGEST_MS = 120_000;
  let wait = EVERY_MS;
  let timer = 0;

  document.documentElement.classList.add("live");

  const content = () => document.getElementById("content");

  // What is unfolded stays so, and a form that somebody is filling in stays as it is.
  const keepWhatIsBeingDone = (fresh) => {
    for (const one of content().querySelectorAll("details[open]")) {
      const same = fresh.querySelector(`#${one.id}`);
      if (same) same.open = true;
    }
    for (const one of content().querySelectorAll("form[data-touched]")) {
      fresh.querySelector(`#${one.id}`)?.replaceWith(one);
    }
  };

  document.addEventListener("input", (event) => {
    if (event.target.form?.id) event.target.form.dataset.touched = "yes";
  });

  const takeIn = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("content");
    if (!fresh) return;
    const before = document.getElementById("state").textContent;
    const held = content().contains(document.activeElement) ? document.activeElement.id : "";
    keepWhatIsBeingDone(fresh);
    content().replaceWith(document.adoptNode(fresh));
    if (held) document.getElementById(held)?.focus({ preventScroll: true });
    if (document.getElementById("state").textContent !== before) {
      document.getElementById("news").textContent = fresh.dataset.changed;
    }
  };

  const ask = async () => {
    try {
      const answer = await fetch(location.href, {
        cache: "no-store",
        credentials: "omit",
        headers: { "If-None-Match": content().dataset.etag },
      });
      if (answer.status === 404) return; // the link has ended: the page stays as it was
      if (answer.ok) takeIn(await answer.text());
      wait = answer.ok || answer.status === 304 ? EVERY_MS : Math.min(wait * 2, LONGEST_MS);
    } catch {
      wait = Math.min(wait * 2, LONGEST_MS); // no network at the moment
    }
    plan();
  };

  const plan = () => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") timer = setTimeout(ask, wait);
  };

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") ask();
    else clearTimeout(timer);
  });
  plan();
})();
