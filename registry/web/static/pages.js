// What pages can do more where scripts run. Every form and link works without it.
"use strict";
document.documentElement.classList.add("scripted");

function row(list, name, words) {
  const made = document.createElement("div");
  made.className = "upload";
  const title = document.createElement("span"), state = document.createElement("span");
  const progress = document.createElement("progress");
  title.textContent = name;
  state.textContent = words;
  progress.max = 1;
  progress.value = 0;
  progress.setAttribute("aria-label", name);
  made.append(title, state, progress);
  list.append(made);
  return { made, state, progress };
}

// One request for a file: each has its own progress and its own outcome, and a refused one holds up no other.
function send(form, file, at) {
  return new Promise((done) => {
    const request = new XMLHttpRequest(), fields = new FormData();
    for (const [name, value] of new FormData(form)) if (name !== "file") fields.append(name, value);
    fields.append("file", file, file.name);
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    at.state.textContent = form.dataset.sending;
    request.upload.addEventListener("progress", (event) => {
      at.progress.value = event.loaded / event.total;
      if (event.loaded === event.total) {
        at.state.textContent = form.dataset.looking;
        at.progress.removeAttribute("value");
      }
    });
    request.addEventListener("loadend", () => {
      if (request.status === 200) {
        const answer = new DOMParser().parseFromString(request.responseText, "text/html");
        at.made.replaceWith(...answer.body.children);
      } else {
        at.progress.remove();
        at.state.textContent = form.dataset.failed;
        at.made.classList.add("wrong");
      }
      done();
    });
    request.send(fields);
  });
}

async function sendAll(form, files) {
  const list = form.querySelector(".uploads");
  const waiting = [...files].map((file) => [file, row(list, file.name, form.dataset.waiting)]);
  for (const [file, at] of waiting) await send(form, file, at);
}

for (const form of document.querySelectorAll("form[data-uploads]")) {
  const zone = form.querySelector("[data-drop]"), input = form.querySelector("input[type=file]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = [...input.files];
    input.value = "";
    sendAll(form, chosen);
  });
  for (const kind of ["dragenter", "dragover"]) zone.addEventListener(kind, (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) sendAll(form, event.dataTransfer.files);
  });
  if ("paste" in form.dataset) document.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) sendAll(form, event.clipboardData.files);
  });
}

// A zone of a form that is sent as a whole: what is dropped there is chosen.
for (const zone of document.querySelectorAll("[data-drop-in]")) {
  const input = zone.querySelector("input[type=file]");
  for (const kind of ["dragenter", "dragover"]) zone.addEventListener(kind, (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    const chosen = new DataTransfer();
    if (event.dataTransfer.files.length) chosen.items.add(event.dataTransfer.files[0]);
    input.files = chosen.files;
  });
}

// Drafts stay here: where the browser can compute (over https and on this machine), their digests alone are sent.
for (const form of document.querySelectorAll("form[data-digests]")) form.addEventListener("submit", async (event) => {
  const input = form.querySelector("input[name=draft]");
  if (!input.files.length || !window.crypto.subtle) return;
  event.preventDefault();
  for (const file of [...input.files]) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "draft_sha256";
    field.value = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    form.append(field);
  }
  input.value = "";
  form.submit();
});

for (const overlay of document.querySelectorAll("[data-overlay]")) {
  const over = overlay.querySelector(".over"), between = overlay.querySelector("[data-between]");
  const button = overlay.querySelector("[data-blink]");
  let timer = 0;
  between.addEventListener("input", () => { over.style.opacity = between.value / 100; });
  button.addEventListener("click", () => {
    if (timer) {
      clearInterval(timer);
      timer = 0;
      over.style.opacity = between.value / 100;
    } else timer = setInterval(() => { over.style.opacity = over.style.opacity === "1" ? 0 : 1; }, 600);
    button.setAttribute("aria-pressed", timer ? "true" : "false");
  });
}

// A lens over a picture of a match; over the work a second one shows the listing at the same place.
const ENLARGED = 3, STEP = 0.02;
class Magnifier {
  constructor(frame) {
    this.frame = frame;
    this.lenses = [];
    frame.addEventListener("pointermove", (event) => this.follow(event));
    frame.addEventListener("pointerdown", (event) => this.follow(event));
    frame.addEventListener("pointerleave", () => this.hide());
  }
  follow(event) {
    const at = this.frame.getBoundingClientRect();
    this.show((event.clientX - at.left) / at.width, (event.clientY - at.top) / at.height);
  }
  get shown() { return this.lenses.length > 0 && !this.lenses[0].hidden; }
  show(x, y) {
    if (!this.lenses.length) this.lenses = [this.frame.dataset.magnify, this.frame.dataset.beside].filter(Boolean).map((address) => {
      const lens = document.createElement("div");
      lens.className = "lens";
      lens.style.backgroundImage = `url("${address}")`;
      this.frame.append(lens);
      return lens;
    });
    this.x = Math.min(Math.max(x, 0), 1);
    this.y = Math.min(Math.max(y, 0), 1);
    const { clientWidth: width, clientHeight: height } = this.frame;
    this.lenses.forEach((lens, place) => {
      lens.hidden = false;
      const side = lens.offsetWidth, middle = this.frame.getBoundingClientRect().left + this.x * width;
      const room = this.frame.closest("[data-match]").getBoundingClientRect().right > middle + 1.5 * side + 8;
      const left = this.x * width - side / 2 + place * (room ? 1 : -1) * (side + 8);
      lens.style.left = `${left}px`;
      lens.style.top = `${this.y * height - side / 2}px`;
      lens.style.backgroundSize = `${width * ENLARGED}px ${height * ENLARGED}px`;
      lens.style.backgroundPosition = `${side / 2 - this.x * width * ENLARGED}px ${side / 2 - this.y * height * ENLARGED}px`;
    });
  }
  hide() { for (const lens of this.lenses) lens.hidden = true; }
  // Where the outlined region is.
  middle() {
    const view = this.frame.querySelector("svg").viewBox.baseVal;
    const points = [...this.frame.querySelector(".line").points];
    const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
    this.show(mean((point) => point.x) / view.width, mean((point) => point.y) / view.height);
  }
}
const magnifiers = new Map([...document.querySelectorAll("[data-magnify]")].map((frame) => [frame, new Magnifier(frame)]));
const MOVES = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

// Over the listing first, then over the work, then away.
function magnifyNext(match) {
  const own = [...match.querySelectorAll("[data-magnify]")].map((frame) => magnifiers.get(frame));
  const next = own.findIndex((one) => one.shown) + 1;
  for (const one of magnifiers.values()) one.hide();
  if (own[next]) {
    own[next].middle();
    own[next].frame.scrollIntoView({ block: "nearest" });
  }
}

const matches = [...document.querySelectorAll("[data-match]")];
document.addEventListener("keydown", (event) => {
  if (!matches.length || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select")) return;
  const here = matches.indexOf(document.activeElement.closest("[data-match]"));
  const current = matches[Math.max(here, 0)];
  const overlay = current.querySelector("[data-overlay]"), lens = [...magnifiers.values()].find((one) => one.shown);
  if (event.key === "j" && here + 1 < matches.length) matches[here + 1].focus();
  else if (event.key === "k" && here > 0) matches[here - 1].focus();
  else if (event.key === "o" && overlay) overlay.open = !overlay.open;
  else if (event.key === "m") magnifyNext(current);
  else if (lens && event.key === "Escape") lens.hide();
  else if (lens && event.key in MOVES) lens.show(lens.x + MOVES[event.key][0], lens.y + MOVES[event.key][1]);
  else if (event.key === "b" && overlay) {
    overlay.open = true;
    overlay.querySelector("[data-blink]").click();
  } else return;
  event.preventDefault();
});

// The verifier begins in the language of the browser; on a page of ours it speaks that of the page.
for (const button of document.querySelectorAll("[data-speak]")) {
  const language = document.documentElement.lang;
  document.addEventListener("DOMContentLoaded", () => { if (document.documentElement.lang !== language) button.click(); });
}

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", async () => {
  // Pictures that nobody scrolled to yet belong on the paper too.
  const waiting = [...document.querySelectorAll("img[loading=lazy]")];
  for (const image of waiting) image.loading = "eager";
  await Promise.allSettled(waiting.map((image) => image.decode()));
  window.print();
});
