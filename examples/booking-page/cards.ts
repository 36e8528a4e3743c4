// The list: a card for each booking that is under way, and for each that AdultWork has.

import type { Booking, BookingRequest, MadeBookings } from "switchboard-client";

const MOST_KEPT = 20;
const list = document.getElementById("bookings") as HTMLElement;
const empty = document.getElementById("empty") as HTMLElement;

/** What the device remembers of a booking: nothing that anybody could be called by. */
interface Kept {
  readonly id: number;
  readonly when: string;
  readonly who: string;
  readonly status: string;
  /** AdultWork's word for how it stands. */
  readonly state: string | null;
}

/** How the cancellation of a booking stands; while it is open, no other one is offered. */
interface Note {
  readonly words: string;
  readonly isOpen: boolean;
}

export class Cards {
  private readonly name: string;
  private readonly cancel: (id: number, what: string) => void;
  private readonly cards = new Map<string, HTMLElement>();
  private readonly known = new Map<number, Kept>();
  private readonly notes = new Map<number, Note>();

  /** `cancel` is called when the user wants to cancel a booking; `what` says which one. */
  constructor(account: string, cancel: (id: number, what: string) => void) {
    this.name = `booking-page/${account}`;
    this.cancel = cancel;
    list.replaceChildren();
    for (const one of this.kept()) list.append(this.remember(one));
    this.count();
  }

  /** Says how an intent stands. */
  tell(key: string, booking: BookingRequest, state: string, words: string): HTMLElement {
    return this.pin(key, state, words, `Candidate ${booking.BookUserID}, ${spoken(booking.SessionDate)}`);
  }

  /** Asks something about an intent: each answer is a button. */
  ask(key: string, what: string, words: string, answers: Readonly<Record<string, () => void>>): void {
    const card = this.pin(key, "asked", words, what);
    card.append(...Object.entries(answers).map(([name, answer]) => button(name, answer)));
  }

  /** Shows the booking that came of an intent, and keeps it on the device. */
  booked(key: string, booking: Booking): void {
    this.drop(key);
    const one = remembered(booking);
    this.keep([one, ...this.kept().filter(({ id }) => id !== one.id)]);
    list.prepend(this.remember(one));
  }

  /** Says how the cancellation of a booking stands, on its card. */
  note(id: number, note: Note): void {
    this.notes.set(id, note);
    this.showAgain(id);
  }

  /** Shows a booking that was cancelled, where it is, and keeps that on the device. */
  cancelled(booking: Booking): void {
    const one = remembered(booking);
    this.notes.delete(one.id);
    this.known.set(one.id, one);
    this.keep(this.kept().map((other) => (other.id === one.id ? one : other)));
    this.showAgain(one.id);
  }

  /** Shows a page of what AdultWork has. The first one takes the place of all that the device remembers. */
  listed({ Bookings, unreadable }: MadeBookings, isFirst: boolean): void {
    const known = Bookings.map(remembered);
    const held = [...this.cards].find(([, card]) => card.contains(document.activeElement))?.[0];
    if (isFirst) {
      this.forget();
      this.keep(known);
    }
    list.append(...known.map((one) => this.remember(one)));
    unreadable.forEach((id, index) => {
      const card = this.show(`unreadable/${id ?? index}`, "unreadable", `Booking ${id ?? ""}`, "It cannot be shown here. AdultWork has it.");
      card.dataset["booking"] = "true";
      list.append(card);
    });
    for (const [id, { isOpen }] of this.notes) if (isOpen && !this.cards.has(String(id))) this.showAgain(id);
    if (held) this.cards.get(held)?.focus();
    this.count();
  }

  drop(key: string): void {
    this.cards.get(key)?.remove();
    this.cards.delete(key);
    this.count();
  }

  /** Forgets the bookings of a user, here and on the device. */
  forget(): void {
    for (const [key, { dataset }] of this.cards) if (dataset["booking"]) this.drop(key);
    this.known.clear();
    localStorage.removeItem(this.name);
  }

  private remember(one: Kept): HTMLElement {
    const { id, status, who, when } = one;
    const what = when === "" ? who : `${who}, ${when}`;
    const card = this.show(String(id), "booked", status, what);
    const note = this.notes.get(id);
    this.known.set(id, one);
    card.dataset["booking"] = "true";
    if (note) card.append(line("p", note.words));
    if (!note?.isOpen && mayBeCancelled(one)) {
      const cancel = button("Cancel booking", () => this.cancel(id, what));
      cancel.setAttribute("aria-label", `Cancel booking: ${what}`); // there is one on each card
      card.append(cancel);
    }
    return card;
  }

  /** Shows a booking anew where it is; at the top, when it is on none of the pages that were listed. */
  private showAgain(id: number): void {
    const before = this.cards.get(String(id));
    const hadFocus = before?.contains(document.activeElement);
    const unlisted = { id, status: `Booking ${id}`, who: "It is further down in your list.", when: "", state: null };
    const card = this.remember(this.known.get(id) ?? unlisted);
    if (!before) list.prepend(card);
    if (hadFocus) card.focus();
  }

  /** Shows what is under way at the top, or anew where it is. */
  private pin(key: string, state: string, title: string, words: string): HTMLElement {
    const isNew = !this.cards.has(key);
    const card = this.show(key, state, title, words);
    if (isNew) list.prepend(card);
    return card;
  }

  private show(key: string, state: string, title: string, words: string): HTMLElement {
    const card = this.cards.get(key) ?? document.createElement("li");
    card.tabIndex = -1; // it takes the focus over from a button on it that is gone
    card.dataset["state"] = state;
    card.replaceChildren(line("strong", title), line("p", words));
    this.cards.set(key, card);
    empty.hidden = true;
    return card;
  }

  private keep(bookings: readonly Kept[]): void {
    localStorage.setItem(this.name, JSON.stringify(bookings.slice(0, MOST_KEPT)));
  }

  private kept(): Kept[] {
    return JSON.parse(localStorage.getItem(this.name) ?? "[]") as Kept[];
  }

  private count(): void {
    empty.hidden = list.childElementCount > 0;
  }
}

function line(kind: string, words: string): HTMLElement {
  const element = document.createElement(kind);
  element.textContent = words;
  return element;
}

function button(name: string, whenPressed: () => void): HTMLButtonElement {
  const element = line("button", name) as HTMLButtonElement;
  element.type = "button";
  element.addEventListener("click", whenPressed);
  return element;
}

/** What is not listed here is not offered. AdultWork cancels what is neither Cancelled nor Rejected; what is Confirmed only before its time, which is UK time. */
function mayBeCancelled({ state, when }: Kept): boolean {
  const now = new Date().toLocaleString("sv-SE", { timeZone: "Europe/London" });
  return when !== "" && state !== "Cancelled" && state !== "Rejected" && (state !== "Confirmed" || when > now);
}

function remembered({ BookingID: id, Status, ActionClient, SessionDate, Candidate }: Booking): Kept {
  const who = Candidate.Nickname ?? `Candidate ${Candidate.UserID}`;
  return { id, when: spoken(SessionDate), who, state: Status, status: `${Status ?? "Booked"} (${id}). ${ActionClient ?? ""}` };
}

function spoken(date: string): string {
  return date.replace("T", " ").slice(0, 16);
}
