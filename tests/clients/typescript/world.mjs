// A world of made-up answers, in which the tests of the client run it, and what was seen of it there.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export const contract = JSON.parse(readFileSync(process.env.CONTRACT, "utf8"));
export const client = await import(process.env.BUNDLE);
const { createClient, memoryStorage } = client;

export const NOW = Date.parse("2026-01-15T12:00:00Z");
export const BOOKING = { BookUserID: 123456, SessionDate: "2032-02-21 21:30", Duration: 15, Method: 2, Credits: 32.5, AcceptBy: "2032-02-21 18:00" };
export const CANCELLATION = { BookingID: 7, Reason: "Something came up" };
export const BOOKED = { status: 201, body: { BookingID: 1 } };
export const OPERATION = "op_01KF3Q8Z5T7W9Y1B3D5F7H9K1M";

export const problem = (slug, status, more = {}, headers = {}) => ({
  status, headers, body: { type: `https://stage.example/dev/problems/${slug}`, title: "A title", status, detail: "What happened", request_id: "r", ...more },
});
export const operation = (operation_state, more = {}) => ({
  status: 200,
  body: { operation_id: OPERATION, operation_state, retry_after_seconds: null, decided_by: null, same_key_tries_again: false, safe_to_retry_with_new_key: false, answer: null, ...more },
});

/** A world whose answers are given in turn; the last one is given for ever. */
export function world(...answers) {
  const seen = { requests: [], slept: [], rejected: [], storage: memoryStorage() };
  let now = NOW;
  const clock = { now: () => now, async sleep(ms) { seen.slept.push(ms / 1000); now += ms; } };
  const fetch = async (url, request) => {
    seen.requests.push({ url, ...request });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === "lost") throw new TypeError("lost");
    const body = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
    return new Response(answer.status === 204 ? null : body, { status: answer.status, headers: answer.headers ?? {} });
  };
  const token = (rejected) => { seen.rejected.push(rejected); return rejected ? "fresh" : "stale"; };
  const settings = { baseUrl: "https://stage.example/dev/", account: "me", storage: seen.storage, token, fetch, clock };
  return { seen, settings, client: createClient(settings) };
}
export async function booked(...answers) {
  const { seen, client } = world(...answers);
  const outcome = await client.book(await client.intend(BOOKING), { patienceSeconds: 1e7 });
  return { outcome, pending: (await client.pending()).length, ...seen };
}
/** Asks for a change, `CancelMadeBooking` by default, and pursues it to its end. */
export async function changed(answers, change = "CancelMadeBooking", request = CANCELLATION) {
  const { seen, client } = world(...answers);
  const outcome = await client.change(await client.intendChange(change, request), { patienceSeconds: 1e7 });
  return { outcome, pending: (await client.pendingChanges()).length, ...seen };
}

/** Each problem of the contract, for each status that it has and each word on a new key. */
export function* kindsOfProblems() {
  for (const kind of Object.values(contract.components.schemas).filter((one) => "x-same-key" in one)) {
    const { type, status, safe_to_retry_with_new_key: flag } = kind.properties;
    const slug = type.const.slice(type.const.lastIndexOf("/") + 1);
    for (const number of status.enum) {
      for (const safe of flag === undefined ? [undefined] : flag.const === false ? [false] : [true, false]) {
        const wait = kind["x-retry-after"] === "always" || (slug === "upstream-refused" && number === 429) || slug === "outcome-unknown";
        const more = { ...(safe === undefined ? {} : { safe_to_retry_with_new_key: safe }), ...(wait ? { retry_after_seconds: 3 } : {}) };
        const name = `${slug} of ${number} with safe_to_retry_with_new_key ${safe}`;
        yield { name, slug, safe, wait, sameKey: kind["x-same-key"], answer: problem(slug, number, more) };
      }
    }
  }
}

/** What was done with a problem is what the contract says: sent again under its key, or told and kept, or over. */
export function requireAsTold({ slug, safe, wait, sameKey }, success, { outcome, pending, requests }) {
  const isSentAgain = requests.length > 1;
  const isForTheUser = ["missing-token", "insufficient-scope"].includes(slug);
  assert.equal(isSentAgain, wait || (sameKey === "yes" && !isForTheUser), outcome.state);
  assert.equal(outcome.state === success, isSentAgain);
  if (!isSentAgain) assert.equal(pending, safe === true ? 0 : 1);
  assert.equal(new Set(requests.map(({ headers }) => headers["Idempotency-Key"])).size, 1);
}
