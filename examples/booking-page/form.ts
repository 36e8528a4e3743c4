// The form: what it holds, and what is wrong beside the field where it is wrong.

import type { BookingRequest, Violation } from "switchboard-client";

const WHOLE_AND_DECIMAL = ["BookUserID", "Duration", "Method", "Credits"];
const form = document.getElementById("booking") as HTMLFormElement;
const fields = [...form.elements].filter((one): one is HTMLInputElement => "name" in one && one.name !== "");
const touched = new Set<string>();

/** What the user has written so far. What is no number stays text: the rules say so in words that a user reads. */
export function written(): BookingRequest {
  const filled = fields.filter((field) => field.value !== "" && !field.closest("[hidden]"));
  return Object.fromEntries(filled.map((field) => [field.name, value(field)])) as unknown as BookingRequest;
}

function value({ name, value: text }: HTMLInputElement): string | number {
  return WHOLE_AND_DECIMAL.includes(name) && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Writes a booking into the form: the sample, or one that has to be put right after a reload. */
export function fill(booking: Partial<Record<string, unknown>>): void {
  for (const field of fields) field.value = text(field, booking[field.name]);
  showContact();
}

function text(field: HTMLInputElement, value: unknown): string {
  if (value === undefined || value === null) return field.name === "Method" ? "1" : "";
  return field.type === "datetime-local" ? String(value).replace(" ", "T").slice(0, 16) : String(value);
}

/** Shows each message beside its field; while the user still types, none at fields that were not reached yet. */
export function showViolations(violations: readonly Violation[], reached: "all" | "reached"): void {
  const rest = new Set(violations);
  for (const field of fields) {
    const own = violations.filter(({ pointer }) => pointer === `/${field.name}`);
    const isShown = reached === "all" || touched.has(field.name) || field.value !== "";
    own.forEach((violation) => rest.delete(violation));
    field.setAttribute("aria-invalid", String(isShown && own.length > 0));
    say(`${field.name}-wrong`, isShown ? messages(own) : "");
  }
  say("form-wrong", messages([...rest]));
}

export function focusFirstViolation(): void {
  fields.find((field) => field.getAttribute("aria-invalid") === "true")?.focus();
}

export function say(id: string, words: string): void {
  (document.getElementById(id) as HTMLElement).textContent = words;
}

function messages(violations: readonly Violation[]): string {
  return violations.map(({ message }) => message).join(" ");
}

function showContact(): void {
  const method = (form.elements.namedItem("Method") as HTMLSelectElement).value;
  form.querySelectorAll<HTMLElement>("[data-method]").forEach((part) => (part.hidden = part.dataset["method"] !== method));
}

export function watch(whenChanged: () => void, whenSubmitted: () => void): void {
  form.addEventListener("input", (event) => {
    touched.add((event.target as HTMLInputElement).name);
    showContact();
    whenChanged();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    whenSubmitted();
  });
}
