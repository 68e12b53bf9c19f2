// Says what a reply costs while it is being written.
import { count, inWords } from "./segments.js";

for (const field of document.querySelectorAll("[data-segments]")) {
  const shown = document.getElementById(field.dataset.segments);
  const empty = shown.textContent;
  const tell = () => {
    shown.textContent = field.value ? `${inWords(field.value)}, ${count(field.value).units} characters` : empty;
  };
  field.addEventListener("input", tell);
  tell();
}
