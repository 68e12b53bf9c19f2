// The pad on which somebody signs, and the barcode of a parcel read from a picture where the browser can. Whoever
// cannot draw types the name below: the pad is shown by this script alone.
"use strict";

globalThis.doorline = globalThis.doorline ?? {};

globalThis.doorline.sign = (() => {
  const LEAST_POINTS = 8; // a touch by mistake is no signature
  const points = new WeakMap();

  const pen = (canvas) => {
    const drawing = canvas.getContext("2d");
    drawing.lineWidth = 4;
    drawing.lineCap = drawing.lineJoin = "round";
    drawing.strokeStyle = "#111";
    return drawing;
  };

  const wipe = (canvas) => {
    const drawing = canvas.getContext("2d");
    drawing.fillStyle = "#fff";
    drawing.fillRect(0, 0, canvas.width, canvas.height);
    points.set(canvas, 0);
  };

  const listen = (canvas) => {
    let last = null;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [
        ((event.clientX - box.left) * canvas.width) / box.width,
        ((event.clientY - box.top) * canvas.height) / box.height,
      ];
    };
    canvas.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      last = at(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!last) return;
      const drawing = pen(canvas);
      for (const one of event.getCoalescedEvents?.() ?? [event]) {
        const to = at(one);
        drawing.beginPath();
        drawing.moveTo(...last);
        drawing.lineTo(...to);
        drawing.stroke();
        last = to;
        points.set(canvas, (points.get(canvas) ?? 0) + 1);
      }
    });
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => (last = null));
  };

  const isDrawn = (inside) =>
    [...inside.querySelectorAll(".pad canvas")].some((one) => (points.get(one) ?? 0) >= LEAST_POINTS);

  const prepare = () => {
    for (const pad of document.querySelectorAll(".pad")) {
      const canvas = pad.querySelector("canvas");
      if (points.has(canvas)) continue;
      pad.hidden = false;
      wipe(canvas);
      listen(canvas);
    }
    if (!("BarcodeDetector" in globalThis)) return;
    for (const label of document.querySelectorAll(".scan[hidden]")) label.hidden = false;
  };

  document.addEventListener("click", (event) => {
    const pad = event.target.closest(".pad .clear")?.closest(".pad");
    if (pad) wipe(pad.querySelector("canvas"));
  });

  // A picture of the barcode, read on the phone itself and kept nowhere.
  const scan = async (box, file) => {
    const status = box.querySelector("[role=status]");
    status.textContent = "";
    try {
      const found = await new BarcodeDetector().detect(await createImageBitmap(file));
      if (!found.length) throw new Error("none");
      box.querySelector("input[name=barcode]").value = found[0].rawValue.slice(0, 64);
    } catch {
      status.textContent = status.dataset.none;
    }
  };

  document.addEventListener("click", (event) => {
    const box = event.target.closest(".barcode .scan")?.closest(".barcode");
    if (!box) return;
    const camera = Object.assign(document.createElement("input"), { type: "file", accept: "image/*" });
    camera.setAttribute("capture", "environment");
    camera.addEventListener("change", () => camera.files[0] && scan(box, camera.files[0]));
    camera.click();
  });

  prepare();

  return {
    prepare,
    isDrawn,
    // The picture of what was drawn in the form; null when nothing was.
    drawn: (form) =>
      new Promise((done) => {
        const canvas = form.querySelector(".pad canvas");
        if (canvas && isDrawn(form)) canvas.toBlob(done, "image/png");
        else done(null);
      }),
    clear: (form) => {
      for (const one of form.querySelectorAll(".pad canvas")) wipe(one);
    },
  };
})();
