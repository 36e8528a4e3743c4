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
}

export class Cards {
  private readonly name: string;
  private readonly cards = new Map<string, HTMLElement>();

  constructor(account: string) {
    this.name = `booking-page/${account}`;
    list.replaceChildren();
    for (const one of this.kept()) list.append(this.remember(one));
    this.count();
  }

  /** Says how an intent stands. */
  tell(key: string, booking: BookingRequest, state: string, words: string): HTMLElement {
    const isNew = !this.cards.has(key);
    const card = this.show(key, state, words, `Candidate ${booking.BookUserID}, ${spoken(booking.SessionDate)}`);
    if (isNew) list.prepend(card);
    return card;
  }

  /** Asks something about an intent: each answer is a button. */
  ask(key: string, booking: BookingRequest, words: string, answers: Readonly<Record<string, () => void>>): void {
    const card = this.tell(key, booking, "asked", words);
    for (const [name, answer] of Object.entries(answers)) {
      const button = line("button", name) as HTMLButtonElement;
      button.type = "button";
      button.addEventListener("click", answer);
      card.append(button);
    }
  }

  /** Shows the booking that came of an intent, and keeps it on the device. */
  booked(key: string, booking: Booking): void {
    this.drop(key);
    const one = remembered(booking);
    this.keep([one, ...this.kept().filter(({ id }) => id !== one.id)]);
    list.prepend(this.remember(one));
  }

  /** Shows a page of what AdultWork has. The first one takes the place of all that the device remembers. */
  listed({ Bookings, unreadable }: MadeBookings, isFirst: boolean): void {
    const known = Bookings.map(remembered);
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
    localStorage.removeItem(this.name);
  }

  private remember({ id, status, who, when }: Kept): HTMLElement {
    const card = this.show(String(id), "booked", status, `${who}, ${when}`);
    card.dataset["booking"] = "true";
    return card;
  }

  private show(key: string, state: string, title: string, words: string): HTMLElement {
    const card = this.cards.get(key) ?? document.createElement("li");
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

function remembered({ BookingID: id, Status, ActionClient, SessionDate, Candidate }: Booking): Kept {
  const who = Candidate.Nickname ?? `Candidate ${Candidate.UserID}`;
  return { id, when: spoken(SessionDate), who, status: `${Status ?? "Booked"} (${id}). ${ActionClient ?? ""}` };
}

function spoken(date: string): string {
  return date.replace("T", " ").slice(0, 16);
}
