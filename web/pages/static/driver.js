// The driver's page with scripts: a tap can be undone for ten seconds, is kept without signal, and the page keeps
// itself up to date without touching what is being written.
"use strict";

(() => {
  const EVERY_MS = 15_000;
  const LONGEST_MS = 120_000;
  const UNDO_MS = 10_000;
  const SAID_MS = 12_000;
  const PHOTO_MAX = 4_500_000;
  const PHOTO_SIDE = 2000;
  // These move a parcel and are told to a customer: they wait until they can no longer be undone.
  const MOVES = /^(on_my_way|here|delivered|nobody_home|cannot_find|cannot_access|refused|damaged|gave_up|late:\d+)$/;

  const { queue, place, sign } = globalThis.doorline;
  const $ = (id) => document.getElementById(id);
  const content = () => $("content");
  const phrase = (name, values) =>
    Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), content().dataset[name]);
  let wait = EVERY_MS;
  let timer = 0;
  let counting = 0;
  let turn = 0;
  let saying = 0;

  document.documentElement.classList.add("live");

  const newId = () =>
    [...crypto.getRandomValues(new Uint8Array(12))].map((one) => one.toString(16).padStart(2, "0")).join("");

  // What a tap was answered is said where the thumb is; what went wrong stays on top as well.
  const answer = (words, ok) => {
    if (!words) return;
    const said = $("said");
    said.textContent = words;
    said.classList.toggle("warn", !ok);
    said.hidden = false;
    clearTimeout(saying);
    saying = setTimeout(() => {
      said.hidden = true;
      showWaiting();
    }, SAID_MS);
    $("answer").textContent = ok ? "" : words;
    $("answer").classList.toggle("warn", !ok);
    $("answer").hidden = ok;
    showWaiting();
  };

  // -- taps ------------------------------------------------------------------------------------------------------------

  const smaller = async (file) => {
    if (!file || !file.size) return null;
    if (file.size <= PHOTO_MAX) return file;
    try {
      const drawn = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, PHOTO_SIDE / Math.max(drawn.width, drawn.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(drawn.width * scale);
      canvas.height = Math.round(drawn.height * scale);
      canvas.getContext("2d").drawImage(drawn, 0, 0, canvas.width, canvas.height);
      return (await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85))) ?? file;
    } catch {
      return file; // the server says what is wrong with it
    }
  };

  const tapped = async (form, button) => {
    const moves = MOVES.test(button.value);
    const fields = { action: button.value, shipment: form.elements.shipment.value, lang: content().dataset.lang };
    const words = form.elements.text?.value.trim() ?? "";
    if (words) fields.text = words;
    // What was entered at the door goes with the tap that says so.
    if (/^(delivered|photo)$/.test(button.value)) {
      for (const name of ["pin", "no_pin", "name", "relation", "barcode"]) {
        const said = form.elements[name]?.value.trim() ?? "";
        if (said) fields[name] = said;
      }
    } else delete fields.text;
    if (button.value === "message" && words) fields.text = words;
    Object.assign(fields, place.now());
    if (form.elements.confirmed?.checked) fields.confirmed = "1";
    const file = form.elements.photo?.files[0];
    const now = Date.now();
    // A second thumb on the same button is the same wish.
    const same = (await queue.all()).some(
      (one) => one.fields.shipment === fields.shipment && one.fields.action === fields.action && moves,
    );
    if (same) return;
    await queue.release();
    const photo = await smaller(file);
    const signature = fields.action === "delivered" || fields.action === "photo" ? await sign.drawn(form) : null;
    // A PIN is answered while the customer still stands there: nothing is to be undone before it is right.
    const waits = moves && !fields.pin;
    await queue.add({
      id: newId(),
      at: now,
      place: turn++,
      due: waits ? now + UNDO_MS : 0,
      url: form.getAttribute("action"), // `form.action` is the button of that name
      label: button.textContent.trim(),
      fields,
      photo,
      signature,
    });
    form.reset();
    sign.clear(form);
    form.querySelector(".photo")?.classList.remove("taken");
    for (const preview of form.querySelectorAll(".preview")) preview.hidden = true;
    queue.run();
  };

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form.tap");
    if (!form || !event.submitter) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    tapped(form, event.submitter).finally(() => delete form.dataset.busy);
  });

  document.addEventListener("change", (event) => {
    const field = event.target.closest(".photo .file");
    if (!field?.files[0]) return;
    const box = field.closest(".photo");
    const preview = box.querySelector(".preview");
    URL.revokeObjectURL(preview.src);
    preview.src = URL.createObjectURL(field.files[0]);
    preview.hidden = false;
    box.classList.add("taken");
    box.querySelector(".words").textContent = content().dataset.again;
  });

  // -- what waits ------------------------------------------------------------------------------------------------------

  const states = new Map();

  const line = (tap) => {
    const item = document.createElement("li");
    const words = document.createElement("span");
    item.append(words);
    const left = Math.ceil((tap.due - Date.now()) / 1000);
    if (left > 0) {
      words.textContent = phrase("sentIn", { action: tap.label, seconds: left });
      const undo = document.createElement("button");
      undo.type = "button";
      undo.className = "button quiet undo";
      undo.textContent = content().dataset.undo;
      undo.addEventListener("click", () => queue.take(tap.id));
      item.append(undo);
    } else {
      words.textContent = phrase(states.get(tap.id) ?? "sending", { action: tap.label });
    }
    return item;
  };

  const showWaiting = async () => {
    clearTimeout(counting);
    const taps = await queue.all();
    const focused = document.activeElement?.classList.contains("undo");
    $("waiting").replaceChildren(...taps.slice(-3).map(line));
    if (focused) $("waiting").querySelector(".undo")?.focus();
    const offline = !navigator.onLine || taps.some((tap) => states.get(tap.id) === "waiting");
    $("offline").hidden = !offline;
    if (taps.length > 3) {
      const more = document.createElement("li");
      more.textContent = phrase("kept", { count: taps.length });
      $("waiting").prepend(more);
    }
    $("dock").hidden = !taps.length && !offline && $("said").hidden;
    if (taps.some((tap) => tap.due > Date.now())) {
      counting = setTimeout(async () => {
        await showWaiting();
        queue.run();
      }, 1000);
    }
  };

  queue.watch({
    changed: showWaiting,
    waiting: (tap, state) => {
      states.set(tap.id, state);
      showWaiting();
    },
    answered: (tap, said) => {
      states.delete(tap.id);
      answer(said.words || (said.ok ? "" : phrase("notTaken", { action: tap.label })), said.ok);
      ask();
    },
  });

  // -- what is new -----------------------------------------------------------------------------------------------------

  const FIELDS = "textarea[id], input[id]:not([type]), select[id]";
  const writing = (card) => [...card.querySelectorAll(FIELDS)].some((one) => one.value.trim()) || sign.isDrawn(card);
  const photographed = (card) => [...card.querySelectorAll(".file")].some((one) => one.files.length);

  // What is written or photographed moves over to the fresh card, and what was open stays open.
  const carryOver = (old, fresh) => {
    for (const details of old.querySelectorAll("details[open][id]")) {
      const same = fresh.querySelector(`#${details.id}`);
      if (same) same.open = true;
    }
    for (const field of old.querySelectorAll(FIELDS)) {
      const same = fresh.querySelector(`#${field.id}`);
      if (same) same.value = field.value;
    }
    const pad = old.querySelector(".pad");
    if (pad && sign.isDrawn(old)) fresh.querySelector(".pad")?.replaceWith(pad);
    const photo = old.querySelector(".photo.taken");
    const place = fresh.querySelector(".photo");
    if (photo && place) place.replaceWith(photo);
  };

  const takeIn = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = page.getElementById("content");
    if (!fresh) return;
    document.adoptNode(fresh);
    const back = spot(document.activeElement);
    for (const card of fresh.querySelectorAll(".stop")) {
      const old = $(card.id);
      if (!old) continue;
      const kept = card.querySelector("form") && (writing(old) || photographed(old) || old.querySelector("[open]"));
      if (old.dataset.version === card.dataset.version) card.replaceWith(old);
      else if (kept) carryOver(old, card);
    }
    if ($("finished")?.open && fresh.querySelector("#finished")) fresh.querySelector("#finished").open = true;
    // The answer and the switch belong to this page, not to the round.
    fresh.querySelector("#answer").replaceWith($("answer"));
    fresh.querySelector(".share").replaceWith(document.querySelector(".share"));
    content().replaceWith(fresh);
    back();
    sign.prepare();
    place.follow();
  };

  // Remembers where the keyboard is, and answers how to get back there.
  const spot = (focused) => {
    const card = focused?.closest(".stop");
    const inside = () => [...($(card.id)?.querySelectorAll("a, button, summary, input, textarea") ?? [])];
    const index = card ? inside().indexOf(focused) : -1;
    const { selectionStart: from, selectionEnd: to } = focused ?? {};
    return () => {
      const same = focused?.id ? $(focused.id) : card && inside()[index];
      if (!same || same === document.activeElement) return;
      same.focus({ preventScroll: true });
      if (same.matches("textarea")) same.setSelectionRange(from, to);
    };
  };

  const ask = async () => {
    clearTimeout(timer);
    try {
      const found = await fetch(content().dataset.poll, {
        cache: "no-store",
        credentials: "omit",
        headers: { "If-None-Match": content().dataset.etag },
      });
      if (found.status === 404) takeInEnd(await found.text());
      else if (found.ok) takeIn(await found.text());
      wait = found.ok || found.status === 304 ? EVERY_MS : Math.min(wait * 2, LONGEST_MS);
      queue.run();
    } catch {
      wait = Math.min(wait * 2, LONGEST_MS); // no signal
    }
    plan();
  };

  // The shift is over, or nothing is left of it: nobody's address stays on the screen.
  const takeInEnd = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("main");
    for (const id of ["round", "undo", "photoless", "ahead", "finished"]) $(id)?.remove();
    if (fresh) content().append(...document.adoptNode(fresh).children);
    document.querySelector(".share").hidden = true;
    ended = true;
  };
  let ended = false;

  const plan = () => {
    clearTimeout(timer);
    if (document.visibilityState === "visible" && !ended) timer = setTimeout(ask, wait);
  };

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") ask();
    else {
      clearTimeout(timer);
      queue.release();
    }
  });
  addEventListener("online", () => {
    wait = EVERY_MS;
    queue.run();
    ask();
  });
  addEventListener("offline", showWaiting);
  // Signal comes back without telling anybody: whatever waits is tried again now and then.
  setInterval(() => queue.run(), 5000);
  queue.run();
  plan();
})();
