// What is told once, and what is copied.
import { element } from "./api.js";
const SAID_MS = 2000;

// ------------------------------------------------------------ a secret, shown this one time
document.addEventListener("answered", ({ target, detail }) => {
  const place = document.getElementById(target.dataset.tell ?? "");
  if (!place) return;
  place.replaceChildren(element("p", "Copy it now: it is not shown again.", "note good"));
  place.append(...line("The secret", "told-secret", detail.secret));
  place.append(...line("The address with it, for senders that can set nothing else", "told-url", detail.url_with_secret));
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
});

function line(label, id, text) {
  const box = element("div", "", "copyable");
  const shown = element("code", text);
  const button = element("button", "Copy", "quiet");
  Object.assign(button, { type: "button", ariaLabel: `Copy: ${label}` });
  shown.id = id;
  button.dataset.copy = id;
  box.append(shown, button);
  return [element("p", label, "faint"), box];
}

// ------------------------------------------------------------ copying
async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  getSelection().selectAllChildren(source);
  try {
    await navigator.clipboard.writeText(source.textContent);
  } catch {
    document.execCommand("copy"); // browsers give the clipboard to pages on https alone
  }
  const before = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = before), SAID_MS);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-copy]");
  if (button) copy(button);
});
