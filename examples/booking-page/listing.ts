// The user's bookings as AdultWork tells them, whichever device made them, a page at a time; from the first one again whenever
// something may have changed.

import { match } from "switchboard-client";
import type { Client } from "switchboard-client";
import type { Cards } from "./cards.js";
import { say } from "./form.js";

const PAGE = 10;
const button = document.getElementById("more") as HTMLButtonElement;

export class Listing {
  private readonly client: Client;
  private readonly cards: Cards;
  private pages: ReturnType<Client["madeBookingsPages"]>;
  private next = 1;

  constructor(client: Client, cards: Cards) {
    this.client = client;
    this.cards = cards;
    this.pages = this.from(1);
    button.hidden = true;
    say("list-told", "");
  }

  /** Shows the first page; without an answer the page keeps what the device remembers. */
  async restart(): Promise<void> {
    this.pages = this.from(1);
    await this.more();
  }

  /** Shows the page that follows. */
  async more(): Promise<void> {
    const mine = this.pages;
    const { value: page } = await mine.next();
    if (mine !== this.pages) return; // it began from the first page meanwhile
    if (!page) return void (button.hidden = true);
    match(page, {
      found: ({ answer }) => {
        this.cards.listed(answer, this.next === 1);
        this.next += 1;
        button.hidden = answer.PageCount === null ? answer.Bookings.length === 0 : this.next > answer.PageCount;
        say("list-told", "");
      },
      unavailable: () => this.failed("The list cannot be read at the moment."),
      refused: ({ problem }) => this.failed(problem.detail),
      "sign-in": ({ scope }) => this.failed(scope === null ? "Sign in to see your bookings." : `This user may not read them (${scope}).`),
    });
  }

  private failed(words: string): void {
    this.pages = this.from(this.next); // a page that could not be read ends the way; it goes on from there
    button.hidden = false;
    say("list-told", words);
  }

  private from(page: number): ReturnType<Client["madeBookingsPages"]> {
    this.next = page;
    return this.client.madeBookingsPages({ OrderBy: "date-desc", BookingsPerPage: PAGE, PageNumber: page });
  }
}
