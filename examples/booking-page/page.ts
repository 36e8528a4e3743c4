// The page: who books, what is booked or cancelled, and what became of it. All that must not go wrong is the client's work.

import { createClient, match } from "switchboard-client";
import type { BookingRequest, Client, Intent, Outcome, TokenSource, Waiting } from "switchboard-client";
import { Cancelling } from "./cancelling.js";
import type { Cancellation } from "./cancelling.js";
import { Cards } from "./cards.js";
import { Correcting } from "./correcting.js";
import { fill, focusFirstViolation, say, showViolations, watch, written } from "./form.js";
import { Listing } from "./listing.js";
import { forgetCandidate, lookUp } from "./looking-up.js";
import { Pursuing } from "./pursuing.js";
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
interface Desk {
  readonly client: Client;
  readonly cards: Cards;
  readonly pursuing: Pursuing;
  readonly cancelling: Cancelling;
  readonly listing: Listing;
  readonly correcting: Correcting;
}

function open(): Desk {
  const chosen = settings.users[users.selectedIndex] ?? settings.users[0] ?? { account: ACCOUNT, token: "" };
  const account = signingIn ? ACCOUNT : chosen.account;
  const given: TokenSource = (rejected) => (rejected === undefined ? chosen.token || tokenField.value || null : null);
  const client = createClient({ baseUrl: settings.baseUrl, account, token: signingIn ? signingIn.token : given });
  const cards = new Cards(account, (id, what) => void desk.cancelling.ask(id, what));
  const pursuing = new Pursuing();
  const cancelling = new Cancelling(client, cards, pursuing, () => client === desk.client, askAnew);
  forgetCandidate();
  return { client, cards, pursuing, cancelling, listing: new Listing(client, cards), correcting: new Correcting(client, account) };
}

async function tapped(): Promise<void> {
  stopQuoting();
  await goOn(await desk.correcting.intend(written())); // from here on key and body are kept
}

/** Books, or goes on with it: after a tap, at the start of the page, and when the network is back. */
async function goOn(intent: Intent): Promise<void> {
  const mine = desk;
  const outcome = await mine.pursuing.pursue(intent.key, (signal) => {
    mine.cards.tell(intent.key, intent.booking, "running", "Booking …");
    const onWait = (waiting: Waiting): void => void mine.cards.tell(intent.key, intent.booking, "waiting", reason(waiting));
    return mine.client.book(intent, { signal, onWait });
  });
  if (outcome && mine === desk) tell(intent, outcome); // else another user sits here now; the intent is kept for its own
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

/** Goes on with all whose outcome is not known, but for what the user has to put right, or to say a word of. */
async function goOnWithAll(): Promise<void> {
  const { client, correcting, cancelling } = desk;
  for (const intent of await client.pending()) {
    if (signingIn?.isDoubted(intent)) askWhose(signingIn, intent, `A booking for ${intent.booking.SessionDate}`);
    else if (correcting.waitsFor(intent)) fill({ ...intent.booking });
    else void goOn(intent);
  }
  for (const intent of await cancelling.pending()) {
    if (signingIn?.isDoubted(intent)) askWhose(signingIn, intent, `Cancelling booking ${intent.request.BookingID}`);
    else void cancelling.goOn(intent);
  }
}

/** Somebody signed in since this was begun. It is about their credits: they say whether they want it. */
function askWhose(known: SigningIn, intent: Intent | Cancellation, what: string): void {
  const { client, cards } = desk;
  cards.ask(intent.key, what, "This was begun on this device before you signed in. Is it yours?", {
    "Yes, go on": () => {
      known.settle(intent);
      cards.drop(intent.key);
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
  await signingIn?.start(async () => [...(await desk.client.pending()), ...(await desk.client.pendingChanges())]);
  await goOnWithAll();
  askAnew();
}

function showNetwork(): void {
  say("offline", navigator.onLine ? "" : "You are offline. What you book or cancel now is kept, and sent once you are back.");
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
  desk.pursuing.hurry();
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
