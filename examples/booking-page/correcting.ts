// A booking that the user has to put right. It waits for them: neither a reload nor a network that is back may send it by itself.

import type { BookingRequest, Client, Intent, Mend } from "switchboard-client";

export class Correcting {
  private readonly client: Client;
  private readonly name: string;
  private mend: Mend | null = null;

  constructor(client: Client, account: string) {
    this.client = client;
    this.name = `booking-page/correcting/${account}`;
  }

  begin(intent: Intent, mend: Mend): void {
    this.mend = mend;
    localStorage.setItem(this.name, intent.key);
  }

  waitsFor(intent: Intent): boolean {
    return localStorage.getItem(this.name) === intent.key;
  }

  /** Returns the intent for what the user wants now: the one that was put right, else a new one. */
  async intend(booking: BookingRequest): Promise<Intent> {
    const mend = this.mend;
    this.mend = null;
    const intent = await (mend ? mend(booking) : this.client.intend(booking));
    // After a reload nothing but the body tells that it is the same wish; another body takes the place of the old intent.
    for (const old of await this.client.pending()) if (this.waitsFor(old) && old.key !== intent.key) await this.client.forget(old);
    localStorage.removeItem(this.name);
    return intent;
  }
}
