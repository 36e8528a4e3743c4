// The intents that this page pursues at the moment, each one once.

export class Pursuing {
  private readonly running = new Map<string, AbortController>();

  /** Pursues an intent to an outcome; null when it is being pursued already. A wait that `hurry` ended begins anew. */
  async pursue<Outcome extends { readonly state: string }>(
    key: string,
    go: (signal: AbortSignal) => Promise<Outcome>,
  ): Promise<Outcome | null> {
    if (this.running.has(key)) return null;
    for (;;) {
      const ending = new AbortController();
      this.running.set(key, ending);
      const outcome = await go(ending.signal).finally(() => this.running.delete(key));
      if (!ending.signal.aborted || outcome.state !== "waiting") return outcome;
    }
  }

  /** Ends every wait: the network is back. */
  hurry(): void {
    this.running.forEach((ending) => ending.abort());
  }
}
