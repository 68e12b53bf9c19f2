// The demo's page: the panel, the two phones, the mail. Everything it shows it has asked the server for.
import { fetchJson, Handset, linked, make, newMessages } from "./handset.js";

const $ = (selector) => document.querySelector(selector);
const label = (status) => $(`[data-status="${status}"] .strong, .chip[data-status="${status}"]`)?.textContent;
const scans = [...document.querySelectorAll("[data-status]")];

let parcels = [];
let parcel = null;
let pressed = null;
let mailAfter = 0;

// What was pressed is named beside the texts that follow, until somebody texts.
const onSent = () => (pressed = null);
const customer = new Handset($("#customer"), { onText: () => arrived(customer), onSent });
const driver = new Handset($("#driver"), { onText: () => arrived(driver), onSent });

function say(text) {
  $("#news").textContent = text;
}

function arrived(handset) {
  const name = handset.root.querySelector(".name").textContent;
  const why = pressed ? `${pressed}: ` : "";
  say(`${why}a text has arrived on ${name}'s phone.`);
  handset.root.classList.remove("rang");
  requestAnimationFrame(() => handset.root.classList.add("rang"));
}

// -- the panel ---------------------------------------------------------------------------------------------------------

async function loadParcels() {
  const said = await fetchJson("/phone/demo/parcels");
  parcels = said.items;
  $("#chosen").replaceChildren(
    ...parcels.map((one) => new Option(`${one.order_number} for ${one.name ?? one.phone}`, one.id)),
  );
  return said.next_order;
}

function give(found) {
  customer.belong(found.phone, found.name ?? "Customer");
  if (found.driver) driver.belong(found.driver.phone, found.driver.name);
}

function choose(found) {
  parcel = found;
  pressed = null;
  $("#order").hidden = true;
  $("#parcel").hidden = false;
  $("#chosen").value = found.id;
  $("#tracking").href = found.tracking_url;
  $("#driving").href = `/phone/demo/parcels/${found.id}/driver`;
  $("#driving").hidden = !found.driver;
  give(found);
  for (const chip of document.querySelectorAll("[data-order]")) {
    chip.textContent = chip.dataset.order.replace("{}", found.order_number);
  }
  if (found.email !== $("#mail").dataset.email) {
    $("#mail").dataset.email = found.email ?? "";
    $("#mail").hidden = !found.email;
    $("#mail .address").textContent = found.email ?? "";
    $("#mail .letters").replaceChildren();
    mailAfter = 0;
  }
  showState(found);
}

function showState(found) {
  const state = $("#state");
  state.textContent = label(found.state) ?? found.state.replaceAll("_", " ");
  const bad = ["attempt_failed", "on_hold", "returned", "exception"].includes(found.state);
  state.className = `badge${found.state === "delivered" ? " good" : bad ? " warn" : ""}`;
  const passed = new Set(found.passed);
  let next = found.state === "delivered" || found.state === "returned" ? undefined : null;
  const line = scans.filter((one) => one.classList.contains("scan"));
  const furthest = line.findLastIndex((one) => passed.has(one.dataset.status));
  line.forEach((button, index) => {
    const status = button.dataset.status;
    button.classList.toggle("passed", passed.has(status));
    button.classList.toggle("now", status === found.state);
    if (next === null && index > furthest) next = button;
    button.classList.toggle("next", button === next);
  });
  for (const button of scans) button.disabled = false;
}

$("#order").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("#fault").hidden = true;
  try {
    const made = await fetchJson("/phone/demo/orders", Object.fromEntries(new FormData(event.target)));
    await loadParcels();
    // What the phones hold already is read before a scan can be pressed: whatever comes later is news.
    give(made);
    await Promise.all([customer.poll(), driver.poll()]);
    choose(made);
    say(`Order ${made.order_number} is there. Nobody has been texted yet: press Processed.`);
    $(".scan").focus();
  } catch (error) {
    $("#fault").textContent = error.message;
    $("#fault").hidden = false;
  }
});

$("#another").addEventListener("click", async () => {
  $("#o-order_number").value = await loadParcels();
  $("#order").hidden = false;
  $("#parcel").hidden = true;
  $("#o-order_number").focus();
});

$("#chosen").addEventListener("change", (event) => {
  choose(parcels.find((one) => one.id === Number(event.target.value)));
});

for (const button of scans) {
  button.addEventListener("click", async () => {
    try {
      pressed = label(button.dataset.status);
      const waiting = `${pressed} …`;
      say(waiting);
      const said = await fetchJson(`/phone/demo/parcels/${parcel.id}/scans`, { status: button.dataset.status });
      showState(said.parcel);
      if ($("#news").textContent !== waiting) return; // the text was quicker than this answer, and says more
      if (said.changed) say(`${pressed}: the parcel has moved on.`);
      else say(`${pressed}: kept in the history. The parcel stays where it is, so nobody is texted.`);
    } catch (error) {
      say(error.message);
    }
  });
}

// -- what keeps coming --------------------------------------------------------------------------------------------------

async function pollMail() {
  const address = $("#mail").dataset.email;
  if (!address) return;
  const items = await newMessages(address, mailAfter);
  if (address !== $("#mail").dataset.email) return;
  for (const item of items) {
    mailAfter = Math.max(mailAfter, item.id);
    const [subject, ...body] = item.body.split("\n\n");
    const letter = make("li", "letter");
    letter.append(make("p", "strong", subject), linked(make("p", "body small"), body.join("\n\n")));
    $("#mail .letters").prepend(letter);
  }
  $("#mail .count").textContent = $("#mail .letters").childElementCount;
}

async function pollParcel() {
  if (!parcel) return;
  const found = await fetchJson(`/phone/demo/parcels/${parcel.id}`);
  if (found.id === parcel.id && found.state !== parcel.state) showState((parcel = { ...parcel, ...found }));
}

async function poll() {
  try {
    await Promise.all([customer.poll(), driver.poll(), pollMail(), pollParcel()]);
    document.body.classList.remove("away");
  } catch {
    document.body.classList.add("away");
    say("The server does not answer. Trying again …");
  }
  setTimeout(poll, document.hidden ? 5000 : 1000);
}

customer.belong($("#o-phone").value, $("#o-name").value);
driver.belong($("#o-driver_phone").value, $("#o-driver").value);
loadParcels().catch((error) => say(error.message));
poll();
