// Sign-in against answers that are made up.
import assert from "node:assert/strict";
import { test } from "node:test";
import { client as bundle, problem, world } from "./world.mjs";

const { createSignIn } = bundle;

/** A page that signs in; its answers are given in turn, the last one for ever. */
function signingIn(...answers) {
  const { seen, settings } = world(...answers);
  const kept = new Map();
  const storage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, text) => kept.set(name, text), removeItem: (name) => kept.delete(name) };
  return { seen, kept, settings, signIn: createSignIn({ ...settings, redirectUri: "https://page.example/", storage }) };
}
const granted = (access_token, expires_in = 1200) => ({ status: 200, body: { access_token, token_type: "Bearer", expires_in } });

test("a token is asked for once, with the cookie, by however many at the same time", async () => {
  const { seen, signIn } = signingIn(granted("one"));
  assert.deepEqual(await Promise.all([signIn.token(), signIn.token()]), ["one", "one"]);
  assert.equal(await signIn.token(), "one");
  assert.equal(seen.requests.length, 1);
  const [{ url, credentials, body }] = seen.requests;
  assert.deepEqual([url, credentials, body], ["https://stage.example/dev/v1/oauth/token", "include", '{"grant_type":"refresh_token"}']);
});

test("a token that was rejected or has run out is refreshed", async () => {
  const { settings, signIn } = signingIn(granted("one"), granted("two", 60), granted("three"));
  assert.equal(await signIn.token(), "one");
  assert.equal(await signIn.token("one"), "two");
  await settings.clock.sleep(31_000);
  assert.equal(await signIn.token(), "three");
});

test("another tab that refreshes is waited for", async () => {
  const { seen, signIn } = signingIn(problem("sign-in-in-progress", 409), problem("sign-in-in-progress", 409), granted("one"));
  assert.equal(await signIn.token(), "one");
  assert.deepEqual(seen.slept, [1, 2]);
});

test("a session that is over asks the user, a login that is away does not", async () => {
  assert.equal(await signingIn(problem("sign-in-refused", 401)).signIn.token(), null);
  await assert.rejects(signingIn(problem("sign-in-unavailable", 503)).signIn.token());
  await assert.rejects(signingIn(problem("sign-in-in-progress", 409)).signIn.token());
  await assert.rejects(signingIn(problem("sign-in-refused", 401)).signIn.begin());
  await assert.rejects(signingIn(problem("internal-error", 500)).signIn.logOut());
});

test("a sign-in begins with a challenge, and its verifier is sent once, with the code", async () => {
  const { seen, kept, signIn } = signingIn({ status: 200, body: { authorization_url: "https://login.example/" } }, granted("one"));
  assert.equal(await signIn.begin(), "https://login.example/");
  const [verifier] = kept.values();
  assert.match(verifier, /^[A-Za-z0-9_-]{43}$/);
  assert.match(JSON.parse(seen.requests[0].body).code_challenge, /^[A-Za-z0-9_-]{43}$/);
  assert.equal(await signIn.end("https://page.example/?code=c&state=s"), true);
  assert.deepEqual(JSON.parse(seen.requests[1].body), { grant_type: "authorization_code", code: "c", state: "s", code_verifier: verifier });
  assert.equal(await signIn.end("https://page.example/?code=c&state=s"), false);
  assert.equal(await signIn.token(), "one");
});

test("whoever cancels or is refused is not signed in", async () => {
  const begun = { status: 200, body: { authorization_url: "https://login.example/" } };
  const { signIn } = signingIn(begun, begun, problem("sign-in-refused", 401));
  await signIn.begin();
  assert.equal(await signIn.end("https://page.example/?code=&state=s&status=cancelled"), false);
  await signIn.begin();
  assert.equal(await signIn.end("https://page.example/?code=c&state=s"), false);
});

test("a session is forgotten", async () => {
  const { seen, signIn } = signingIn(granted("one"), { status: 200, body: "" }, problem("sign-in-refused", 401));
  await signIn.token();
  await signIn.logOut();
  assert.equal(seen.requests[1].url, "https://stage.example/dev/v1/oauth/logout");
  assert.equal(await signIn.token(), null);
});
