// Builds the page from openapi.json: every operation with a form that sends it.
const METHODS = ["get", "post", "put", "patch", "delete"];
const csrf = document.querySelector("meta[name=csrf]").content;

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

function resolve(description, schema) {
  if (!schema?.$ref) return schema ?? {};
  return schema.$ref.split("/").slice(1).reduce((part, name) => part[name], description);
}

// An example body: every field that must be sent, with a value of its type.
function example(description, given) {
  const schema = resolve(description, given);
  const variant = schema.anyOf?.[0] ?? schema.allOf?.[0];
  if (variant) return example(description, variant);
  if (schema.enum) return schema.enum[0];
  if (schema.type === "array") return [];
  if (schema.type === "boolean") return true;
  if (schema.type === "integer" || schema.type === "number") return schema.minimum ?? 0;
  if (schema.type !== "object") return "";
  const names = schema.required ?? [];
  return Object.fromEntries(names.map((name) => [name, example(description, schema.properties?.[name])]));
}

function fields(description, operation) {
  return (operation.parameters ?? [])
    .map((parameter) => resolve(description, parameter))
    .filter((parameter) => parameter.in !== "header")
    .map((parameter) => {
      const input = make("input", { name: parameter.name, required: parameter.required ?? false });
      input.dataset.place = parameter.in;
      const words = parameter.required ? "" : " (may be left out)";
      return make("label", {}, `${parameter.name}${words}`, input);
    });
}

function bodyField(description, operation) {
  const schema = operation.requestBody?.content?.["application/json"]?.schema;
  if (!schema) return [];
  const text = JSON.stringify(example(description, schema), null, 2);
  return [make("label", {}, "Body", make("textarea", { name: "body", rows: 8, value: text, spellcheck: false }))];
}

function address(path, form) {
  const query = new URLSearchParams();
  for (const input of form.querySelectorAll("input")) {
    if (input.dataset.place === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
    else if (input.value) query.set(input.name, input.value);
  }
  return query.size ? `${path}?${query}` : path;
}

async function send(path, method, form, output) {
  output.textContent = "…";
  const body = form.querySelector("textarea")?.value;
  const headers = { Accept: "application/json", "X-CSRF-Token": csrf };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    const answer = await fetch(address(path, form), { method: method.toUpperCase(), headers, body });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.startsWith("application/json");
    output.textContent = `${answer.status}\n${isJson ? JSON.stringify(JSON.parse(text), null, 2) : text.slice(0, 20000)}`;
  } catch (error) {
    output.textContent = `No answer: ${error.message}`;
  }
}

function shown(description, path, method, operation) {
  const output = make("pre", { ariaLive: "polite" });
  const form = make("form", {}, ...fields(description, operation), ...bodyField(description, operation), make("button", {}, "Send"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(path, method, form, output);
  });
  const head = make("summary", {}, make("b", {}, method.toUpperCase()), make("code", {}, path), ` ${operation.summary ?? ""}`);
  return make("details", {}, head, make("p", {}, operation.description ?? ""), form, output);
}

function build(description) {
  const rooms = new Map();
  for (const [path, operations] of Object.entries(description.paths)) {
    for (const method of METHODS.filter((name) => operations[name])) {
      const [tag] = operations[method].tags;
      if (!rooms.has(tag)) rooms.set(tag, make("section", {}, make("h2", {}, tag)));
      rooms.get(tag).append(shown(description, path, method, operations[method]));
    }
  }
  document.getElementById("operations").replaceChildren(...rooms.values());
}

document.getElementById("find").addEventListener("input", (event) => {
  const wanted = event.target.value.toLowerCase();
  for (const entry of document.querySelectorAll("details")) {
    entry.hidden = !entry.querySelector("summary").textContent.toLowerCase().includes(wanted);
  }
});

fetch("/api/v1/openapi.json").then((answer) => answer.json()).then(build, (error) => {
  document.getElementById("operations").textContent = `The description did not load: ${error.message}`;
});
