// Changes of bookings against answers that are made up: what is sent, what answers it, and what is kept meanwhile.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BOOKED, BOOKING, CANCELLATION, OPERATION, changed, client as bundle, contract, kindsOfProblems, operation, problem, requireAsTold, world } from "./world.mjs";

const { createClient } = bundle;
const ok = (body) => ({ status: 200, body });
const CANCELLED = ok({ BookingID: 7, Status: "Cancelled" });
const CHANGES = [
  ["CancelMadeBooking", CANCELLATION, { BookingID: 7 }],
  ["RescheduleMadeBooking", { BookingID: 7 }, { BookingID: 8 }],
  ["DeleteMadeBookings", { BookingIDs: "7,8" }, [{ BookingID: 7, Deleted: true, Message: null }, { BookingID: 8, Deleted: false, Message: "No" }]],
  ["AcceptReceivedBooking", { BookingID: 7, Credits: 8 }, { BookingID: "7" }],
  ["ReInvite", { BookingID: 7 }, { BookingID: "7" }],
];

test("there is a change for each one of the contract", () => {
  const changes = Object.entries(contract.paths).filter(([, { post }]) => JSON.stringify(post?.responses ?? {}).includes("ChangeNotMadeProblem"));
  assert.deepEqual(changes.map(([path]) => path).sort(), CHANGES.map(([name]) => `/v1/PhoneChat/${name}`).sort());
});

for (const [name, request, answer] of CHANGES) {
  test(`${name} goes out under one key, and takes nothing but its answer for a success`, async () => {
    const { outcome, requests, slept, pending } = await changed(["lost", ok("<html>"), ok({}), ok(null), ok([{}]), ok(answer)], name, request);
    assert.deepEqual(outcome, { state: "made", answer });
    assert.deepEqual(new Set(requests.map(({ method, url, body }) => `${method} ${url} ${body}`)), new Set([`POST https://stage.example/dev/v1/PhoneChat/${name} ${JSON.stringify(request)}`]));
    assert.equal(new Set(requests.map(({ headers }) => headers["Idempotency-Key"])).size, 1);
    assert.deepEqual([slept, pending], [[1, 2, 4, 8, 16], 0]);
  });

  test(`${name} is found again after a restart, with what was asked for`, async () => {
    const { settings, client } = world("lost");
    const intent = await client.intendChange(name, request);
    assert.deepEqual(intent, { key: intent.key, change: name, request });
    const later = createClient(settings);
    assert.deepEqual([await later.pendingChanges(), await later.pending()], [[intent], []]);
    await later.forget(intent);
    assert.deepEqual(await client.pendingChanges(), []);
  });
}

test("an unknown outcome is looked up until it is known, and not sent again", async () => {
  const { outcome, requests, slept, pending } = await changed([
    problem("outcome-unknown", 504, { operation_id: OPERATION, retry_after_seconds: 30 }),
    operation("UNKNOWN", { change: "CancelMadeBooking", retry_after_seconds: 45 }),
    operation("CONFIRMED", { change: "CancelMadeBooking", answer: { status: 200, body: CANCELLED.body } }),
  ]);
  assert.deepEqual([outcome.state, outcome.answer.Status], ["made", "Cancelled"]);
  assert.deepEqual([requests.map(({ method }) => method), slept, pending], [["POST", "GET", "GET"], [30, 45], 0]);
});

test("what the booking shows not to be made is told, and what only a person can find out is kept", async () => {
  const unknown = problem("outcome-unknown", 502, { operation_id: OPERATION, retry_after_seconds: 30 });
  const told = problem("change-not-made", 409, { operation_id: OPERATION, safe_to_retry_with_new_key: true }).body;
  const notMade = await changed([unknown, operation("NOT_CREATED", { answer: { status: 409, body: told } })]);
  assert.deepEqual([notMade.outcome, notMade.pending], [{ state: "not-made", operationId: OPERATION }, 0]);
  const expired = await changed([unknown, operation("EXPIRED_UNKNOWN")]);
  assert.deepEqual([expired.outcome, expired.pending], [{ state: "needs-person", operationId: OPERATION }, 1]);
});

test("an equal change in the way is shown as it stands once that is known, and nothing is sent again", async () => {
  const { outcome, requests, pending } = await changed([
    problem("duplicate-change", 409, { operation_id: OPERATION, retry_after_seconds: 30 }),
    operation("UNKNOWN", { retry_after_seconds: 30 }),
    operation("CONFIRMED", { change: "CancelMadeBooking", BookingIDs: [7] }),
  ]);
  assert.deepEqual([outcome.state, outcome.operation.BookingIDs, pending], ["duplicate", [7], 0]);
  assert.equal(requests.filter(({ method }) => method === "POST").length, 1);
});

test("an account that changes too often waits as it is told", async () => {
  const waits = [];
  const { seen, client } = world(problem("too-many-changes", 429, { retry_after_seconds: 70 }), CANCELLED);
  const intent = await client.intendChange("CancelMadeBooking", CANCELLATION);
  const outcome = await client.change(intent, { patienceSeconds: 100, onWait: ({ reason }) => waits.push(reason) });
  assert.deepEqual([outcome.state, waits, seen.slept], ["made", ["limited"], [70]]);
});

test("a mended change keeps its key and its name", async () => {
  const broken = problem("change-rejected", 422, { violations: [{ pointer: "/Reason", rule: "r", message: "m", params: {} }] });
  const { seen, client } = world(broken, CANCELLED);
  const rejected = await client.change(await client.intendChange("CancelMadeBooking", { BookingID: 7, Reason: " " }));
  assert.equal(rejected.violations[0].pointer, "/Reason");
  const mended = await rejected.mend(CANCELLATION);
  assert.equal((await client.change(mended)).state, "made");
  assert.deepEqual(seen.requests.map(({ body }) => JSON.parse(body).Reason), [" ", "Something came up"]);
  assert.equal(new Set(seen.requests.map(({ headers }) => headers["Idempotency-Key"])).size, 1);
});

test("a second tap gets the same intent and joins the same change; a later wish is another one", async () => {
  const { seen, client } = world(CANCELLED);
  const tap = () => client.intendChange("RescheduleMadeBooking", { BookingID: 7 });
  const [one, two] = await Promise.all([tap(), tap()]);
  assert.equal(one.key, two.key);
  await Promise.all([client.change(one), client.change(two)]);
  assert.equal(seen.requests.length, 1);
  assert.notEqual((await tap()).key, one.key);
});

test("a change belongs to one account, and is not a booking of it", async () => {
  const { settings, client } = world(BOOKED);
  const [booking, change] = [await client.intend(BOOKING), await client.intendChange("ReInvite", { BookingID: 7 })];
  assert.deepEqual([await client.pending(), await client.pendingChanges()], [[booking], [change]]);
  const other = createClient({ ...settings, account: "me/too" });
  assert.deepEqual(await other.pendingChanges(), []);
  await assert.rejects(other.change(change), /another user's/);
});

for (const one of kindsOfProblems()) test(`a change meets ${one.name} as the contract says`, async () => requireAsTold(one, "made", await changed([one.answer, CANCELLED])));
