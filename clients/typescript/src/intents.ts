// The intents of one user to make one call, in storage until their outcome is known.

import type { AnyKind } from "./outcome.js";
import type { RandomSource, Storage } from "./ports.js";
import type { Call } from "./pursuit.js";

const KEY_BYTES = 16;

/** What is kept of an intent: each body that was sent under its key, the last one being the one that counts. */
export interface Kept {
  readonly key: string;
  readonly bodies: readonly string[];
}

export class Intents<Kind extends AnyKind> {
  private readonly storage: Storage;
  private readonly random: RandomSource;
  private readonly call: Call<Kind>;
  private readonly prefix: string;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(storage: Storage, random: RandomSource, account: string, call: Call<Kind>) {
    this.storage = storage;
    this.random = random;
    this.call = call;
    this.prefix = `${call.kept}/${encodeURIComponent(account)}/`;
  }

  /** Returns the intent to ask for something: the one that is kept already, if its body is the same to the letter. */
  async make(request: Kind["request"]): Promise<Kind["intent"]> {
    const body = JSON.stringify(request);
    return this.inTurn(async () => {
      const equal = (await this.kept()).find(({ bodies }) => bodies[bodies.length - 1] === body);
      return this.intent(equal ?? (await this.write({ key: this.newKey(), bodies: [body] })));
    });
  }

  async all(): Promise<Kind["intent"][]> {
    return (await this.kept()).map((one) => this.intent(one));
  }

  async read(key: string): Promise<Kept | null> {
    const text = await this.storage.get(this.prefix + key);
    return text === null ? null : { key, bodies: JSON.parse(text) as string[] };
  }

  /** Puts another body under the key. The earlier ones are kept: one of them may have been carried out. */
  async mend(key: string, request: Kind["request"]): Promise<Kind["intent"]> {
    const body = JSON.stringify(request);
    const bodies = (await this.read(key))?.bodies ?? [];
    return this.intent(await this.write({ key, bodies: [...bodies.filter((one) => one !== body), body] }));
  }

  /** Goes back to the body before the last one; null when there is none. */
  async back({ key, bodies }: Kept): Promise<Kept | null> {
    return bodies.length < 2 ? null : this.write({ key, bodies: bodies.slice(0, -1) });
  }

  async forget(key: string): Promise<void> {
    await this.storage.remove(this.prefix + key);
  }

  private intent({ key, bodies }: Kept): Kind["intent"] {
    return this.call.intent(key, JSON.parse(bodies[bodies.length - 1] as string));
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
