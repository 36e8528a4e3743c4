// The client: one user's intents to book, each with one key from the tap to the outcome.

import { asked } from "./asking.js";
import type { Asked } from "./asking.js";
import type { BookingDraft, BookingRequest, Operation, Quote } from "./contract-types.js";
import { connection, exchange, has, isOperation, readOperation } from "./exchange.js";
import type { Place, Transport } from "./exchange.js";
import { Intents } from "./intents.js";
import type { Intent, Outcome, Waiting } from "./outcome.js";
import { defaultRandom, defaultStorage } from "./ports.js";
import type { RandomSource, Storage, TokenSource } from "./ports.js";
import { Pursuit } from "./pursuit.js";
import { createReads } from "./reads.js";

const VALIDATE = "/v1/PhoneChat/ValidateBooking";
const PATIENCE_SECONDS = 120;

export interface Settings extends Place {
  /** Who is signed in, by any name that is theirs alone: an intent of one user is never sent with another's token. */
  readonly account: string;
  readonly token: TokenSource;
  /** Default: localStorage. */
  readonly storage?: Storage;
  /** Default: crypto.getRandomValues. */
  readonly random?: RandomSource;
}

export interface BookOptions {
  /** For how long `book` waits by itself before it comes back with `waiting`. Default: 120. */
  readonly patienceSeconds?: number;
  /** Aborted, `book` comes back with `waiting`; what was sent stays sent. */
  readonly signal?: AbortSignal;
  /** Told at the beginning of each wait, for a line such as "being checked". */
  readonly onWait?: (waiting: Waiting) => void;
}

export type Client = ReturnType<typeof createClient>;

export function createClient(settings: Settings) {
  const transport: Transport = { ...connection(settings, "omit"), token: settings.token };
  const intents = new Intents(settings.storage ?? defaultStorage(), settings.random ?? defaultRandom, settings.account);
  const running = new Map<string, Promise<Outcome>>();

  async function pursue({ key }: Intent, options: BookOptions): Promise<Outcome> {
    const kept = await intents.read(key);
    if (kept === null) throw new Error("This intent is over, or another user's. Make a new one for a new booking.");
    return new Pursuit(transport, intents, kept, { patienceSeconds: PATIENCE_SECONDS, ...options }).run();
  }

  return {
    /** Makes the key of a booking and keeps both. Call it when the user taps "book"; a second tap gets the same intent. */
    intend: (booking: BookingRequest): Promise<Intent> => intents.make(booking),

    /** Books, or goes on with it: as often as you like, also after a restart. While it runs, a second call joins it. */
    book(intent: Intent, options: BookOptions = {}): Promise<Outcome> {
      const joined = running.get(intent.key);
      if (joined) return joined;
      const pursuit = pursue(intent, options).finally(() => running.delete(intent.key));
      running.set(intent.key, pursuit);
      return pursuit;
    },

    /** The intents whose outcome is not known yet. Give each to `book` when the app starts. */
    pending: (): Promise<Intent[]> => intents.all(),

    /** Forgets an intent that the user gave up, such as a rejected booking. It cancels nothing. */
    forget: (intent: Intent): Promise<void> => intents.forget(intent.key),

    /** Asks what a booking would cost and which rules it breaks. It never books. */
    async quote(draft: BookingDraft, signal?: AbortSignal): Promise<Asked<"quoted", Quote>> {
      const reply = await exchange(transport, { method: "POST", path: VALIDATE, body: JSON.stringify(draft), signal });
      return asked("quoted", reply, has<Quote>("is_valid"));
    },

    /** Asks how an operation stands, such as the one of a duplicate. */
    async operation(id: string, signal?: AbortSignal): Promise<Asked<"found", Operation>> {
      return asked("found", await readOperation(transport, id, signal), isOperation);
    },

    ...createReads(transport),
  };
}
