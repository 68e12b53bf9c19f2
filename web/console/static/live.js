// Keeps what is marked data-live up to date, and turns moments into the reader's own time zone.

const EVERY_MS = 5000;
const news = document.getElementById("live-news");
const near = new Intl.DateTimeFormat([], { weekday: "short", hour: "numeric", minute: "2-digit" });
const far = new Intl.DateTimeFormat([], { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
let etag = null;

function localise(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    time.title = time.textContent;
    time.textContent = (Math.abs(at - Date.now()) < 5 * 86400e3 ? near : far).format(at);
  }
}

function toTheEnd(element) {
  if (element?.id === "lines") element.scrollTop = element.scrollHeight;
}

function replace(page) {
  for (const fresh of page.querySelectorAll("[data-live]")) {
    const shown = document.getElementById(fresh.id);
    if (!shown) continue;
    localise(fresh);
    if (shown.innerHTML === fresh.innerHTML) continue;
    const atEnd = shown.scrollTop + shown.clientHeight >= shown.scrollHeight - 40;
    shown.replaceChildren(...fresh.childNodes);
    if (atEnd) toTheEnd(shown);
    if (shown.dataset.news) news.textContent = shown.dataset.news;
  }
}

async function look() {
  if (document.hidden) return;
  const headers = { "X-Live": "1", ...(etag && { "If-None-Match": etag }) };
  const answer = await fetch(location.href, { headers });
  if (answer.redirected) return location.reload(); // the session is over
  if (answer.status !== 200) return;
  etag = answer.headers.get("ETag");
  replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

localise(document);
toTheEnd(document.getElementById("lines"));
// A page that answers a form (with what went wrong on it) cannot be asked for again: its address takes no GET.
if (!document.querySelector("[role=alert]")) {
  setInterval(() => look().catch(() => {}), EVERY_MS);
}
