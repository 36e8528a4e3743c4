// The list: a card for each booking of this user on this device, those that are under way first.

import type { Booking, BookingRequest } from "switchboard-client";

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
    this.kept().forEach((one) => this.show(String(one.id), "booked", one.status, `${one.who}, ${one.when}`));
    this.count();
  }

  /** Says how an intent stands. */
  tell(key: string, booking: BookingRequest, state: string, words: string): void {
    this.show(key, state, words, `Candidate ${booking.BookUserID}, ${spoken(booking.SessionDate)}`);
  }

  /** Shows a booking and keeps it on the device. */
  booked(key: string, booking: Booking): void {
    const who = booking.Candidate.Nickname ?? `Candidate ${booking.Candidate.UserID}`;
    const status = `Booked: ${booking.Status ?? "status not told"} (${booking.BookingID}). ${booking.ActionClient ?? ""}`;
    const mine = { id: booking.BookingID, when: spoken(booking.SessionDate), who, status };
    const others = this.kept().filter(({ id }) => id !== mine.id);
    localStorage.setItem(this.name, JSON.stringify([...others, mine].slice(-MOST_KEPT)));
    this.drop(String(mine.id));
    this.show(key, "booked", status, `${who}, ${mine.when}`);
  }

  drop(key: string): void {
    this.cards.get(key)?.remove();
    this.cards.delete(key);
    this.count();
  }

  private show(key: string, state: string, title: string, words: string): void {
    const card = this.cards.get(key) ?? list.insertBefore(document.createElement("li"), list.firstChild);
    card.dataset["state"] = state;
    card.replaceChildren(line("strong", title), line("p", words));
    this.cards.set(key, card);
    this.count();
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

function spoken(date: string): string {
  return date.replace("T", " ").slice(0, 16);
}
