// The intents of one user, in storage until their outcome is known.

import type { BookingRequest } from "./contract-types.js";
import type { Intent } from "./outcome.js";
import type { RandomSource, Storage } from "./ports.js";

const KEY_BYTES = 16;

/** What is kept of an intent: each body that was sent under its key, the last one being the one that counts. */
export interface Kept {
  readonly key: string;
  readonly bodies: readonly string[];
}

export class Intents {
  private readonly storage: Storage;
  private readonly random: RandomSource;
  private readonly prefix: string;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(storage: Storage, random: RandomSource, account: string) {
    this.storage = storage;
    this.random = random;
    this.prefix = `switchboard/${encodeURIComponent(account)}/`;
  }

  /** Returns the intent to make a booking: the one that is kept already, if its body is the same to the letter. */
  async make(booking: BookingRequest): Promise<Intent> {
    const body = JSON.stringify(booking);
    return this.inTurn(async () => {
      const equal = (await this.kept()).find(({ bodies }) => bodies[bodies.length - 1] === body);
      return intent(equal ?? (await this.write({ key: this.newKey(), bodies: [body] })));
    });
  }

  async all(): Promise<Intent[]> {
    return (await this.kept()).map(intent);
  }

  async read(key: string): Promise<Kept | null> {
    const text = await this.storage.get(this.prefix + key);
    return text === null ? null : { key, bodies: JSON.parse(text) as string[] };
  }

  /** Puts another body under the key. The earlier ones are kept: one of them may have booked. */
  async mend(key: string, booking: BookingRequest): Promise<Intent> {
    const body = JSON.stringify(booking);
    const bodies = (await this.read(key))?.bodies ?? [];
    return intent(await this.write({ key, bodies: [...bodies.filter((one) => one !== body), body] }));
  }

  /** Goes back to the body before the last one; null when there is none. */
  async back({ key, bodies }: Kept): Promise<Kept | null> {
    return bodies.length < 2 ? null : this.write({ key, bodies: bodies.slice(0, -1) });
  }

  async forget(key: string): Promise<void> {
    await this.storage.remove(this.prefix + key);
  }

  private async kept(): Promise<Kept[]> {
    const names = (await this.storage.names()).filter((name) => name.startsWith(this.prefix));
    const found = await Promise.all(names.map((name) => this.read(name.slice(this.prefix.length))));
    return found.filter((one) => one !== null);
  }

  private async write(kept: Kept): Promise<Kept> {
    await this.storage.set(this.prefix + kept.key, JSON.stringify(kept.bodies));
    return kept;
  }

  private newKey(): string {
    return Array.from(this.random(KEY_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** One after the other: a double tap finds the intent of its first tap. */
  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }
}

function intent({ key, bodies }: Kept): Intent {
  return { key, booking: JSON.parse(bodies[bodies.length - 1] as string) as BookingRequest };
}
