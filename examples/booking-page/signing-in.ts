// Signing in at AdultWork's login. Nobody tells the page who signed in, so what was begun on this device before is gone on with
// only when the user says that it is theirs.

import { createSignIn } from "switchboard-client";
import type { TokenSource } from "switchboard-client";
import { say } from "./form.js";

export const ACCOUNT = "me";
const SESSION = "booking-page/session";
const DOUBTED = "booking-page/doubted";

/** A booking or a cancellation that was begun. */
type Begun = { readonly key: string };

export class SigningIn {
  private readonly signIn: ReturnType<typeof createSignIn>;
  private readonly forgetUser: () => void;
  /** The session that this tab belongs to; another tab that signs in or out begins another one. */
  private session = localStorage.getItem(SESSION);
  isSignedIn = false;

  /** `forgetUser` forgets what the page shows and remembers of a user. */
  constructor(baseUrl: string, forgetUser: () => void) {
    this.forgetUser = forgetUser;
    this.signIn = createSignIn({ baseUrl, redirectUri: `${location.origin}/` });
    addEventListener("storage", ({ key }) => key === SESSION && location.reload());
    button("sign-in").addEventListener("click", () => void this.begin());
    button("log-out").addEventListener("click", () => void this.logOut());
  }

  /** The access token of this tab's user; never that of somebody who signed in in another tab. */
  readonly token: TokenSource = async (rejected) => {
    if (!this.isSignedIn) return null;
    const token = await this.signIn.token(rejected);
    if (token === null || this.session !== localStorage.getItem(SESSION)) this.show(false);
    return this.isSignedIn ? token : null;
  };

  /** Ends a sign-in where the browser comes back from one, else looks for a session; `pending` is what was begun before. */
  async start(pending: () => Promise<readonly Begun[]>): Promise<void> {
    const address = location.href;
    try {
      if (!address.includes("state=")) return this.show((await this.signIn.token()) !== null);
      history.replaceState(null, "", location.pathname); // the code is used once
      this.beginSession(await pending()); // before there is a token that other tabs could take for their user's
      this.show(await this.signIn.end(address));
      if (!this.isSignedIn) say("who-told", "You are not signed in.");
    } catch {
      this.show(!address.includes("state=")); // the client goes on by itself when the network is back
      if (!this.isSignedIn) say("who-told", "Signing in did not work. Try again.");
    }
  }

  isDoubted({ key }: Begun): boolean {
    return doubted().includes(key);
  }

  /** The user said that an intent is theirs, or forgot it. */
  settle({ key }: Begun): void {
    localStorage.setItem(DOUBTED, JSON.stringify(doubted().filter((one) => one !== key)));
  }

  private async begin(): Promise<void> {
    try {
      location.assign(await this.signIn.begin());
    } catch {
      say("who-told", "Signing in does not work at the moment. Try again.");
    }
  }

  private async logOut(): Promise<void> {
    try {
      await this.signIn.logOut();
      this.beginSession([]);
      location.reload();
    } catch {
      say("who-told", "You are not signed out. Try again.");
    }
  }

  private beginSession(before: readonly Begun[]): void {
    localStorage.setItem(DOUBTED, JSON.stringify([...new Set([...doubted(), ...before.map(({ key }) => key)])]));
    this.session = crypto.randomUUID();
    localStorage.setItem(SESSION, this.session);
    this.forgetUser();
  }

  private show(isSignedIn: boolean): void {
    this.isSignedIn = isSignedIn;
    button("sign-in").hidden = isSignedIn;
    button("log-out").hidden = !isSignedIn;
    say("who-told", isSignedIn ? "You are signed in." : "");
  }
}

function doubted(): string[] {
  return JSON.parse(localStorage.getItem(DOUBTED) ?? "[]") as string[];
}

function button(id: string): HTMLButtonElement {
  return document.getElementById(id) as HTMLButtonElement;
}
