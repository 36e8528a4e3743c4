// The client: one user's intents to book and to change bookings, each with one key from the tap to the outcome.

import { asked } from "./asking.js";
import type { Asked } from "./asking.js";
import { CHANGES, changeCall } from "./changes.js";
import type { AnyChangeIntent, ChangeIntent, ChangeKind, ChangeOutcome } from "./changes.js";
import type { AnyOperation, BookingDraft, BookingRequest, ChangeName, ChangeRequest, Quote } from "./contract-types.js";
import { createDesk } from "./desk.js";
import type { BookOptions, Desk } from "./desk.js";
import { connection, exchange, has, isBooking, isOperation, readOperation } from "./exchange.js";
import type { Place, Transport } from "./exchange.js";
import { Intents } from "./intents.js";
import type { AnyKind, BookingKind, Intent, Outcome } from "./outcome.js";
import { defaultRandom, defaultStorage } from "./ports.js";
import type { RandomSource, Storage, TokenSource } from "./ports.js";
import type { Call } from "./pursuit.js";
import { createReads } from "./reads.js";

const VALIDATE = "/v1/PhoneChat/ValidateBooking";
const BOOKING: Call<BookingKind> = {
  path: "/v1/PhoneChat/CreateBooking",
  kept: "switchboard",
  intent: (key, booking) => ({ key, booking }),
  made: (booking) => (isBooking(booking) ? { state: "booked", booking } : null),
  notMade: (operationId) => ({ state: "not-booked", operationId }),
};

export interface Settings extends Place {
  /** Who is signed in, by any name that is theirs alone: an intent of one user is never sent with another's token. */
  readonly account: string;
  readonly token: TokenSource;
  /** Default: localStorage. */
  readonly storage?: Storage;
  /** Default: crypto.getRandomValues. */
  readonly random?: RandomSource;
}

export type Client = ReturnType<typeof createClient>;

export function createClient(settings: Settings) {
  const transport: Transport = { ...connection(settings, "omit"), token: settings.token };
  const storage = settings.storage ?? defaultStorage();
  const desk = <Kind extends AnyKind>(call: Call<Kind>): Desk<Kind> =>
    createDesk(transport, call, new Intents(storage, settings.random ?? defaultRandom, settings.account, call));
  const bookings = desk(BOOKING);
  const changes = new Map(CHANGES.map((name) => [name, desk(changeCall(name))]));
  // A desk of the name, which its type does not say.
  const changesOf = <Name extends ChangeName>(name: Name) => changes.get(name) as unknown as Desk<ChangeKind<Name>>;

  return {
    /** Makes the key of a booking and keeps both. Call it when the user taps "book"; a second tap gets the same intent. */
    intend: (booking: BookingRequest): Promise<Intent> => bookings.intents.make(booking),

    /** Books, or goes on with it: as often as you like, also after a restart. While it runs, a second call joins it. */
    book: (intent: Intent, options: BookOptions = {}): Promise<Outcome> => bookings.pursue(intent, options),

    /** The bookings whose outcome is not known yet. Give each to `book` when the app starts. */
    pending: (): Promise<Intent[]> => bookings.intents.all(),

    /** Makes the key of a change and keeps both, as `intend` does for a booking. */
    intendChange: <Name extends ChangeName>(change: Name, request: ChangeRequest<Name>): Promise<ChangeIntent<Name>> =>
      changesOf(change).intents.make(request),

    /** Makes a change, or goes on with it, as `book` does with a booking. */
    change: <Name extends ChangeName>(intent: ChangeIntent<Name>, options: BookOptions = {}): Promise<ChangeOutcome<Name>> =>
      changesOf(intent.change).pursue(intent, options) as Promise<ChangeOutcome<Name>>,

    /** The changes whose outcome is not known yet. Give each to `change` when the app starts. */
    async pendingChanges(): Promise<AnyChangeIntent[]> {
      const found = await Promise.all(CHANGES.map((name) => changesOf(name).intents.all()));
      return found.flat() as AnyChangeIntent[];
    },

    /** Forgets an intent that the user gave up, such as a rejected booking. It cancels nothing. */
    forget: (intent: Intent | AnyChangeIntent): Promise<void> =>
      ("change" in intent ? changesOf(intent.change) : bookings).intents.forget(intent.key),

    /** Asks what a booking would cost and which rules it breaks. It never books. */
    async quote(draft: BookingDraft, signal?: AbortSignal): Promise<Asked<"quoted", Quote>> {
      const reply = await exchange(transport, { method: "POST", path: VALIDATE, body: JSON.stringify(draft), signal });
      return asked("quoted", reply, has<Quote>("is_valid"));
    },

    /** Asks how an operation stands, such as the one of a duplicate. */
    async operation(id: string, signal?: AbortSignal): Promise<Asked<"found", AnyOperation>> {
      return asked("found", await readOperation(transport, id, signal), isOperation);
    },

    ...createReads(transport),
  };
}
