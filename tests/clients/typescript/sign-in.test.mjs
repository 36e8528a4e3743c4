// Sign-in against answers that are made up.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BOOKED, BOOKING, client as bundle, problem, world } from "./world.mjs";

const { createClient, createNativeSignIn, createSignIn } = bundle;

const REDIRECT = "https://page.example/";
const BEGUN = { status: 200, body: { authorization_url: "https://login.example/" } };
const CAME = `${REDIRECT}?code=c&state=s`;
const away = problem("sign-in-unavailable", 503, { retry_after_seconds: 9 });
const granted = (access_token, expires_in = 1200, more = {}) => ({ status: 200, body: { access_token, token_type: "Bearer", expires_in, ...more } });
const bodies = ({ requests }) => requests.map(({ body }) => JSON.parse(body));

/** A page that signs in; its answers are given in turn, the last one for ever. */
function signingIn(...answers) {
  const { seen, settings } = world(...answers);
  return { seen, settings, storage: seen.storage, signIn: createSignIn({ ...settings, redirectUri: REDIRECT }) };
}

/** An app; `began` is one that was started anew. */
function native(...answers) {
  const { seen, settings } = world(...answers);
  const keychain = seen.storage;
  const again = () => createNativeSignIn({ ...settings, keychain, redirectUri: "com.example.app:/signed-in" });
  return { seen, settings, keychain, again, signIn: again() };
}

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
  const { seen, signIn } = signingIn(problem("sign-in-refused", 401));
  assert.deepEqual([await Promise.all([signIn.token(), signIn.token()]), seen.requests.length], [[null, null], 1]);
  assert.equal(await signingIn(problem("sign-in-refused", 401)).signIn.token(), null);
  await assert.rejects(signingIn(problem("sign-in-unavailable", 503)).signIn.token());
  await assert.rejects(signingIn(problem("sign-in-in-progress", 409)).signIn.token());
  await assert.rejects(signingIn(problem("sign-in-refused", 401)).signIn.begin());
  await assert.rejects(signingIn(problem("internal-error", 500)).signIn.logOut());
});

test("a sign-in begins with a challenge, and its verifier is sent once, with the code", async () => {
  const { seen, storage, signIn } = signingIn(BEGUN, granted("one"));
  assert.equal(await signIn.begin(), "https://login.example/");
  const [name] = await storage.names();
  assert.match(name, /^[A-Za-z0-9_.-]+$/);
  const { code_verifier } = JSON.parse(await storage.get(name));
  assert.match(code_verifier, /^[A-Za-z0-9_-]{43}$/);
  const digest = Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.from(code_verifier))).toString("base64url");
  assert.deepEqual(bodies(seen), [{ redirect_uri: REDIRECT, code_challenge: digest }]);
  assert.equal(await signIn.end(`${REDIRECT}?status=&code=c%2B+d&state=s#top`), true);
  assert.deepEqual(bodies(seen)[1], { grant_type: "authorization_code", code: "c+ d", state: "s", code_verifier });
  assert.deepEqual([await signIn.end(CAME), await signIn.token(), await storage.names()], [false, "one", []]);
  assert.ok(seen.requests.every(({ headers, credentials }) => credentials === "include" && !("Authorization" in headers)));
});

test("whoever cancels or is refused is not signed in", async () => {
  const { signIn } = signingIn(BEGUN, BEGUN, BEGUN, problem("sign-in-refused", 401));
  await signIn.begin();
  assert.equal(await signIn.end(`${REDIRECT}?code=&state=s&status=cancelled`), false);
  await signIn.begin();
  assert.equal(await signIn.end(`${REDIRECT}?code=%&state=s`), false);
  await signIn.begin();
  assert.equal(await signIn.end(CAME), false);
});

test("a code whose answer is lost is sent again after each wait, and once more where the user asks for it", async () => {
  const { seen, signIn } = signingIn(BEGUN, "lost", away, away, away, away, granted("one"));
  await signIn.begin();
  await assert.rejects(signIn.end(CAME), /What happened/);
  assert.deepEqual(seen.slept, [1, 9, 9, 9]);
  assert.equal(await signIn.end(CAME), true);
  assert.equal(new Set(bodies(seen).slice(1).map(({ code_verifier }) => code_verifier)).size, 1);
});

test("a login that asked to wait is not asked before", async () => {
  const { seen, settings, signIn } = signingIn(problem("too-many-sign-ins", 429, { retry_after_seconds: 40 }), granted("one"));
  await assert.rejects(signIn.token(), /What happened/);
  await assert.rejects(signIn.token(), /wait/);
  assert.equal(seen.requests.length, 1);
  await settings.clock.sleep(40_000);
  assert.equal(await signIn.token(), "one");
});

test("a token that lives for less than the usual lead is used for half of its life", async () => {
  const { seen, settings, signIn } = signingIn(granted("one", 10), granted("two"));
  await signIn.token();
  await settings.clock.sleep(4_000);
  assert.equal(await signIn.token(), "one");
  await settings.clock.sleep(2_000);
  assert.deepEqual([await signIn.token(), seen.requests.length], ["two", 2]);
});

test("what was asked for at the same time as a log-out does not sign in again", async () => {
  const { seen, signIn } = signingIn(granted("one", 2), { status: 204, body: "" }, problem("sign-in-refused", 401));
  const [first] = await Promise.all([signIn.token(), signIn.logOut()]);
  assert.deepEqual([first, await signIn.token(), seen.requests.length], ["one", null, 3]);
});

test("a booking that outlives its token goes on under its key, with its body, and many at once refresh once", async () => {
  const { seen, settings, signIn } = signingIn(granted("one"), problem("invalid-token", 401), granted("two"), BOOKED);
  const client = createClient({ ...settings, token: signIn.token });
  const outcome = await client.book(await client.intend(BOOKING));
  assert.equal(outcome.state, "booked");
  const [first, second] = seen.requests.filter(({ url }) => url.endsWith("CreateBooking"));
  assert.deepEqual([first.headers.Authorization, second.headers.Authorization], ["Bearer one", "Bearer two"]);
  assert.deepEqual([first.body, first.headers["Idempotency-Key"]], [second.body, second.headers["Idempotency-Key"]]);
  assert.deepEqual([first.credentials, second.credentials], ["omit", "omit"]);
  assert.deepEqual(await Promise.all([signIn.token("one"), signIn.token("one")]), ["two", "two"]);
});

test("a session is forgotten", async () => {
  const { seen, signIn } = signingIn(granted("one"), { status: 204, body: "" }, problem("sign-in-refused", 401));
  await signIn.token();
  await signIn.logOut();
  assert.equal(seen.requests[1].url, "https://stage.example/dev/v1/oauth/logout");
  assert.equal(await signIn.token(), null);
});

test("an app keeps its session in the keychain, and each new one before anything else", async () => {
  const begun = { status: 200, body: { ...BEGUN.body, begun: "sealed" } };
  const { seen, keychain, again, signIn } = native(begun, granted("one", 1200, { refresh_token: "r1" }), granted("two", 1200, { refresh_token: "r2" }), granted("three"));
  assert.equal(await signIn.token(), null);
  assert.equal(await signIn.begin(), "https://login.example/");
  assert.equal(await again().end("com.example.app:/signed-in?code=c&state=s"), true);
  const [, exchange] = bodies(seen);
  assert.deepEqual({ ...exchange, code_verifier: "" }, { grant_type: "authorization_code", code: "c", state: "s", code_verifier: "", begun: "sealed" });
  assert.deepEqual(await Promise.all((await keychain.names()).map(keychain.get)), ["r1"]);
  const later = again();
  assert.deepEqual([await later.token(), await later.token("two")], ["two", "three"]);
  assert.deepEqual(bodies(seen).slice(2), [{ grant_type: "refresh_token", refresh_token: "r1" }, { grant_type: "refresh_token", refresh_token: "r2" }]);
  assert.ok((await keychain.names()).every((name) => /^[A-Za-z0-9_.-]+$/.test(name)));
  assert.ok(seen.requests.every(({ credentials }) => credentials === "omit"));
});

test("a session that is over leaves the keychain, as one does that the user leaves", async () => {
  const over = native(BEGUN, granted("one", 1200, { refresh_token: "r1" }), problem("sign-in-refused", 401));
  const left = native(BEGUN, granted("one", 1200, { refresh_token: "r1" }));
  for (const { signIn } of [over, left]) assert.deepEqual([await signIn.begin(), await signIn.end(CAME)], ["https://login.example/", true]);
  assert.equal(await over.signIn.token("one"), null);
  await left.signIn.logOut();
  for (const [{ seen, keychain, signIn }, sent] of [[over, 3], [left, 2]]) {
    assert.deepEqual([await signIn.token(), await keychain.names(), seen.requests.length], [null, [], sent]);
  }
});

test("a login that grants no session leaves none of the user before", async () => {
  const { keychain, signIn } = native(BEGUN, granted("one", 1200, { refresh_token: "r1" }), BEGUN, granted("two"), BEGUN, problem("sign-in-refused", 401));
  for (const isSignedIn of [true, true, false]) {
    await signIn.begin();
    assert.equal(await signIn.end(CAME), isSignedIn);
  }
  assert.deepEqual([await signIn.token(), await keychain.names()], ["two", []]);
  assert.equal(await signIn.token("two"), null);
});

test("a keychain that is locked loses no session that came while the app runs", async () => {
  const { seen, keychain, settings } = native(granted("two", 1200, { refresh_token: "r2" }), granted("three", 1200, { refresh_token: "r3" }));
  let isLocked = true;
  const locked = { ...keychain, get: async () => "r1", set: async (...given) => { if (isLocked) throw new Error("locked"); await keychain.set(...given); } };
  const signIn = createNativeSignIn({ ...settings, keychain: locked, redirectUri: REDIRECT });
  await assert.rejects(signIn.token(), /locked/);
  isLocked = false;
  assert.equal(await signIn.token(), "three");
  assert.deepEqual(bodies(seen).map(({ refresh_token }) => refresh_token), ["r1", "r2"]);
});

test("an app brings its own digest where there is none", async () => {
  const { seen, keychain, settings } = native(BEGUN);
  const signIn = createNativeSignIn({ ...settings, keychain, redirectUri: REDIRECT, random: (length) => new Uint8Array(length).fill(255), sha256: async (bytes) => bytes.buffer.slice(0, 32) });
  await signIn.begin();
  const [{ code_challenge }] = bodies(seen);
  assert.equal(Buffer.from(code_challenge, "base64url").toString(), `${"_".repeat(32)}`);
});
