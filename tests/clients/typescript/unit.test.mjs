// The client against answers that are made up: what it sends, when it sends again, and how long it waits.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BOOKED, BOOKING, NOW, OPERATION, booked, client as bundle, kindsOfProblems, operation, problem, requireAsTold, world } from "./world.mjs";

const { createClient, memoryStorage, nativeStorage, webStorage } = bundle;

test("one key and one body go out, however often a request is sent", async () => {
  const { outcome, requests, slept, pending } = await booked("lost", { status: 200, body: "<html>" }, problem("internal-error", 500), BOOKED);
  assert.equal(outcome.state, "booked");
  assert.equal(new Set(requests.map(({ headers }) => headers["Idempotency-Key"])).size, 1);
  assert.match(requests[0].headers["Idempotency-Key"], /^[0-9a-f]{32}$/);
  assert.deepEqual([...new Set(requests.map(({ body }) => body))], [JSON.stringify(BOOKING)]);
  assert.equal(requests[0].url, "https://stage.example/dev/v1/PhoneChat/CreateBooking");
  assert.deepEqual(slept, [1, 2, 4]);
  assert.equal(pending, 0);
});

test("each wait is honoured, in seconds, as a date and in the body", async () => {
  const date = new Date(NOW + 7000 + 11000 + 90000).toUTCString();
  const { slept } = await booked(
    { status: 503, body: "", headers: { "Retry-After": "7" } },
    problem("upstream-unavailable", 503, { retry_after_seconds: 11 }),
    { status: 429, body: "slow down", headers: { "Retry-After": date } },
    problem("too-many-bookings", 429, { retry_after_seconds: 7200 }),
    { status: 503, body: "", headers: { "Retry-After": "tomorrow" } },
    BOOKED,
  );
  assert.deepEqual(slept, [7, 11, 90, 7200, 16]);
});

test("an unknown outcome is looked up until it is known, and not sent again", async () => {
  const { outcome, requests, slept, pending } = await booked(
    problem("outcome-unknown", 504, { operation_id: OPERATION, retry_after_seconds: 30, status_url: "https://evil.example/", decided_by: "2026-01-15T12:15:00Z" }),
    operation("UNKNOWN", { retry_after_seconds: 45 }),
    operation("CONFIRMED", { answer: { status: 201, body: { BookingID: 1 } } }),
  );
  assert.equal(outcome.state, "booked");
  assert.deepEqual(requests.map(({ method }) => method), ["POST", "GET", "GET"]);
  assert.equal(requests[1].url, `https://stage.example/dev/v1/operations/${OPERATION}`);
  assert.deepEqual([slept, pending], [[30, 45], 0]);
});

test("an operation that surely was not sent is sent again under its key", async () => {
  const inProgress = problem("operation-in-progress", 409, { operation_id: OPERATION, retry_after_seconds: 5 });
  const { outcome, requests } = await booked(inProgress, operation("NOT_SENT", { same_key_tries_again: true }), BOOKED);
  assert.equal(outcome.state, "booked");
  assert.equal(requests[0].headers["Idempotency-Key"], requests[2].headers["Idempotency-Key"]);
});

for (const state of ["AMBIGUOUS", "EXPIRED_UNKNOWN"]) {
  test(`an operation that is ${state} is handed to a person, and kept`, async () => {
    const unknown = problem("outcome-unknown", 502, { operation_id: OPERATION, retry_after_seconds: 30 });
    const { outcome, pending } = await booked(unknown, operation(state));
    assert.deepEqual([outcome.state, outcome.operationId, pending], ["needs-person", OPERATION, 1]);
  });
}

test("an equal booking is shown as it stands once that is known, and nothing is sent again", async () => {
  const { outcome, requests, pending } = await booked(
    problem("duplicate-booking", 409, { operation_id: OPERATION, retry_after_seconds: 30 }),
    operation("UNKNOWN", { retry_after_seconds: 30 }), operation("CONFIRMED", { BookingID: 7 }),
  );
  assert.deepEqual([outcome.state, outcome.operation.BookingID, pending], ["duplicate", 7, 0]);
  assert.equal(requests.filter(({ method }) => method === "POST").length, 1);
});

test("a token that is no longer taken is refreshed once, and a second refusal is for the user", async () => {
  const stale = problem("invalid-token", 401, { token_error: "invalid_token" });
  const { outcome, rejected, requests } = await booked(stale, BOOKED);
  assert.deepEqual([outcome.state, rejected], ["booked", [undefined, "stale"]]);
  assert.deepEqual(requests.map(({ headers }) => headers.Authorization), ["Bearer stale", "Bearer fresh"]);
  assert.deepEqual((await booked(stale)).outcome, { state: "sign-in", scope: null });
});

test("a mended booking keeps its key, and what was sent first under it is what is learnt of", async () => {
  const broken = problem("booking-rejected", 422, { violations: [{ pointer: "/Credits", rule: "r", message: "m", params: {} }] });
  const { seen, client } = world("lost", broken, problem("idempotency-key-reused", 422), BOOKED);
  const intent = await client.intend(BOOKING);
  const rejected = await client.book(intent);
  const mended = await rejected.mend({ ...BOOKING, Credits: 40 });
  assert.equal(mended.key, intent.key);
  assert.equal((await client.book(mended)).state, "booked");
  assert.deepEqual(seen.requests.map(({ body }) => JSON.parse(body).Credits), [32.5, 32.5, 40, 32.5]);
  assert.deepEqual(await client.pending(), []);
});

test("a second tap gets the same intent and joins the same booking", async () => {
  const { seen, client } = world(BOOKED);
  const [one, two] = await Promise.all([client.intend(BOOKING), client.intend({ ...BOOKING })]);
  assert.equal(one.key, two.key);
  await Promise.all([client.book(one), client.book(two)]);
  assert.equal(seen.requests.length, 1);
});

test("an intent belongs to one account, and outlives the client that made it", async () => {
  const { settings, client } = world("lost");
  const intent = await client.intend(BOOKING);
  assert.deepEqual(await createClient(settings).pending(), [intent]);
  const other = createClient({ ...settings, account: "me/too" });
  assert.deepEqual(await other.pending(), []);
  await assert.rejects(other.book(intent), /another user's/);
});

test("nothing is sent when the intent cannot be kept", async () => {
  const { seen, settings } = world(BOOKED);
  const full = { ...memoryStorage(), set: () => Promise.reject(new Error("the quota is used up")) };
  await assert.rejects(createClient({ ...settings, storage: full }).intend(BOOKING), /quota/);
  assert.equal(seen.requests.length, 0);
});

test("an aborted booking comes back at once and is kept", async () => {
  const { client } = world("lost");
  const ending = new AbortController();
  const outcome = await client.book(await client.intend(BOOKING), { signal: ending.signal, onWait: () => ending.abort() });
  assert.deepEqual([outcome.state, (await client.pending()).length], ["waiting", 1]);
});

test("a page's storage and a phone's keep intents alike", async () => {
  const texts = new Map();
  const web = { get length() { return texts.size; }, key: (n) => [...texts.keys()][n] ?? null, getItem: (k) => texts.get(k) ?? null, setItem: (k, v) => void texts.set(k, v), removeItem: (k) => void texts.delete(k) };
  const native = { getItem: async (k) => web.getItem(k), setItem: async (k, v) => web.setItem(k, v), removeItem: async (k) => web.removeItem(k), getAllKeys: async () => [...texts.keys()] };
  const { settings } = world(BOOKED);
  const page = createClient({ ...settings, storage: webStorage(web) });
  const phone = createClient({ ...settings, storage: nativeStorage(native) });
  const intent = await page.intend(BOOKING);
  assert.deepEqual(await phone.pending(), [intent]);
  assert.equal((await phone.book(intent)).state, "booked");
  assert.equal(texts.size, 0);
});

test("without a storage that outlives the process there is no client", () => {
  const { storage, ...settings } = world(BOOKED).settings;
  assert.throws(() => createClient(settings), /pass `storage`/);
});

test("a quote says what it is, and tries nothing again but with a fresh token", async () => {
  const quote = { is_valid: true, violations: [], unchecked: [] };
  const asked = async (...answers) => world(...answers).client.quote({});
  assert.deepEqual(await asked(problem("invalid-token", 401), { status: 200, body: quote }), { state: "quoted", answer: quote });
  assert.equal((await asked("lost")).state, "unavailable");
  assert.equal((await asked(problem("upstream-unavailable", 503, { retry_after_seconds: 9 }))).retryAfterSeconds, 9);
  assert.equal((await asked(problem("insufficient-scope", 403, { required_scope: "s" }))).scope, "s");
  assert.equal((await asked(problem("malformed-request", 400))).state, "refused");
});

// What the contract says of each problem is what the client does with it.
const problems = [...kindsOfProblems()];
for (const one of problems) test(`${one.name} does what the contract says`, async () => requireAsTold(one, "booked", await booked(one.answer, BOOKED)));
test("there are problems to be tried", () => assert.ok(problems.length > 15));
