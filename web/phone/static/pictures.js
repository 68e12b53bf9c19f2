// Pictures on the phones: chosen, looked at once more, sent along, and shown when they come.
const EACH_MAX = 5 * 1024 * 1024;
const TOGETHER_MAX = 7 * 1024 * 1024; // in a body of 10 MB, where they are a third longer
const MANY = 10;

function dataUrl(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}

function said(words) {
  const line = document.createElement("p");
  line.className = "body";
  line.textContent = words;
  return line;
}

// What a phone shows of an address: a picture of ours or one that was sent from here; null for any other address.
export function shown(url) {
  const isOurs = URL.canParse(url) && new URL(url).pathname.startsWith("/m/");
  if (url.startsWith("data:") && !url.startsWith("data:image/")) return said("A file was sent along.");
  if (!isOurs && !url.startsWith("data:")) return null;
  const picture = document.createElement("img");
  picture.alt = "A picture";
  // By path: the page may have been opened by another of this machine's names.
  picture.src = isOurs ? new URL(url).pathname : url;
  picture.addEventListener("error", () => picture.replaceWith(said("The picture is no longer here.")), { once: true });
  // Where it was scrolled to the end, it stays there when the picture has its height.
  picture.addEventListener("load", () => {
    const thread = picture.closest(".thread");
    if (thread && thread.scrollHeight - thread.scrollTop - thread.clientHeight < picture.height + 80) {
      thread.scrollTop = thread.scrollHeight;
    }
  });
  return picture;
}

export class Attachments {
  constructor(root, say) {
    this.say = say;
    this.files = [];
    this.input = root.querySelector(".pictures");
    this.list = root.querySelector(".attached");
    this.input.addEventListener("change", () => {
      for (const file of this.input.files) this.add(file);
      this.input.value = "";
      this.draw();
    });
  }

  add(file) {
    const together = this.files.reduce((sum, one) => sum + one.size, file.size);
    if (file.size > EACH_MAX || together > TOGETHER_MAX) this.say("Pictures may have 5 MB each and 7 MB together.");
    else if (this.files.length === MANY) this.say(`A text takes ${MANY} pictures.`);
    else this.files.push(file);
  }

  urls() {
    return Promise.all(this.files.map(dataUrl));
  }

  clear() {
    this.files = [];
    this.draw();
  }

  async draw() {
    this.list.hidden = this.files.length === 0;
    const files = [...this.files];
    const items = await Promise.all(files.map((file) => this.item(file)));
    if (files.length === this.files.length) this.list.replaceChildren(...items);
  }

  async item(file) {
    const item = document.createElement("li");
    const away = document.createElement("button");
    away.type = "button";
    away.setAttribute("aria-label", `Leave out ${file.name}`);
    away.textContent = "\u00d7";
    away.addEventListener("click", () => {
      this.files = this.files.filter((one) => one !== file);
      this.draw();
    });
    if (file.type.startsWith("image/")) {
      const picture = document.createElement("img");
      picture.alt = file.name;
      picture.src = await dataUrl(file);
      item.append(picture);
    } else item.append(said(file.name));
    item.append(away);
    return item;
  }
}
