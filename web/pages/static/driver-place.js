// Shares where the driver is: only when asked to, only while the page is looked at and parcels are out, at most every
// 15 seconds. Places are not kept for later: an old one helps nobody.
"use strict";

globalThis.doorline = globalThis.doorline ?? {};

globalThis.doorline.place = (() => {
  const EVERY_MS = 15_000;
  const KEY = "doorline-share";
  const content = () => document.getElementById("content");
  const button = () => document.getElementById("share");
  const words = document.getElementById("share-words");
  const why = words.textContent;
  const start = button().textContent;
  let watching = null;
  let sentAt = 0;
  let newest = null;
  let last = null;

  const say = (name) => (words.textContent = name ? content().dataset[name] : why);
  const wanted = () => {
    try {
      return sessionStorage.getItem(KEY) === "1";
    } catch {
      return button().getAttribute("aria-pressed") === "true";
    }
  };
  const want = (yes) => {
    button().setAttribute("aria-pressed", String(yes));
    button().textContent = yes ? button().dataset.stop : start;
    try {
      sessionStorage.setItem(KEY, yes ? "1" : "0");
    } catch {
      // the button itself remembers
    }
  };

  const stop = () => {
    if (watching !== null) navigator.geolocation.clearWatch(watching);
    watching = null;
  };

  const send = async () => {
    if (watching === null || !newest || document.visibilityState !== "visible" || Date.now() - sentAt < EVERY_MS) return;
    const { coords, timestamp } = newest;
    newest = null;
    sentAt = Date.now();
    const form = new FormData();
    form.append("lat", coords.latitude.toFixed(6));
    form.append("lon", coords.longitude.toFixed(6));
    form.append("accuracy", coords.accuracy.toFixed(1));
    form.append("at", new Date(timestamp).toISOString());
    form.append("sent", new Date().toISOString());
    try {
      const answer = await fetch(`${content().dataset.here}/positions`, {
        method: "POST",
        body: form,
        headers: { Accept: "application/json" },
        credentials: "omit",
        cache: "no-store",
      });
      if (answer.status === 404) end(); // nothing is out any more
    } catch {
      // no signal: the next place will do
    }
  };

  const seen = (position) => {
    newest = last = position;
    say("shareOn");
    send();
  };

  const failed = (error) => {
    if (error.code === error.PERMISSION_DENIED) {
      end();
      say("shareRefused");
    } else {
      say("shareUnknown");
    }
  };

  const begin = () => {
    if (watching !== null || document.visibilityState !== "visible" || !wanted()) return;
    if (!globalThis.isSecureContext || !navigator.geolocation) {
      end();
      say("shareInsecure");
      return;
    }
    watching = navigator.geolocation.watchPosition(seen, failed, { enableHighAccuracy: true, maximumAge: 5000 });
  };

  const end = () => {
    stop();
    want(false);
    say(null);
  };

  button().addEventListener("click", () => {
    if (wanted()) {
      end();
      return;
    }
    want(true);
    say("shareOn");
    begin();
  });

  document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? begin() : stop()));
  setInterval(send, EVERY_MS);

  // Called whenever the round was read anew.
  const follow = () => {
    const runs = content().dataset.running === "yes";
    document.querySelector(".share").hidden = !runs;
    if (!runs) end();
  };
  if (wanted()) {
    want(true);
    begin();
  }
  follow();

  // Where the phone was a moment ago, as fields of a form; nothing unless it is being shared.
  const now = () => {
    if (watching === null || !last || Date.now() - last.timestamp > 60_000) return {};
    const { latitude, longitude, accuracy } = last.coords;
    return { lat: latitude.toFixed(6), lon: longitude.toFixed(6), accuracy: accuracy.toFixed(1) };
  };

  return { follow, now };
})();
