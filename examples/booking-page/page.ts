// The page: who books, what is booked, and what became of it. All that must not go wrong is the client's work.

import { createClient, match } from "switchboard-client";
import type { BookingRequest, Intent, Outcome, TokenSource, Waiting } from "switchboard-client";
import { Cards } from "./cards.js";
import { Correcting } from "./correcting.js";
import { fill, focusFirstViolation, say, showViolations, watch, written } from "./form.js";
import { Listing } from "./listing.js";
import { forgetCandidate, lookUp } from "./looking-up.js";
import { quoteSoon, stopQuoting } from "./quoting.js";
import { ACCOUNT, SigningIn } from "./signing-in.js";

/** settings.json, which the host of the page serves: where Switchboard is, if it has sign-in, and with a sandbox its people. */
interface PageSettings {
  readonly baseUrl: string;
  readonly hasSignIn: boolean;
  readonly users: readonly { readonly account: string; readonly token: string; readonly label: string }[];
  readonly candidates: readonly { readonly id: number; readonly label: string }[];
  readonly example: BookingRequest | null;
}

const settings = (await (await fetch("settings.json")).json()) as PageSettings;
const users = document.getElementById("user") as HTMLSelectElement;
const tokenField = document.getElementById("token") as HTMLInputElement;
// The cookie of a session reaches Switchboard from a page of its own site only.
const signingIn =
  settings.hasSignIn && new URL(settings.baseUrl).hostname === location.hostname ? new SigningIn(settings.baseUrl, () => desk.cards.forget()) : null;
let desk = open();

/** All that belongs to one user: another user gets another desk, and never an intent of this one. */
function open() {
  const chosen = settings.users[users.selectedIndex] ?? settings.users[0] ?? { account: ACCOUNT, token: "" };
  const account = signingIn ? ACCOUNT : chosen.account;
  const given: TokenSource = (rejected) => (rejected === undefined ? chosen.token || tokenField.value || null : null);
  const client = createClient({ baseUrl: settings.baseUrl, account, token: signingIn ? signingIn.token : given });
  const cards = new Cards(account);
  forgetCandidate();
  return { client, cards, listing: new Listing(client, cards), correcting: new Correcting(client, account), running: new Map<string, AbortController>() };
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
  const onWait = (waiting: Waiting): void => void mine.cards.tell(intent.key, intent.booking, "waiting", reason(waiting));
  const outcome = await mine.client.book(intent, { signal: ending.signal, onWait });
  mine.running.delete(intent.key);
  if (mine !== desk) return; // another user sits here now; the intent is kept for its own
  if (ending.signal.aborted && outcome.state === "waiting") return goOn(intent);
  tell(intent, outcome);
}

function tell(intent: Intent, outcome: Outcome): void {
  const { key, booking } = intent;
  const say = (words: string): void => void desk.cards.tell(key, booking, outcome.state, words);
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

/** Goes on with every booking whose outcome is not known, but for those that the user has to put right, or to say a word of. */
async function goOnWithAll(): Promise<void> {
  const { client, correcting } = desk;
  for (const intent of await client.pending()) {
    if (signingIn?.isDoubted(intent)) askWhose(signingIn, intent);
    else if (correcting.waitsFor(intent)) fill({ ...intent.booking });
    else void goOn(intent);
  }
}

/** Somebody signed in since this booking was begun. It spends their credits: they say whether they want it. */
function askWhose(known: SigningIn, intent: Intent): void {
  const { client, cards } = desk;
  cards.ask(intent.key, intent.booking, "This booking was begun on this device before you signed in. Is it yours?", {
    "Yes, go on": () => {
      known.settle(intent);
      void goOnWithAll();
    },
    "No, forget it": () => {
      known.settle(intent);
      cards.drop(intent.key);
      void client.forget(intent);
    },
  });
}

function askAnew(): void {
  quoteSoon(desk.client);
  void lookUp(desk.client);
  void desk.listing.restart();
}

async function start(): Promise<void> {
  desk = open();
  tokenField.value = "";
  await signingIn?.start(desk.client.pending);
  await goOnWithAll();
  askAnew();
}

function showNetwork(): void {
  say("offline", navigator.onLine ? "" : "You are offline. What you book now is kept, and sent once you are back.");
}

users.append(...settings.users.map(({ label, account }) => new Option(label, account)));
const shown = signingIn ? null : settings.users.length > 0 ? ".ready" : ".token";
if (shown) document.querySelectorAll<HTMLElement>(shown).forEach((part) => (part.hidden = false));
document.getElementById("candidates")?.append(...settings.candidates.map(({ id, label }) => new Option(label, String(id))));
users.form?.addEventListener("submit", (event) => event.preventDefault());
users.addEventListener("change", () => void start());
tokenField.addEventListener("change", () => {
  forgetCandidate();
  askAnew();
});
document.getElementById("more")?.addEventListener("click", () => void desk.listing.more());
addEventListener("offline", showNetwork);
addEventListener("online", () => {
  showNetwork();
  desk.running.forEach((ending) => ending.abort());
  void goOnWithAll();
  askAnew();
});
fill({ ...settings.example });
const changed = (): void => {
  quoteSoon(desk.client);
  void lookUp(desk.client);
};
watch(changed, () => void tapped());
showNetwork();
await start();
document.documentElement.dataset["ready"] = "true";
