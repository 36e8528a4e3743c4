// Works the "Try it" forms: each sends its request to the deployment that served the page, and shows what came back.
// Whatever is shown goes in as text, never as markup. The access token stays in its field.

const PREFIX = new URL(document.currentScript.src).pathname.replace(/\/docs\/reference\.js$/, "");
const SHOWN = ["Location", "Retry-After", "Idempotency-Replayed", "X-Request-Id", "WWW-Authenticate",
  "x-amzn-Remapped-WWW-Authenticate", "RateLimit", "Allow", "Content-Type"];

function drawn() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
}

function fieldsOf(form, place) {
  return Array.from(form.querySelectorAll(`input[data-in="${place}"]`));
}

function requestOf(form) {
  const headers = {};
  for (const field of fieldsOf(form, "header")) {
    if (field.value) headers[field.name] = field.value;
  }
  const token = document.getElementById("token").value.trim();
  if (form.dataset.signed === "yes" && token) headers["Authorization"] = `Bearer ${token}`;
  let path = form.dataset.path;
  for (const field of fieldsOf(form, "path")) path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
  const query = new URLSearchParams(fieldsOf(form, "query").filter(field => field.value).map(field => [field.name, field.value]));
  if (query.size) path += `?${query}`;
  const options = {method: form.dataset.method, headers, cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer"};
  if (form.elements.body) {
    headers["Content-Type"] = "application/json";
    options.body = form.elements.body.value;
  }
  return [PREFIX + path, options];
}

// A booking's amounts are exact on the wire, and a parsed number might not be: JSON is indented by its text.
function indented(text) {
  let depth = 0;
  const broken = (mark, change) => { depth += change; return change < 0 ? `\n${"  ".repeat(depth)}${mark}` : `${mark}\n${"  ".repeat(depth)}`; };
  return text.replace(/"(?:[^"\\]|\\.)*"|\{\}|\[\]|[[{\]},:]/g, mark => {
    if (mark === "{" || mark === "[") return broken(mark, 1);
    if (mark === "}" || mark === "]") return broken(mark, -1);
    if (mark === ",") return broken(mark, 0);
    return mark === ":" ? ": " : mark;
  });
}

function line(kind, className, text) {
  const made = document.createElement(kind);
  made.className = className;
  made.textContent = text;
  return made;
}

async function send(form) {
  const output = form.querySelector("output");
  const [address, options] = requestOf(form);
  output.replaceChildren(line("p", "", "…"));
  const began = performance.now();
  try {
    const answer = await fetch(address, options);
    const text = await answer.text();
    const headers = SHOWN.filter(name => answer.headers.has(name)).map(name => `${name}: ${answer.headers.get(name)}`);
    const isJson = (answer.headers.get("Content-Type") || "").includes("json");
    output.replaceChildren(
      line("p", answer.ok ? "good" : "bad", `${answer.status} in ${Math.round(performance.now() - began)} ms`),
      line("pre", "headers", headers.join("\n")),
      line("pre", "body", isJson ? indented(text) : text),
    );
  } catch (error) {
    output.replaceChildren(line("p", "bad", `No answer: ${error.message}`));
  }
}

document.addEventListener("submit", async event => {
  event.preventDefault();
  const button = event.target.querySelector("button[type=submit]");
  button.disabled = true;
  await send(event.target);
  button.disabled = false;
});

document.addEventListener("click", event => {
  const name = event.target.dataset.draws;
  if (name) event.target.form.elements[name].value = drawn();
});
