// The import from a Tautulli: by its API, by a file that is sent in parts, or by a path.
import { ask, busy, Refusal } from "./api.js";
const csrf = document.querySelector("meta[name=csrf-token]").content;
const form = document.getElementById("import");
const TRIES = 4;

function showAsked() {
  for (const place of form.querySelectorAll("[data-for]")) place.hidden = place.dataset.for !== form.elements.from.value;
}

function told(words = "") {
  const place = form.querySelector("[data-import-problem]");
  place.textContent = words;
  place.hidden = !words;
}

function progress(share) {
  const place = form.querySelector("[data-import-progress]");
  place.hidden = share === null;
  if (share === null) return;
  place.querySelector("progress").value = 100 * share;
  place.querySelector("p").textContent = `${Math.floor(100 * share)} % of the file is sent`;
}

// ------------------------------------------------------------ the file, part by part
async function sendPart(address, part) {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await fetch(address, {
      method: "PUT",
      headers: { Accept: "application/json", "X-CSRF-Token": csrf, "Content-Type": "application/octet-stream" },
      body: part,
    }).catch(() => null);
    if (answer?.ok) return;
    const isFinal = answer && answer.status < 500 && answer.status !== 429;
    if (isFinal || attempt === TRIES) throw new Refusal(answer?.status ?? 0, await answer?.json().catch(() => null));
    await new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** attempt));
  }
}

async function upload(file) {
  const { upload_id: id, parts, part_bytes: size } = await ask("POST", "/api/v1/sync/uploads", { name: file.name, size_bytes: file.size });
  for (let number = 1; number <= parts; number += 1) {
    progress((number - 1) / parts);
    await sendPart(`/api/v1/sync/uploads/${id}/parts/${number}`, file.slice((number - 1) * size, number * size));
  }
  progress(1);
  return id;
}

// ------------------------------------------------------------ the order
async function source() {
  const { from, file, path } = form.elements;
  if (from.value === "path") return { path: path.value.trim() };
  if (from.value !== "file") return { tautulli_id: from.value };
  if (!file.files.length) throw new Refusal(0, { message: "Choose the file first." });
  return { upload_id: await upload(file.files[0]) };
}

// A day begins at the reader's midnight.
const midnight = (day) => (day ? new Date(`${day}T00:00:00`).toISOString() : undefined);

async function start() {
  told();
  const { connection_id: plex, since, before, stream_details: details } = form.elements;
  const order = { connection_id: plex.value || undefined, since: midnight(since.value), before: midnight(before.value), stream_details: details.checked };
  try {
    await busy(form.querySelector("[type=submit]"), async () => ask("POST", "/api/v1/sync/import", { ...(await source()), ...order }));
    form.elements.file.value = "";
  } catch (refusal) {
    told(refusal.fields.map(({ field, problem }) => `${field}: ${problem}`).join(" · ") || refusal.message);
  }
  progress(null);
  document.body.dispatchEvent(new CustomEvent("refresh-syncs"));
}

if (form) {
  form.addEventListener("change", showAsked);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    start();
  });
  const isOver = (is) => (event) => {
    event.preventDefault();
    form.classList.toggle("dropping", is);
  };
  form.addEventListener("dragover", isOver(true));
  form.addEventListener("dragleave", isOver(false));
  form.addEventListener("drop", isOver(false));
  form.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    form.elements.from.value = "file";
    form.elements.file.files = event.dataTransfer.files;
    showAsked();
  });
  showAsked();
}
