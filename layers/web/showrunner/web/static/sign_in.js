// Signing in at a server: the token stays in Showrunner, the form only gets a handle for it.
import { ask, element } from "./api.js";
const POLL_MS = 2000;
const GIVE_UP_MS = 15 * 60 * 1000;
const box = document.querySelector("[data-sign-in]");
const form = document.querySelector(".server-form");
let turn = 0; // a newer sign-in ends the older one's asking

function say(...parts) {
  box.querySelector("[data-sign-in-state]").replaceChildren(...parts);
}

function note(text, tone = "good") {
  return element("p", text, `note ${tone}`);
}

function address() {
  return { url: form.elements.url.value.trim(), verify_tls: form.elements.verify_tls.checked };
}

function keep(handle, words) {
  form.querySelector('[name^="auth."]').value = handle;
  say(note(words));
}

async function until(look, mine) {
  const end = Date.now() + GIVE_UP_MS;
  while (Date.now() < end && mine === turn) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (mine !== turn) break;
    const found = await look();
    if (found) return found;
  }
  if (mine === turn) throw new Error("Nobody confirmed it in time: begin again.");
  return null;
}

async function pin(mine) {
  const begun = await ask("POST", "/api/v1/plex/auth/pin");
  const link = element("a", "Open plex.tv and confirm", "button primary");
  if (begun.auth_url.startsWith("https://")) link.href = begun.auth_url;
  Object.assign(link, { target: "_blank", rel: "noopener noreferrer" });
  say(element("p", "Confirm on plex.tv; this page notices by itself."), link);
  const found = await until(async () => {
    const state = await ask("GET", `/api/v1/plex/auth/pin/${begun.id}`);
    return state.authenticated && state.auth_token;
  }, mine);
  if (!found) return;
  keep(found, "Signed in at plex.tv.");
  await offerServers(found);
}

// The account's servers: a click takes the address.
async function offerServers(handle) {
  const { servers } = await ask("GET", "/api/v1/plex/servers", undefined, { "X-Plex-Token": handle });
  if (!servers.length) return;
  const list = element("ul", "", "offers");
  for (const server of servers) {
    const button = element("button", `${server.name}: ${server.uri}`, "quiet");
    button.type = "button";
    button.addEventListener("click", () => {
      form.elements.url.value = server.uri;
      if (!form.elements.name.value) form.elements.name.value = server.name;
    });
    const item = element("li");
    item.append(button);
    list.append(item);
  }
  box.querySelector("[data-sign-in-state]").append(element("p", "Take one of its servers:"), list);
}

async function quickConnect(mine) {
  const base = "/api/v1/servers/auth/jellyfin/quick-connect";
  const begun = await ask("POST", `${base}/initiate`, address());
  const code = element("p", begun.code, "code");
  say(element("p", "Enter this code in Jellyfin, under your user's Quick Connect:"), code);
  const approved = await until(async () => {
    const state = await ask("POST", `${base}/poll`, { secret: begun.secret });
    return state.authenticated;
  }, mine);
  if (!approved) return;
  const signedIn = await ask("POST", `${base}/exchange`, { secret: begun.secret });
  keep(signedIn.access_token, `Signed in as ${signedIn.user_name ?? "a user"}.`);
}

async function password() {
  const fields = Object.fromEntries([...box.querySelectorAll("[data-sign-in-field]")].map((one) => [one.dataset.signInField, one]));
  const given = { ...address(), username: fields.username.value, password: fields.password.value };
  const signedIn = await ask("POST", `/api/v1/servers/auth/${box.dataset.signIn}/password`, given);
  fields.password.value = "";
  keep(signedIn.access_token, `Signed in as ${signedIn.user_name ?? given.username}.`);
}

const FLOWS = { pin, quick_connect: quickConnect, password };

async function begin(button) {
  const mine = ++turn;
  say(element("p", "Asking ..."));
  try {
    await FLOWS[button.dataset.flow](mine);
  } catch (problem) {
    if (mine === turn) say(note(problem.message, "bad"));
  }
}

box?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-flow]");
  if (button) begin(button);
});
box?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.dataset.signInField) return;
  event.preventDefault(); // not yet the whole form
  begin(box.querySelector("[data-flow=password]"));
});
