// A world of made-up answers, in which the tests of the client run it, and what was seen of it there.
import { readFileSync } from "node:fs";

export const contract = JSON.parse(readFileSync(process.env.CONTRACT, "utf8"));
export const client = await import(process.env.BUNDLE);
const { createClient, memoryStorage } = client;

export const NOW = Date.parse("2026-01-15T12:00:00Z");
export const BOOKING = { BookUserID: 123456, SessionDate: "2032-02-21 21:30", Duration: 15, Method: 2, Credits: 32.5, AcceptBy: "2032-02-21 18:00" };
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
