// The list: a card for each booking that is under way, and for each that AdultWork has.

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
    this.keep(this.kept());
    this.count();
  }

  /** Says how an intent stands. */
  tell(key: string, booking: BookingRequest, state: string, words: string): void {
    this.show(key, state, words, `Candidate ${booking.BookUserID}, ${spoken(booking.SessionDate)}`);
  }

  /** Shows the booking that came of an intent, and keeps it on the device. */
  booked(key: string, booking: Booking): void {
    this.drop(key);
    this.keep([...this.kept().filter(({ id }) => id !== booking.BookingID), remembered(booking)]);
  }

  /** Shows what AdultWork has, newest first, and keeps that on the device in the place of what it remembers. */
  listed(bookings: readonly Booking[]): void {
    const known = bookings.map(remembered).reverse();
    this.kept().filter(({ id }) => known.every((one) => one.id !== id)).forEach(({ id }) => this.drop(String(id)));
    this.keep(known);
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

  private keep(bookings: readonly Kept[]): void {
    const latest = bookings.slice(-MOST_KEPT);
    localStorage.setItem(this.name, JSON.stringify(latest));
    latest.forEach((one) => this.show(String(one.id), "booked", one.status, `${one.who}, ${one.when}`));
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
