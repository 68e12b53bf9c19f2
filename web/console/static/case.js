// The keys of a case's page.
import { keys, press } from "./keys.js";

keys({
  c: () => document.querySelector("#claim button")?.click(),
  r: () => document.getElementById("reply")?.focus(),
  n: () => {
    document.querySelector(".note-box")?.setAttribute("open", "");
    document.getElementById("note")?.focus();
  },
  s: () => press('[data-dialog="snooze"]'),
  e: () => press('[data-dialog="resolve"]'),
  u: () => press("#back"),
  "?": () => press('[data-dialog="keys"]'),
});

// Ctrl and Enter send what is being written.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches?.("textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

if (location.hash === "#reply") document.getElementById("reply")?.focus();
