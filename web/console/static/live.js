// Keeps what is marked data-live up to date by asking for the page again; the server answers 304 while nothing changes.
// A live part has an id. Where each of its children has a data-key, only those that differ are exchanged, and within such
// a child the children of what is marked data-rows. What the reader has marked, or types in, stays: that part waits.

const EVERY_MS = 5000;
const news = document.getElementById("live-news");
let etag = null;

const toTheEnd = (element) => {
  if (element) element.scrollTop = element.scrollHeight;
};

function isBusy(element) {
  const at = document.activeElement;
  if (at && at !== element && element.contains(at) && at.matches("input:not([type=checkbox]), textarea, select")) return true;
  const marked = getSelection();
  return marked !== null && !marked.isCollapsed && marked.rangeCount > 0 && marked.getRangeAt(0).intersectsNode(element);
}

// What has the focus inside an element that is exchanged has it afterwards.
function withFocus(old, fresh, exchange) {
  const at = old.contains(document.activeElement) ? document.activeElement : null;
  const name = at && ["id", "href", "data-dialog", "value", "data-key"].find((one) => at.hasAttribute(one));
  for (const box of old.querySelectorAll?.("input[type=checkbox]:checked") ?? []) {
    const same = fresh.querySelector(`input[type=checkbox][value="${CSS.escape(box.value)}"]`);
    if (same) same.checked = true;
  }
  exchange();
  if (!at || at.isConnected) return;
  const found = name && fresh.querySelector(`[${name}="${CSS.escape(at.getAttribute(name))}"]`);
  (found ?? (fresh.tabIndex >= 0 ? fresh : null))?.focus({ preventScroll: true });
}

function children(shown, fresh) {
  const at = shown.contains(document.activeElement) ? document.activeElement : null;
  const known = new Map([...shown.children].map((one) => [one.dataset.key, one]));
  let before = null;
  for (const one of [...fresh.children]) {
    const old = known.get(one.dataset.key);
    known.delete(one.dataset.key);
    let here = old ?? one;
    if (old && old.outerHTML !== one.outerHTML) {
      const [rows, news] = [old, one].map((part) => part.querySelector("[data-rows]"));
      if (rows && news) children(rows, news);
      else {
        here = one;
        withFocus(old, one, () => old.replaceWith(one));
      }
    }
    const place = before ? before.nextElementSibling : shown.firstElementChild;
    if (here !== place) shown.insertBefore(here, place);
    before = here;
  }
  for (const gone of known.values()) gone.remove();
  // What was only moved to another place has lost the focus on its way.
  if (at?.isConnected && document.activeElement !== at) at.focus({ preventScroll: true });
}

const isKeyed = (element) => element.children.length > 0 && [...element.children].every((one) => one.dataset.key);

// False: the part has to wait.
function refresh(shown, fresh) {
  if (shown.innerHTML === fresh.innerHTML) return true;
  if (isBusy(shown)) return false;
  const atEnd = shown.scrollTop + shown.clientHeight >= shown.scrollHeight - 40;
  if (isKeyed(shown) && isKeyed(fresh)) children(shown, fresh);
  else withFocus(shown, fresh, () => shown.replaceChildren(...fresh.childNodes));
  if (shown.id === "lines" && atEnd) toTheEnd(shown);
  if (shown.dataset.news && news) news.textContent = shown.dataset.news;
  return true;
}

async function look() {
  if (document.hidden) return;
  const headers = { "X-Live": document.body.dataset.once ?? "1", ...(etag && { "If-None-Match": etag }) };
  const answer = await fetch(location.href, { headers });
  if (answer.redirected) return location.reload(); // the session is over
  if (answer.status !== 200) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  let all = true;
  for (const fresh of page.querySelectorAll("[data-live]")) {
    const shown = document.getElementById(fresh.id);
    if (shown && !refresh(shown, fresh)) all = false;
  }
  etag = all ? answer.headers.get("ETag") : null;
  document.dispatchEvent(new Event("live"));
}

// A thread shows its end until the reader scrolls up; pictures that come later do not move it away.
const thread = document.getElementById("lines");
let follows = true;
thread?.addEventListener("scroll", () => (follows = thread.scrollTop + thread.clientHeight >= thread.scrollHeight - 40));
thread?.addEventListener("load", () => follows && toTheEnd(thread), true);
toTheEnd(thread);
// A page that answers a form (with what went wrong on it) cannot be asked for again: its address takes no GET.
if (!document.querySelector("[role=alert]")) {
  setInterval(() => look().catch(() => {}), EVERY_MS);
  document.addEventListener("visibilitychange", () => look().catch(() => {}));
}
