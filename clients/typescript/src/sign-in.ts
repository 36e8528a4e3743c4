// Sign-in through Switchboard. The refresh token of a page is in a cookie that no script reads, that of an app in its keychain;
// the access token is in memory.

import type { SignInBegun, TokenGrant } from "./contract-types.js";
import { connection, has, send } from "./exchange.js";
import type { Place, Reply } from "./exchange.js";
import { defaultRandom, webStorage } from "./ports.js";
import type { Keychain, RandomSource, Sha256, TokenSource } from "./ports.js";

const EARLY_SECONDS = 30;
const MOST_TRIES = 5;
const VERIFIER_BYTES = 32;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

interface AnySettings extends Place {
  /** Where the login sends the browser back to; registered with Switchboard and with AdultWork. */
  readonly redirectUri: string;
  /** Default: crypto.getRandomValues. */
  readonly random?: RandomSource;
  /** Default: crypto.subtle. */
  readonly sha256?: Sha256;
}

/** Of a page: `baseUrl` is on the same site as the page, such as `https://api.shop.example`. */
export interface SignInSettings extends AnySettings {
  /** What outlives the way to the login and back, in this tab. Default: sessionStorage. */
  readonly storage?: Keychain;
}

/** Of a native app. */
export interface NativeSignInSettings extends AnySettings {
  /** Keychain or keystore: who reads it can book for the user. */
  readonly keychain: Keychain;
}

export type SignInSession = ReturnType<typeof createSession>;

export function createSignIn(settings: SignInSettings): SignInSession {
  return createSession(settings, settings.storage ?? webStorage(sessionStorage), true);
}

export function createNativeSignIn(settings: NativeSignInSettings): SignInSession {
  return createSession(settings, settings.keychain, false);
}

function createSession(settings: AnySettings, keychain: Keychain, isPage: boolean) {
  const place = connection(settings, isPage ? "include" : "omit");
  const { clock } = place;
  const where = place.baseUrl.replace(/\W+/g, "_");
  const [begunName, sessionName] = [`switchboard.begun.${where}`, `switchboard.session.${where}`];
  let token: { readonly text: string; readonly until: number } | null = null;
  let session: string | null = null;
  let refreshing: Promise<string | null> | null = null;
  let askedAgainAt = 0;
  let turn: Promise<unknown> = Promise.resolve();

  /** One after the other: a refresh that ends late cannot undo a log-out. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  }

  const post = (path: string, body: object): Promise<Reply> =>
    send(place, { method: "POST", path: `/v1/oauth/${path}`, body: JSON.stringify(body) }, null);

  /** Sends again what was not decided: after each wait, never less than 1, 2, 3 … seconds. */
  async function insist(body: object, isOpen: (reply: Reply) => boolean): Promise<Reply> {
    for (let tries = 1; ; tries += 1) {
      const reply = await post("token", body);
      if (tries === MOST_TRIES || !isOpen(reply)) return reply;
      await clock.sleep(1000 * Math.max(reply.wait ?? 0, tries));
    }
  }

  /** Takes the tokens of an answer; null when the user has to begin anew. What may pass by itself is thrown. */
  async function take(reply: Reply): Promise<TokenGrant | null> {
    if (reply.kind === "success" && isGrant(reply.body)) {
      const { access_token: text, expires_in: seconds, refresh_token: renewed } = reply.body;
      if (renewed !== undefined) await keychain.set(sessionName, (session = renewed));
      token = { text, until: clock.now() + (seconds - Math.min(EARLY_SECONDS, seconds / 2)) * 1000 };
      return reply.body;
    }
    if (mayPass(reply)) throw failure(reply);
    return null;
  }

  async function forgetSession(): Promise<void> {
    session = null;
    await keychain.remove(sessionName);
  }

  async function signOut(): Promise<void> {
    token = null;
    await forgetSession();
  }

  const current = (rejected?: string): string | null =>
    token !== null && token.text !== rejected && token.until > clock.now() ? token.text : null;

  async function refresh(rejected?: string): Promise<string | null> {
    const known = current(rejected);
    if (known !== null) return known;
    if (clock.now() < askedAgainAt) throw new Error("Sign-in asked to wait.");
    if (!isPage) session ??= await keychain.get(sessionName);
    if (!isPage && session === null) return null;
    const body = { grant_type: "refresh_token", ...(isPage ? {} : { refresh_token: session }) };
    // Another tab that refreshes at this moment is waited for: then its cookie is there.
    const reply = await insist(body, isInProgress);
    askedAgainAt = clock.now() + (reply.wait ?? 0) * 1000;
    const granted = await take(reply);
    if (granted === null) await signOut();
    return granted && granted.access_token;
  }

  /** The access token, for `createClient`. Null when the user has to sign in. */
  const source: TokenSource = (rejected) =>
    current(rejected) ?? (refreshing ??= inTurn(() => refresh(rejected)).finally(() => (refreshing = null)));

  return {
    token: source,

    /** Begins: send the browser to the address that comes back. */
    async begin(): Promise<string> {
      const verifier = base64url((settings.random ?? defaultRandom)(VERIFIER_BYTES));
      const digest = await (settings.sha256 ?? sha256)(Uint8Array.from(verifier, (letter) => letter.charCodeAt(0)));
      const body = { redirect_uri: settings.redirectUri, code_challenge: base64url(new Uint8Array(digest)) };
      const reply = await post("begin", body);
      if (reply.kind !== "success" || !isBegun(reply.body)) throw failure(reply);
      const { authorization_url: address, begun } = reply.body;
      await keychain.set(begunName, JSON.stringify({ code_verifier: verifier, begun }));
      return address;
    },

    /**
     * Ends, with the address that the browser came back to: true when signed in, false when the user cancelled or has to begin
     * anew. What it throws passes by itself: give it the same address again.
     */
    end: (address: string): Promise<boolean> =>
      inTurn(async () => {
        const [code, state, kept] = [parameter(address, "code"), parameter(address, "state"), await keychain.get(begunName)];
        const reply =
          code && state && kept
            ? await insist({ grant_type: "authorization_code", code, state, ...(JSON.parse(kept) as object) }, mayPass)
            : null;
        const granted = reply && (await take(reply));
        await keychain.remove(begunName);
        if (granted === null) return false;
        if (granted.refresh_token === undefined) await forgetSession(); // none of an earlier user is left
        return true;
      }),

    /** Forgets the session, in this browser or app. */
    logOut: (): Promise<void> =>
      inTurn(async () => {
        await signOut();
        if (isPage && (await post("logout", {})).kind !== "success") throw new Error("You are not logged out: try again.");
      }),
  };
}

const isGrant = has<TokenGrant>("access_token", "expires_in");
const isBegun = has<SignInBegun>("authorization_url");

function isInProgress(reply: Reply): boolean {
  return reply.kind === "problem" && reply.slug === "sign-in-in-progress";
}

function mayPass(reply: Reply): boolean {
  if (reply.kind !== "problem") return reply.kind !== "success" || !isGrant(reply.body);
  return reply.wait !== null || isInProgress(reply) || (reply.problem.status ?? 500) >= 500;
}

function failure(reply: Reply): Error {
  return new Error(reply.kind === "problem" ? reply.problem.detail : "Sign-in cannot be reached.");
}

const sha256: Sha256 = (bytes) => crypto.subtle.digest("SHA-256", bytes);

/** Reads a parameter of an address; by hand, because React Native's URL reads none. */
function parameter(address: string, name: string): string | null {
  const text = new RegExp(`[?&]${name}=([^&#]*)`).exec(address)?.[1];
  try {
    return text ? decodeURIComponent(text.replace(/\+/g, " ")) : null;
  } catch {
    return null;
  }
}

/** Writes bytes as RFC 4648, section 5, without padding; by hand, because not every runtime of React Native has btoa. */
function base64url(bytes: Uint8Array): string {
  let [text, bits, count] = ["", 0, 0];
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xffff;
    for (count += 8; count >= 6; ) text += LETTERS[(bits >> (count -= 6)) & 63];
  }
  return count ? text + LETTERS[(bits << (6 - count)) & 63] : text;
}
