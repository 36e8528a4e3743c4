// The page: who books, what is booked, and what became of it. All that must not go wrong is the client's work.

import { createClient, match } from "switchboard-client";
import type { BookingRequest, Intent, Outcome, Waiting } from "switchboard-client";
import { Cards } from "./cards.js";
import { Correcting } from "./correcting.js";
import { fill, focusFirstViolation, say, showViolations, watch, written } from "./form.js";
import { list } from "./listing.js";
import { quoteSoon, stopQuoting } from "./quoting.js";

/** settings.json, which the host of the page serves: where Switchboard is, and with a sandbox its people. */
interface PageSettings {
  readonly baseUrl: string;
  readonly users: readonly { readonly account: string; readonly token: string; readonly label: string }[];
  readonly candidates: readonly { readonly id: number; readonly label: string }[];
  readonly example: BookingRequest | null;
}

const settings = (await (await fetch("settings.json")).json()) as PageSettings;
const users = document.getElementById("user") as HTMLSelectElement;
const tokenField = document.getElementById("token") as HTMLInputElement;
let desk = open();

/** All that belongs to one user: another user gets another desk, and never an intent of this one. */
function open() {
  const { account, token } = settings.users[users.selectedIndex] ?? settings.users[0] ?? { account: "me", token: "" };
  const signedIn = (): string | null => token || tokenField.value || null;
  const client = createClient({
    baseUrl: settings.baseUrl,
    account,
    token: (rejected) => (rejected === undefined ? signedIn() : null),
  });
  return { client, signedIn, cards: new Cards(account), correcting: new Correcting(client, account), running: new Map<string, AbortController>() };
}

async function tapped(): Promise<void> {
  stopQuoting();
  await goOn(await desk.correcting.intend(written())); // from here on key and body are kept
}

/** Books, or goes on with it: after a tap, at the start of the page, and when the network is back. */
async function goOn(intent: Intent): Promise<void> {
  const mine = desk;
  if (mine.running.has(intent.key)) return;
  const ending = new AbortController();
  mine.running.set(intent.key, ending);
  mine.cards.tell(intent.key, intent.booking, "running", "Booking …");
  const onWait = (waiting: Waiting): void => mine.cards.tell(intent.key, intent.booking, "waiting", reason(waiting));
  const outcome = await mine.client.book(intent, { signal: ending.signal, onWait });
  mine.running.delete(intent.key);
  if (mine !== desk) return; // another user sits here now; the intent is kept for its own
  if (ending.signal.aborted && outcome.state === "waiting") return goOn(intent);
  tell(intent, outcome);
}

function tell(intent: Intent, outcome: Outcome): void {
  const { key, booking } = intent;
  const say = (words: string): void => desk.cards.tell(key, booking, outcome.state, words);
  match(outcome, {
    booked: (found) => {
      desk.cards.booked(key, found.booking);
      askAnew(); // the balance is another one now
    },
    rejected: ({ violations, mend }) => {
      desk.correcting.begin(intent, mend);
      desk.cards.drop(key);
      fill({ ...booking });
      showViolations(violations, "all");
      focusFirstViolation();
    },
    declined: ({ message, mend }) => {
      if (mend) desk.correcting.begin(intent, mend);
      say(`AdultWork declined: ${message ?? "it gave no reason."}`);
    },
    "not-booked": () => say("It was not booked. Book again, if you still want it."),
    duplicate: ({ operation }) => say(`You asked for a booking at this minute already (${operation?.operation_state ?? "open"}).`),
    "sign-in": ({ scope }) => say(scope === null ? "Sign in to go on. Nothing is lost." : `This user may not book (${scope}).`),
    waiting: (waiting) => {
      say(reason(waiting));
      const mine = desk;
      setTimeout(() => mine === desk && void goOnWithAll(), waiting.retryAt.getTime() - Date.now());
    },
    "needs-person": ({ operationId }) => say(`A person looks into it (${operationId ?? "no number"}). Do not book again.`),
    defect: ({ problem }) => say(`This page has a fault: ${problem.detail}`),
  });
}

function reason({ reason: why, decidedBy }: Waiting): string {
  const words = {
    unreachable: "No connection at the moment. Your booking is kept, and goes on by itself.",
    checking: `Being checked${decidedBy ? `, known by ${decidedBy.toLocaleTimeString("en-GB")}` : ""}. Do not book again.`,
    limited: "Too many bookings in a short time. It goes on by itself.",
  };
  return words[why];
}

/** Goes on with every booking whose outcome is not known, but for one that the user has to put right. */
async function goOnWithAll(): Promise<void> {
  const { client, correcting } = desk;
  for (const intent of await client.pending()) {
    if (correcting.waitsFor(intent)) fill({ ...intent.booking });
    else void goOn(intent);
  }
}

function askAnew(): void {
  quoteSoon(desk.client);
  void list(settings.baseUrl, desk.signedIn(), desk.cards);
}

async function start(): Promise<void> {
  desk = open();
  tokenField.value = "";
  await goOnWithAll();
  askAnew();
}

function showNetwork(): void {
  say("offline", navigator.onLine ? "" : "You are offline. What you book now is kept, and sent once you are back.");
}

users.append(...settings.users.map(({ label, account }) => new Option(label, account)));
document.querySelectorAll<HTMLElement>(".token").forEach((part) => (part.hidden = settings.users.length > 0));
document.getElementById("candidates")?.append(...settings.candidates.map(({ id, label }) => new Option(label, String(id))));
users.hidden = settings.users.length === 0;
users.form?.addEventListener("submit", (event) => event.preventDefault());
users.addEventListener("change", () => void start());
tokenField.addEventListener("change", askAnew);
addEventListener("offline", showNetwork);
addEventListener("online", () => {
  showNetwork();
  desk.running.forEach((ending) => ending.abort());
  void goOnWithAll();
  askAnew();
});
fill({ ...settings.example });
watch(() => quoteSoon(desk.client), () => void tapped());
showNetwork();
await start();
document.documentElement.dataset["ready"] = "true";
