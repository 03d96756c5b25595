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

const matches = [...document.querySelectorAll("[data-match]")];
document.addEventListener("keydown", (event) => {
  if (!matches.length || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select")) return;
  const here = matches.indexOf(document.activeElement.closest("[data-match]"));
  const current = matches[Math.max(here, 0)];
  const overlay = current.querySelector("[data-overlay]");
  if (event.key === "j" && here + 1 < matches.length) matches[here + 1].focus();
  else if (event.key === "k" && here > 0) matches[here - 1].focus();
  else if (event.key === "o" && overlay) overlay.open = !overlay.open;
  else if (event.key === "b" && overlay) {
    overlay.open = true;
    overlay.querySelector("[data-blink]").click();
  } else return;
  event.preventDefault();
});

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
