// Shows how far an import has come, until it is over. The page says it without this script, at each reload.

const EVERY_MS = 1000;
const news = document.getElementById("live-news");

async function look() {
  if (document.hidden) return true;
  const answer = await fetch(location.href, { headers: { "X-Live": document.body.dataset.once ?? "1" } });
  if (answer.redirected) return location.reload(); // the session is over
  if (!answer.ok) return true;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const shown = document.getElementById("job");
  const fresh = page.getElementById("job");
  if (!fresh) return true;
  const over = !["queued", "working"].includes(fresh.dataset.state);
  shown.dataset.state = fresh.dataset.state;
  // The bar itself stays, so that it moves instead of being drawn anew.
  const bar = fresh.querySelector("progress");
  const old = shown.querySelector("progress");
  if (bar.hasAttribute("value")) old.value = bar.value;
  bar.replaceWith(old);
  if (shown.innerHTML !== fresh.innerHTML) shown.replaceChildren(...fresh.childNodes);
  if (over) news.textContent = "The import is over.";
  return !over;
}

async function watch() {
  let again = true;
  try {
    again = await look();
  } catch {
    // The network comes back, or the next look says so.
  }
  if (again) setTimeout(watch, EVERY_MS);
}

setTimeout(watch, EVERY_MS);
