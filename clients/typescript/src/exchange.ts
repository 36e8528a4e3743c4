// One request and what came back, read as strictly as needed: anything that cannot be understood is no answer.

import type { AnyOperation, Booking, Problem } from "./contract-types.js";
import { systemClock } from "./ports.js";
import type { Clock, TokenSource } from "./ports.js";

// Switchboard answers within 29 seconds, or API Gateway does in its place.
const TIMEOUT_SECONDS = 35;

/** Where Switchboard is, and how it is reached. */
export interface Place {
  /** With its stage: `https://booking.example/prod`. */
  readonly baseUrl: string;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
  /** After how long a request without an answer is given up, to be sent again where that is safe. Default: 35. */
  readonly timeoutSeconds?: number;
}

export interface Connection extends Required<Place> {
  /** Whether the browser sends and keeps cookies. */
  readonly credentials: RequestCredentials;
}

export interface Transport extends Connection {
  readonly token: TokenSource;
}

export function connection(place: Place, credentials: RequestCredentials): Connection {
  return {
    baseUrl: place.baseUrl.replace(/\/+$/, ""),
    fetch: place.fetch ?? ((...request) => fetch(...request)),
    clock: place.clock ?? systemClock,
    timeoutSeconds: place.timeoutSeconds ?? TIMEOUT_SECONDS,
    credentials,
  };
}

export interface Request {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: string;
  readonly key?: string;
  readonly signal?: AbortSignal | undefined;
}

/** `wait` is in seconds, null when the answer names none. */
export type Reply =
  | { readonly kind: "success"; readonly body: unknown; readonly wait: number | null }
  | { readonly kind: "problem"; readonly slug: string; readonly problem: Problem; readonly wait: number | null }
  | { readonly kind: "nothing"; readonly wait: number | null }
  | { readonly kind: "signed-out"; readonly wait: null };

/** Sends a request, once more with a fresh token when the first one is no longer taken. */
export async function exchange(transport: Transport, request: Request): Promise<Reply> {
  let rejected: string | undefined;
  for (;;) {
    let token: string | null;
    try {
      token = await transport.token(rejected);
    } catch {
      return { kind: "nothing", wait: null };
    }
    if (token === null) return { kind: "signed-out", wait: null };
    const reply = await send(transport, request, token);
    if (reply.kind !== "problem" || reply.slug !== "invalid-token" || rejected !== undefined) return reply;
    rejected = token;
  }
}

/** Sends a request once. */
export async function send(transport: Connection, request: Request, token: string | null): Promise<Reply> {
  const { signal } = request;
  const ending = new AbortController();
  const end = (): void => ending.abort();
  const timer = setTimeout(end, transport.timeoutSeconds * 1000);
  if (signal?.aborted) end();
  signal?.addEventListener("abort", end);
  try {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (token !== null) headers["Authorization"] = `Bearer ${token}`;
    if (request.body !== undefined) headers["Content-Type"] = "application/json";
    if (request.key !== undefined) headers["Idempotency-Key"] = request.key;
    const response = await transport.fetch(transport.baseUrl + request.path, {
      method: request.method,
      headers,
      ...(request.body === undefined ? {} : { body: request.body }),
      signal: ending.signal,
      credentials: transport.credentials,
      redirect: "error",
    });
    return read(response.ok, await response.text(), response.headers.get("Retry-After"), transport.clock.now());
  } catch {
    return { kind: "nothing", wait: null };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
  }
}

function read(isOk: boolean, text: string, retryAfter: string | null, now: number): Reply {
  const wait = seconds(retryAfter, now);
  let body: unknown;
  try {
    body = isOk && text === "" ? null : JSON.parse(text); // a 204 has no body
  } catch {
    return { kind: "nothing", wait };
  }
  if (isOk) return { kind: "success", body, wait };
  return isProblem(body) ? told(body, wait) : { kind: "nothing", wait };
}

/** A problem as it is in a body: what its headers say is in it too. */
export function told(problem: Problem, wait: number | null = null): Reply {
  const slug = problem.type.slice(problem.type.lastIndexOf("/") + 1);
  return { kind: "problem", slug, problem, wait: problem.retry_after_seconds ?? wait };
}

export function isProblem(body: unknown): body is Problem {
  return has<Problem>("type", "title")(body) && typeof body.type === "string";
}

/** Makes what tells an answer by members that only it has. */
export function has<Answer>(...names: (keyof Answer & string)[]): (body: unknown) => body is Answer {
  return (body): body is Answer => names.every((name) => name in Object(body));
}

/** Reads Retry-After: seconds, or a date (RFC 9110, 10.2.3). What is neither names no wait. */
export function seconds(retryAfter: string | null, now: number): number | null {
  if (retryAfter === null) return null;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter);
  const until = Date.parse(retryAfter);
  return Number.isNaN(until) ? null : Math.max(0, Math.ceil((until - now) / 1000));
}

export function isBooking(body: unknown): body is Booking {
  return typeof (body as Partial<Booking> | null)?.BookingID === "number";
}

export function isOperation(body: unknown): body is AnyOperation {
  return typeof (body as Partial<AnyOperation> | null)?.operation_state === "string";
}

/** Asks how an operation stands. Its address is made here: no answer can lead a token to another place. */
export function readOperation(transport: Transport, operationId: string, signal?: AbortSignal): Promise<Reply> {
  return exchange(transport, { method: "GET", path: `/v1/operations/${encodeURIComponent(operationId)}`, signal });
}
