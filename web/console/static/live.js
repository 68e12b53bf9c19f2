// Keeps what is marked data-live up to date; times stand on the agent's clock already.

const EVERY_MS = 5000;
const news = document.getElementById("live-news");
let etag = null;

function toTheEnd(element) {
  if (element?.id === "lines") element.scrollTop = element.scrollHeight;
}

function replace(page) {
  for (const fresh of page.querySelectorAll("[data-live]")) {
    const shown = document.getElementById(fresh.id);
    if (!shown) continue;
    if (shown.innerHTML === fresh.innerHTML) continue;
    const atEnd = shown.scrollTop + shown.clientHeight >= shown.scrollHeight - 40;
    shown.replaceChildren(...fresh.childNodes);
    if (atEnd) toTheEnd(shown);
    if (shown.dataset.news) news.textContent = shown.dataset.news;
  }
}

async function look() {
  if (document.hidden) return;
  const headers = { "X-Live": document.body.dataset.once ?? "1", ...(etag && { "If-None-Match": etag }) };
  const answer = await fetch(location.href, { headers });
  if (answer.redirected) return location.reload(); // the session is over
  if (answer.status !== 200) return;
  etag = answer.headers.get("ETag");
  replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

toTheEnd(document.getElementById("lines"));
// A page that answers a form (with what went wrong on it) cannot be asked for again: its address takes no GET.
if (!document.querySelector("[role=alert]")) {
  setInterval(() => look().catch(() => {}), EVERY_MS);
}
