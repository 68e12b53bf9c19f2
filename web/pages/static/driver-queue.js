// Keeps what was tapped until the server has it: in the browser's own database, with the time of the tap and an id of
// its own, sent in order, each as often as it takes. The server takes each id once.
"use strict";

globalThis.doorline = globalThis.doorline ?? {};

globalThis.doorline.queue = (() => {
  const GIVE_UP_MS = 30_000;
  let memory = null; // where a browser keeps nothing, taps live as long as the page
  let opening = null;
  let running = false;
  let again = false;
  const watchers = { changed: () => {}, answered: () => {}, waiting: () => {} };

  const open = () => {
    opening ??= new Promise((done) => {
      const keepHere = () => {
        memory = new Map();
        done(null);
      };
      try {
        const asked = indexedDB.open("doorline-driver", 1);
        asked.onupgradeneeded = () => asked.result.createObjectStore("taps", { keyPath: "id" });
        asked.onsuccess = () => done(asked.result);
        asked.onerror = keepHere;
      } catch {
        keepHere();
      }
    });
    return opening;
  };

  const work = async (mode, action, inMemory) => {
    const database = await open();
    if (!database) return inMemory();
    return new Promise((done, failed) => {
      const transaction = database.transaction("taps", mode);
      const asked = action(transaction.objectStore("taps"));
      transaction.oncomplete = () => done(asked.result);
      transaction.onerror = () => failed(transaction.error);
      transaction.onabort = () => failed(transaction.error);
    });
  };

  const put = (tap) => work("readwrite", (store) => store.put(tap), () => memory.set(tap.id, tap));
  const remove = (id) => work("readwrite", (store) => store.delete(id), () => memory.delete(id));
  const all = async () => {
    const found = await work("readonly", (store) => store.getAll(), () => [...memory.values()]);
    return found.sort((one, other) => one.at - other.at || one.place - other.place);
  };

  const formOf = (tap) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(tap.fields)) form.append(name, value);
    form.append("tap", tap.id);
    form.append("at", new Date(tap.at).toISOString());
    form.append("sent", new Date().toISOString());
    if (tap.photo) form.append("photo", tap.photo, "photo");
    if (tap.signature) form.append("signature", tap.signature, "signature");
    return form;
  };

  // Answers whether the tap is off our hands.
  const send = async (tap) => {
    let answer;
    try {
      answer = await fetch(tap.url, {
        method: "POST",
        body: formOf(tap),
        headers: { Accept: "application/json" },
        credentials: "omit",
        cache: "no-store",
        signal: AbortSignal.timeout?.(GIVE_UP_MS),
      });
    } catch {
      return false; // no signal
    }
    if (answer.status >= 500 || answer.status === 408 || answer.status === 429) return false;
    const said = await answer.json().catch(() => ({}));
    await remove(tap.id);
    watchers.answered(tap, answer.ok ? said : { ok: false, words: said.words ?? "" });
    return true;
  };

  const run = async () => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      do {
        again = false;
        for (const tap of await all()) {
          if (tap.due > Date.now()) break; // it may still be undone, and nothing overtakes it
          watchers.waiting(tap, "sending");
          if (!(await send(tap))) {
            watchers.waiting(tap, "waiting");
            return;
          }
          watchers.changed();
        }
      } while (again);
    } finally {
      running = false;
      watchers.changed();
    }
  };

  return {
    all,
    run,
    watch: (given) => Object.assign(watchers, given),
    // tap: {id, at, due, url, fields, photo?, signature?, label}
    add: async (tap) => {
      await put(tap);
      watchers.changed();
    },
    take: async (id) => {
      await remove(id);
      watchers.changed();
    },
    // What could still be undone goes now: the next tap, or putting the phone away, means it was meant.
    release: async () => {
      for (const tap of await all()) if (tap.due > Date.now()) await put({ ...tap, due: 0 });
      await run();
    },
  };
})();
