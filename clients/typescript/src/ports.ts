// What the client needs of the world around it. Each has a default where a good one exists, and none is guessed.

/** Where intents are kept. It must outlive the process: a phone kills apps, and a page is reloaded. */
export interface Storage {
  get(name: string): Promise<string | null>;
  set(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** All names that were set, also those of others who use the same storage. */
  names(): Promise<readonly string[]>;
}

/** Where a sign-in is kept: the texts of two names, of letters, digits, `_`, `-` and `.` alone. */
export type Keychain = Pick<Storage, "get" | "set" | "remove">;

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after a while, sooner when the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Gives the access token of the signed-in user, null when the user has to sign in.
 *
 * It is asked before each request, so it should remember. `rejected` is the token that AdultWork no longer takes: answer
 * with a fresh one then. What it throws counts as a network that is away for a moment.
 */
export type TokenSource = (rejected?: string) => Promise<string | null> | string | null;

/** Random bytes, as many as asked for, from a source that nobody can foresee. */
export type RandomSource = (length: number) => Uint8Array;

/** The SHA-256 of some bytes. */
export type Sha256 = (bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>;

/** What localStorage is to a page. */
export interface WebStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(name: string): string | null;
  setItem(name: string, text: string): void;
  removeItem(name: string): void;
}

/** What AsyncStorage is to React Native. */
export interface NativeStorage {
  getItem(name: string): Promise<string | null>;
  setItem(name: string, text: string): Promise<unknown>;
  removeItem(name: string): Promise<unknown>;
  getAllKeys(): Promise<readonly string[]>;
}

export function webStorage(storage: WebStorage): Storage {
  return {
    get: async (name) => storage.getItem(name),
    set: async (name, text) => storage.setItem(name, text),
    remove: async (name) => storage.removeItem(name),
    names: async () => Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? ""),
  };
}

export function nativeStorage(storage: NativeStorage): Storage {
  return {
    get: (name) => storage.getItem(name),
    set: async (name, text) => void (await storage.setItem(name, text)),
    remove: async (name) => void (await storage.removeItem(name)),
    names: () => storage.getAllKeys(),
  };
}

/** For tests, and for scripts that may lose what they were doing. */
export function memoryStorage(): Storage {
  const texts = new Map<string, string>();
  return {
    get: async (name) => texts.get(name) ?? null,
    set: async (name, text) => void texts.set(name, text),
    remove: async (name) => void texts.delete(name),
    names: async () => [...texts.keys()],
  };
}

export function defaultStorage(): Storage {
  if (typeof localStorage === "undefined") {
    throw new Error("There is no localStorage here: pass `storage`, for example nativeStorage(AsyncStorage).");
  }
  return webStorage(localStorage);
}

export const defaultRandom: RandomSource = (length) => {
  if (typeof crypto === "undefined") {
    throw new Error("There is no crypto here: pass `random`, for example getRandomBytes of expo-crypto.");
  }
  return crypto.getRandomValues(new Uint8Array(length));
};

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      // A timer takes 31 bits of milliseconds; whoever waits for longer wakes up in between, which is harmless.
      const timer = setTimeout(done, Math.min(milliseconds, 0x7fffffff));
      signal?.addEventListener("abort", done);
    }),
};
