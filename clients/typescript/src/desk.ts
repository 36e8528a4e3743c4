// Where the intents to make one call are: kept, and pursued one at a time.

import type { Transport } from "./exchange.js";
import type { Intents } from "./intents.js";
import type { AnyKind, OutcomeOf, Waiting } from "./outcome.js";
import { Pursuit } from "./pursuit.js";
import type { Call } from "./pursuit.js";

const PATIENCE_SECONDS = 120;

/** Of `book` and of `change`. */
export interface BookOptions {
  /** For how long it waits by itself before it comes back with `waiting`. Default: 120. */
  readonly patienceSeconds?: number;
  /** Aborted, it comes back with `waiting`; what was sent stays sent. */
  readonly signal?: AbortSignal;
  /** Told at the beginning of each wait, for a line such as "being checked". */
  readonly onWait?: (waiting: Waiting) => void;
}

export interface Desk<Kind extends AnyKind> {
  readonly intents: Intents<Kind>;
  /** Pursues an intent. While that runs, whoever pursues it too joins. */
  pursue(intent: Kind["intent"], options: BookOptions): Promise<OutcomeOf<Kind>>;
}

export function createDesk<Kind extends AnyKind>(transport: Transport, call: Call<Kind>, intents: Intents<Kind>): Desk<Kind> {
  const running = new Map<string, Promise<OutcomeOf<Kind>>>();

  async function start(key: string, options: BookOptions): Promise<OutcomeOf<Kind>> {
    const kept = await intents.read(key);
    if (kept === null) throw new Error("This intent is over, or another user's. Make a new one for a new wish.");
    return new Pursuit(transport, call, intents, kept, { patienceSeconds: PATIENCE_SECONDS, ...options }).run();
  }

  return {
    intents,
    pursue({ key }, options) {
      const joined = running.get(key);
      if (joined) return joined;
      const pursuit = start(key, options).finally(() => running.delete(key));
      running.set(key, pursuit);
      return pursuit;
    },
  };
}
