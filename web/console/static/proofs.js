// One key passes or fails the proof that has the focus, else the first; moments are shown in the reader's time zone.
import "./live.js";

const keys = document.getElementById("keys");
if (keys) keys.hidden = false;

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches?.("input, textarea, select")) return;
  const look = document.activeElement?.closest(".look") ?? document.querySelector(".look");
  const button = look?.querySelector(`[data-key="${event.key.toLowerCase()}"]`);
  if (!button || button.disabled) return;
  event.preventDefault();
  for (const other of look.querySelectorAll("[data-key]")) other.disabled = true;
  button.form.submit();
});
