// Reads against answers that are made up: what is asked, when it is asked again, and where paging ends.
import assert from "node:assert/strict";
import { test } from "node:test";
import { contract, problem, world } from "./world.mjs";

const ok = (body) => ({ status: 200, body });
const BASE = "https://stage.example/dev";
const READS = [
  ["getUserBookingRequirements", [7], "/v1/PhoneChat/GetUserBookingRequirements", "?BookUserID=7", { PhoneChatPPM: 1.5, Methods: null }],
  ["madeBookings", [{ OrderBy: "date-asc", PageNumber: 2 }], "/v1/PhoneChat/MadeBookings", "?OrderBy=date-asc&PageNumber=2", { PageNumber: 2, PageCount: 2, Bookings: [], unreadable: [] }],
  ["madeBookingDetails", [9], "/v1/PhoneChat/MadeBookingDetails", "?BookingID=9", { BookingID: 9 }],
  ["getSettings", [], "/v1/PhoneChat/GetSettings", "", { PhoneChatPPM: null }],
  ["getCurrentCreditBalance", [], "/v1/CreditHistory/GetCurrentCreditBalance", "", 0],
  ["getPermissions", [], "/v1/Account/GetPermissions", "", { Permissions: null }],
];

test("there is a call for each read of the contract", () => {
  const reads = Object.entries(contract.paths).filter(([, { get }]) => get?.responses["200"].content["application/json"]?.schema.$ref?.endsWith("Answer") || get?.operationId === "readMadeBookingDetails");
  assert.deepEqual(reads.map(([path]) => path).sort(), READS.map(([, , path]) => path).sort());
});

for (const [name, given, path, query, answer] of READS) {
  test(`${name} asks under the name of the contract, and takes nothing else for its answer`, async () => {
    const { seen, client } = world(ok("<html>"), ok(null), ok({}), ok(answer));
    assert.deepEqual(await client[name](...given), { state: "found", answer });
    assert.deepEqual(new Set(seen.requests.map(({ method, url }) => `${method} ${url}`)), new Set([`GET ${BASE}${path}${query}`]));
    assert.ok(seen.requests.every(({ body, headers }) => body === undefined && !("Idempotency-Key" in headers)));
    assert.deepEqual(seen.slept, [1, 2, 4]);
  });
}

test("a read waits as told before it is sent again, with a fresh token where that was the trouble", async () => {
  const away = problem("upstream-unavailable", 503, { retry_after_seconds: 7 });
  const { seen, client } = world(problem("invalid-token", 401), "lost", away, ok(3.25));
  assert.deepEqual(await client.getCurrentCreditBalance(), { state: "found", answer: 3.25 });
  assert.deepEqual([seen.slept, seen.rejected], [[1, 7], [undefined, "stale", undefined, undefined]]);
});

test("a read comes back when its patience is over, and tells the wait", async () => {
  const away = problem("upstream-unavailable", 503, { retry_after_seconds: 21 });
  const { seen, client } = world(away);
  assert.equal((await client.getPermissions()).retryAfterSeconds, 21);
  assert.equal((await client.getPermissions({ patienceSeconds: 60 })).state, "unavailable");
  assert.deepEqual([seen.requests.length, seen.slept], [4, [21, 21]]);
  const lost = world("lost");
  assert.deepEqual(await lost.client.getPermissions({ patienceSeconds: 0 }), { state: "unavailable", retryAfterSeconds: null, problem: null });
  assert.equal(lost.seen.requests.length, 1);
});

test("what waiting does not mend is told at once", async () => {
  const once = async (...answers) => { const { seen, client } = world(...answers); return [(await client.madeBookings()).state, seen.requests.length]; };
  assert.deepEqual(await once(problem("parameters-rejected", 422, { violations: [] })), ["refused", 1]);
  assert.deepEqual(await once(problem("insufficient-scope", 403, { required_scope: "s" })), ["sign-in", 1]);
  assert.deepEqual(await once(problem("upstream-refused", 404)), ["refused", 1]);
});

test("an aborted read comes back at once", async () => {
  const ending = new AbortController();
  const { seen, settings, client } = world("lost");
  settings.clock.sleep = async () => ending.abort();
  assert.equal((await client.getPermissions({ signal: ending.signal })).state, "unavailable");
  assert.equal((await client.getPermissions({ signal: ending.signal })).state, "unavailable");
  assert.equal(seen.requests.length, 2);
});

const page = (PageNumber, PageCount, ...ids) => ok({ PageNumber, PageCount, Bookings: ids.map((BookingID) => ({ BookingID })), unreadable: [] });
async function pages(query, ...answers) {
  const { seen, client } = world(...answers);
  const found = [];
  for await (const one of client.madeBookingsPages(query, { patienceSeconds: 0 })) found.push(one.state === "found" ? one.answer.Bookings.map(({ BookingID }) => BookingID) : one.state);
  return [found, seen.requests.map(({ url }) => new URL(url).searchParams.get("PageNumber"))];
}

test("the pages end with the last one that was told", async () => {
  assert.deepEqual(await pages({}, page(1, 2, 3, 2), page(2, 2, 1)), [[[3, 2], [1]], ["1", "2"]]);
  assert.deepEqual(await pages({ PageNumber: 2 }, page(2, 2, 1)), [[[1]], ["2"]]);
  assert.deepEqual(await pages({}, page(1, 3, 3), page(2, 3), page(3, 3, 1)), [[[3], [], [1]], ["1", "2", "3"]]);
});

test("where no count is told they end with a page that has nothing new", async () => {
  assert.deepEqual(await pages({}, page(1, null)), [[[]], ["1"]]);
  assert.deepEqual(await pages({}, page(1, null, 3), page(2, null, 2), page(3, null)), [[[3], [2]], ["1", "2", "3"]]);
  assert.deepEqual(await pages({}, page(1, null, 3), page(1, null, 3)), [[[3]], ["1", "2"]]);
});

test("a page that cannot be read is the last one, and is told", async () => {
  assert.deepEqual(await pages({}, page(1, 3, 3), "lost"), [[[3], "unavailable"], ["1", "2"]]);
});
