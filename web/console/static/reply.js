// Says what a text costs while it is being written, and keeps what is not sent yet: also when the page is left.
import { count, inWords } from "./segments.js";

for (const field of document.querySelectorAll("[data-segments]")) {
  const shown = document.getElementById(field.dataset.segments);
  const empty = shown.textContent;
  const tell = () => {
    const words = (field.dataset.prefix ?? "") + field.value.trim();
    shown.textContent = field.value.trim() ? `${inWords(words)}, ${count(words).units} characters` : empty;
  };
  field.addEventListener("input", tell);
  field.addEventListener("change", tell);
  tell();
}

// What was sent is forgotten when the next page comes without a fault; until then it could have failed.
const failed = document.querySelector("[role=alert]") !== null;
for (const field of document.querySelectorAll("[data-draft]")) {
  const key = `draft:${field.dataset.draft}`;
  const kept = sessionStorage.getItem(key);
  if (kept?.startsWith("sent:") && !failed) sessionStorage.removeItem(key);
  else if (kept && !field.value) {
    field.value = kept.replace(/^sent:/, "");
    field.dispatchEvent(new Event("change"));
    field.closest("details")?.setAttribute("open", "");
  }
  const keep = (sign) => (field.value ? sessionStorage.setItem(key, sign + field.value) : sessionStorage.removeItem(key));
  field.addEventListener("input", () => keep(""));
  field.form.addEventListener("submit", () => keep("sent:"));
}

for (const field of document.querySelectorAll("[data-shown]")) {
  const shown = document.getElementById(field.dataset.shown);
  field.addEventListener("change", () => (shown.textContent = [...field.files].map((one) => one.name).join(", ")));
}

for (const menu of document.querySelectorAll("select[data-puts-in]")) {
  menu.addEventListener("change", () => {
    const field = document.getElementById(menu.dataset.putsIn);
    if (!menu.value) return;
    const [from, to] = [field.selectionStart, field.selectionEnd];
    field.setRangeText(menu.value, field.value ? from : 0, field.value ? to : 0, "end");
    menu.selectedIndex = 0;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}
