// Calls Showrunner's own API as the signed-in reader; a refusal is thrown with its fields.
const csrf = document.querySelector("meta[name=csrf-token]").content;

export class Refusal extends Error {
  constructor(status, body) {
    super(body?.message ?? "That did not work: reload the page and try again.");
    this.status = status;
    this.fields = body?.details?.fields ?? [];
  }
}

export async function ask(method, address, body, headers = {}, signal = undefined) {
  const sent = { Accept: "application/json", "X-CSRF-Token": csrf, ...headers };
  if (body !== undefined) sent["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(address, { method, headers: sent, body: body && JSON.stringify(body), signal });
  } catch {
    throw new Refusal(0, { message: "Showrunner does not answer: look whether it runs." });
  }
  const answer = await response.json().catch(() => null);
  if (response.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  if (!response.ok) throw new Refusal(response.status, answer);
  return answer;
}

// An element with plain text: what servers say is never markup.
export function element(tag, text = "", className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

// The button cannot be pressed again while its work goes on.
export async function busy(button, work) {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}
