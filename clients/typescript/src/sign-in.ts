// Sign-in of a page, through Switchboard: the refresh token is in a cookie that no script reads, the access token in memory.

import type { TokenGrant } from "./contract-types.js";
import { defaultRandom, systemClock } from "./ports.js";
import type { Clock, RandomSource, TokenSource } from "./ports.js";

const EARLY_SECONDS = 30;
const MOST_TRIES = 5;

export interface SignInSettings {
  /** Where Switchboard is, on the same site as the page: `https://api.shop.example`. */
  readonly baseUrl: string;
  /** Where the login sends the browser back to; registered with Switchboard and with AdultWork. */
  readonly redirectUri: string;
  /** What outlives the way to the login and back, in this tab. Default: sessionStorage. */
  readonly storage?: Pick<globalThis.Storage, "getItem" | "setItem" | "removeItem">;
  readonly fetch?: typeof fetch;
  readonly random?: RandomSource;
  readonly clock?: Clock;
}

export type PageSignIn = ReturnType<typeof createSignIn>;

export function createSignIn(settings: SignInSettings) {
  const base = `${settings.baseUrl.replace(/\/+$/, "")}/v1/oauth/`;
  const clock = settings.clock ?? systemClock;
  const storage = settings.storage ?? sessionStorage;
  const send = settings.fetch ?? ((...request) => fetch(...request));
  const kept = `switchboard:verifier:${base}`;
  let token: { readonly text: string; readonly until: number } | null = null;
  let refreshing: Promise<string | null> | null = null;

  const post = (path: string, body: object): Promise<Response> =>
    send(base + path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      credentials: "include",
      redirect: "error",
    });

  async function take(response: Response): Promise<string | null> {
    if (response.status === 401) return (token = null);
    if (!response.ok) throw new Error(`sign-in: ${response.status}`);
    const granted = (await response.json()) as TokenGrant;
    token = { text: granted.access_token, until: clock.now() + (granted.expires_in - EARLY_SECONDS) * 1000 };
    return token.text;
  }

  /** Asks for a new access token. Another tab that does so at this moment is waited for: then its cookie is there. */
  async function refresh(): Promise<string | null> {
    for (let tries = 1; ; tries += 1) {
      const response = await post("token", { grant_type: "refresh_token" });
      if (response.status !== 409 || tries === MOST_TRIES) return take(response);
      await clock.sleep(1000 * tries);
    }
  }

  /** The access token, for `createClient`. Null when the user has to sign in. */
  const source: TokenSource = (rejected) => {
    if (token !== null && token.text !== rejected && token.until > clock.now()) return token.text;
    return (refreshing ??= refresh().finally(() => (refreshing = null)));
  };

  return {
    token: source,

    /** Begins: send the browser to the address that comes back. */
    async begin(): Promise<string> {
      const verifier = base64url((settings.random ?? defaultRandom)(32));
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
      const body = { redirect_uri: settings.redirectUri, code_challenge: base64url(new Uint8Array(digest)) };
      const response = await post("begin", body);
      if (!response.ok) throw new Error(`sign-in: ${response.status}`);
      storage.setItem(kept, verifier);
      return ((await response.json()) as { authorization_url: string }).authorization_url;
    },

    /** Ends, where the browser came back to: true when signed in, false when the user cancelled or has to begin anew. */
    async end(address: string): Promise<boolean> {
      const came = new URL(address).searchParams;
      const [code, state, verifier] = [came.get("code"), came.get("state"), storage.getItem(kept)];
      storage.removeItem(kept);
      if (!code || !state || !verifier) return false;
      const body = { grant_type: "authorization_code", code, state, code_verifier: verifier };
      return (await take(await post("token", body))) !== null;
    },

    /** Forgets the session in this browser. */
    async logOut(): Promise<void> {
      token = null;
      if (!(await post("logout", {})).ok) throw new Error("sign-in: not logged out");
    },
  };
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=/g, "");
}
