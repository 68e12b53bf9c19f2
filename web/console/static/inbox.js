// The keys of the inbox, and what is done to many cases at once.
import { keys, press } from "./keys.js";

const links = () => [...document.querySelectorAll("#rows .row-link")];
const row = () => document.activeElement?.closest("#rows tr");

function step(by) {
  const all = links();
  const at = all.findIndex((one) => one.closest("tr") === row());
  all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)]?.focus();
}

function choose() {
  const box = row()?.querySelector("[name=case]");
  if (box) box.click();
}

// Takes the case the focus is on; its page says what became of it.
function take() {
  const link = row()?.querySelector(".row-link");
  const form = document.getElementById("take");
  if (!link) return;
  form.action = `${link.getAttribute("href")}/claim`;
  form.requestSubmit();
}

function reply() {
  const link = row()?.querySelector(".row-link");
  if (link) location.assign(`${link.getAttribute("href")}#reply`);
}

function count() {
  const bulk = document.getElementById("bulk");
  if (!bulk) return;
  const chosen = document.querySelectorAll("#rows [name=case]:checked").length;
  bulk.hidden = chosen === 0;
  document.getElementById("chosen").textContent = chosen;
}

document.addEventListener("change", count);
document.addEventListener("live", count);
addEventListener("pageshow", count);
count();

keys({
  j: () => step(1),
  k: () => step(-1),
  x: choose,
  c: take,
  r: reply,
  "/": () => document.getElementById("q")?.select(),
  "?": () => press('[data-dialog="keys"]'),
});
