// One key for each thing that is done often. A page names its keys: keys({ j: () => …, "?": … }).

export function keys(table) {
  document.addEventListener("keydown", (event) => {
    if (event.repeat && !"jk".includes(event.key)) return;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const act = table[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

export const press = (selector) => document.querySelector(selector)?.click();
