// Cancelling a booking: the question in the page, and how the cancellation stands on the card of its booking.

import { match } from "switchboard-client";
import type { ChangeIntent, ChangeOutcome, Client, Waiting } from "switchboard-client";
import type { Cards } from "./cards.js";
import { say } from "./form.js";
import type { Pursuing } from "./pursuing.js";

export type Cancellation = ChangeIntent<"CancelMadeBooking">;

const dialog = document.getElementById("cancel") as HTMLDialogElement;
const reason = document.getElementById("reason") as HTMLTextAreaElement;

/** Asks whether and why; null when the booking is to be kept. The dialog is a modal one: it has the focus, and gives it back. */
export function askWhy(what: string): Promise<string | null> {
  reason.value = dialog.returnValue = "";
  say("cancel-what", what);
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "cancel" ? reason.value : null), { once: true }),
  );
}

export class Cancelling {
  private readonly client: Client;
  private readonly cards: Cards;
  private readonly pursuing: Pursuing;
  private readonly isCurrent: () => boolean;
  private readonly whenOver: () => void;

  /** `isCurrent` tells whether its user still sits here; `whenOver` is called when the list may tell something else than before. */
  constructor(client: Client, cards: Cards, pursuing: Pursuing, isCurrent: () => boolean, whenOver: () => void) {
    this.client = client;
    this.cards = cards;
    this.pursuing = pursuing;
    this.isCurrent = isCurrent;
    this.whenOver = whenOver;
  }

  async ask(id: number, what: string): Promise<void> {
    const why = await askWhy(what);
    if (why !== null) await this.goOn(await this.client.intendChange("CancelMadeBooking", { BookingID: id, Reason: why }));
  }

  async pending(): Promise<Cancellation[]> {
    const all = await this.client.pendingChanges();
    return all.filter((one): one is Cancellation => one.change === "CancelMadeBooking");
  }

  /** Cancels, or goes on with it: after the user said so, at the start of the page, and when the network is back. */
  async goOn(intent: Cancellation): Promise<void> {
    const outcome = await this.pursuing.pursue(intent.key, (signal) => {
      this.note(intent, "Being cancelled …", true);
      const onWait = (waiting: Waiting): void => this.note(intent, told(waiting), true);
      return this.client.change(intent, { signal, onWait });
    });
    if (outcome && this.isCurrent()) this.tell(intent, outcome);
  }

  private tell(intent: Cancellation, outcome: ChangeOutcome<"CancelMadeBooking">): void {
    const open = (words: string): void => this.note(intent, words, true);
    const over = (words: string): void => {
      this.note(intent, words, false);
      this.whenOver();
    };
    match(outcome, {
      made: ({ answer }) => {
        this.cards.cancelled(answer);
        this.whenOver();
      },
      rejected: ({ violations }) => {
        void this.client.forget(intent); // nothing was sent; the user says it anew
        over(violations.map(({ message }) => message).join(" "));
      },
      declined: ({ message }) => over(`AdultWork declined: ${message ?? "it gave no reason."}`),
      "not-made": () => over("It was not cancelled. Cancel again, if you still want it."),
      duplicate: ({ operation }) => over(`You asked for this already (${operation?.operation_state ?? "open"}).`),
      "sign-in": ({ scope }) => open(scope === null ? "Sign in to go on with cancelling." : `This user may not cancel (${scope}).`),
      waiting: (waiting) => {
        open(told(waiting));
        setTimeout(() => this.isCurrent() && void this.goOn(intent), waiting.retryAt.getTime() - Date.now());
      },
      "needs-person": ({ operationId }) => open(`A person looks into the cancellation (${operationId ?? "no number"}).`),
      defect: ({ problem }) => over(`This page has a fault: ${problem.detail}`),
    });
  }

  private note({ request }: Cancellation, words: string, isOpen: boolean): void {
    this.cards.note(request.BookingID, { words, isOpen });
  }
}

function told({ reason: why, decidedBy }: Waiting): string {
  const words = {
    unreachable: "No connection at the moment. The cancellation is kept, and goes on by itself.",
    checking: `Whether it is cancelled is being checked${decidedBy ? `, known by ${decidedBy.toLocaleTimeString("en-GB")}` : ""}.`,
    limited: "Too many changes in a short time. The cancellation goes on by itself.",
  };
  return words[why];
}
