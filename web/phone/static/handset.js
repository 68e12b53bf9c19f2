// One phone: its thread, its quick texts, its field to type in.
import { inWords } from "/console/static/segments.js";
import { Attachments, shown } from "./pictures.js";

const TIME = new Intl.DateTimeFormat([], { hour: "numeric", minute: "2-digit" });
const LINK = /https?:\/\/[^\s]+[^\s.,;:!?)\]]/g;

export function readable(number) {
  const us = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return us ? `+1 ${us[1]} ${us[2]} ${us[3]}` : number;
}

export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

export function linked(element, text) {
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    element.append(text.slice(end, match.index));
    const link = make("a", "", match[0]);
    link.href = match[0];
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    element.append(link);
    end = match.index + match[0].length;
  }
  element.append(text.slice(end));
  return element;
}

export async function fetchJson(url, body) {
  const init = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(url, init);
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.errors?.[0]?.message ?? said.detail ?? `The server answered ${answer.status}.`);
  return said;
}

export async function newMessages(number, after) {
  return (await fetchJson(`/phone/messages?number=${encodeURIComponent(number)}&after=${after}&limit=200`)).items;
}

export class Handset {
  constructor(root, { onText, onSent }) {
    this.root = root;
    this.onText = onText;
    this.onSent = onSent;
    this.thread = root.querySelector(".thread");
    this.field = root.querySelector("textarea");
    this.recipient = root.querySelector(".recipient");
    this.counter = root.querySelector(".count");
    this.attachments = new Attachments(root, (words) => (this.counter.textContent = words));
    this.main = this.recipient.value;
    this.belong(root.dataset.number, "");
    root.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send(this.field.value.trim());
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.root.querySelector("form").requestSubmit();
      }
    });
    this.field.addEventListener("input", () => this.typed());
    for (const chip of root.querySelectorAll(".chip")) {
      chip.addEventListener("click", () => this.send(chip.textContent.trim()));
    }
  }

  belong(number, name) {
    this.root.querySelector(".name").textContent = name;
    this.root.querySelector(".number").textContent = readable(number);
    this.root.querySelector(".avatar").textContent = name.slice(0, 1);
    if (number === this.number) return;
    this.number = number;
    this.after = 0;
    this.first = true;
    this.known = new Set();
    this.recipient.value = this.main;
    this.recipient.closest(".to").hidden = true;
    this.thread.replaceChildren();
    this.root.querySelector(".empty").hidden = false;
  }

  typed() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 120)}px`;
    this.counter.textContent = this.field.value.length > 70 ? inWords(this.field.value) : "";
  }

  async send(text) {
    const media = await this.attachments.urls();
    if (!text && media.length === 0) return;
    const message = { from: this.number, to: this.recipient.value, body: text };
    try {
      const sent = await fetchJson("/phone/messages", media.length ? { ...message, media } : message);
      this.field.value = "";
      this.attachments.clear();
      this.typed();
      this.onSent();
      this.show([sent]);
    } catch (error) {
      this.counter.textContent = error.message;
    }
  }

  async poll() {
    const number = this.number;
    const items = await newMessages(number, this.after);
    if (number !== this.number) return;
    for (const item of items) this.after = Math.max(this.after, item.id);
    this.show(items);
    this.first = false;
  }

  show(items) {
    const fresh = items.filter((item) => !this.known.has(item.id));
    if (fresh.length === 0) return;
    this.root.querySelector(".empty").hidden = true;
    for (const item of fresh) {
      this.known.add(item.id);
      this.place(this.bubble(item), item.id);
      this.answerTo(item.to === this.number ? item.from : item.to);
      if (item.to === this.number && !this.first) this.onText(item);
    }
    this.thread.scrollTop = this.thread.scrollHeight;
  }

  // As in the thread of a real phone: what is written goes to the number that was spoken with last.
  answerTo(number) {
    const known = [...this.recipient.options].some((option) => option.value === number);
    if (!known || number === this.recipient.value) return;
    this.recipient.value = number;
    this.recipient.closest(".to").hidden = false;
  }

  // Our own text may be shown before an older one has been fetched: ids decide.
  place(bubble, id) {
    bubble.dataset.id = id;
    const later = [...this.thread.children].find((one) => Number(one.dataset.id) > id);
    this.thread.insertBefore(bubble, later ?? null);
  }

  bubble(item) {
    const incoming = item.to === this.number;
    const bubble = make("div", `bubble ${incoming ? "in" : "out"}`);
    if (incoming && !this.first) bubble.classList.add("new");
    if (item.body) bubble.append(linked(make("p", "body"), item.body));
    for (const url of item.media) bubble.append(shown(url) ?? linked(make("p", "body"), url));
    const other = readable(incoming ? item.from : item.to);
    const meta = make("p", "meta tiny");
    const time = make("time", "", TIME.format(new Date(item.at)));
    time.dateTime = item.at;
    meta.append(time, ` · ${incoming ? "from" : "to"} ${other}`);
    if (item.media.length) meta.append(" · with a picture"); // such a text is not counted in segments
    else if (item.body) meta.append(` · ${inWords(item.body)}`);
    bubble.append(meta);
    return bubble;
  }
}
