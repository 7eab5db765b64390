// Changes carry the page's token, and a refusal is shown in its own words.
const csrf = document.querySelector("meta[name=csrf-token]").content;
const problem = document.getElementById("problem");

document.addEventListener("htmx:config:request", (event) => {
  const request = event.detail.ctx.request;
  if (request.method !== "GET") request.headers["X-CSRF-Token"] = csrf;
});

document.addEventListener("htmx:after:request", (event) => {
  const { request, response, text } = event.detail.ctx;
  if (request.method === "GET") return;
  problem.hidden = response.status < 400;
  if (!problem.hidden) problem.textContent = messageOf(text);
});

function messageOf(text) {
  try {
    return JSON.parse(text).message;
  } catch {
    return "That did not work: reload the page and try again.";
  }
}
