// How an intent to book stands: a union by `state`, of which no member can be left out.

import type { Booking, BookingRequest, Operation, Problem, Violation } from "./contract-types.js";

/** A booking that a user wants: one key and one body, kept until its outcome is known. */
export interface Intent {
  readonly key: string;
  readonly booking: BookingRequest;
}

/** AdultWork has the booking. The intent is over and forgotten. */
export interface Booked {
  readonly state: "booked";
  readonly booking: Booking;
}

/** The booking breaks rules. Show `violations`; `mend` gives the same intent the body that the user puts right. */
export interface Rejected {
  readonly state: "rejected";
  readonly violations: readonly Violation[];
  readonly mend: Mend;
}

/**
 * AdultWork said no; `message` is its reason, if it gave one. With `mend` null the intent is over, and what the user
 * changes is a new intent. Else only a check was refused, and the change belongs to the same intent.
 */
export interface Declined {
  readonly state: "declined";
  readonly message: string | null;
  readonly mend: Mend | null;
  readonly problem: Problem;
}

/** It surely was not made, though it was sent. The intent is over; ask the user whether it is still wanted. */
export interface NotBooked {
  readonly state: "not-booked";
  readonly operationId: string | null;
}

/** An equal booking was made or tried by another request. `operation` is that one, null when it cannot be read. */
export interface Duplicate {
  readonly state: "duplicate";
  readonly operation: Operation | null;
  readonly problem: Problem;
}

/** The user has to sign in, with `scope` if one is missing. The intent is kept: resume it afterwards. */
export interface SignIn {
  readonly state: "sign-in";
  readonly scope: string | null;
}

/**
 * Not known yet, and patience is over. The intent is kept: resume it, not before `retryAt`.
 *
 * `unreachable`: nothing readable came back, or AdultWork is away. `checking`: the booking was sent, and what became of it
 * is being looked up; `decidedBy` is when that will be known. `limited`: the account books too often.
 */
export interface Waiting {
  readonly state: "waiting";
  readonly reason: "unreachable" | "checking" | "limited";
  readonly retryAt: Date;
  readonly decidedBy: Date | null;
  readonly operationId: string | null;
}

/** Nothing but a person can find out what became of it, and was called. The intent is kept, for what they find. */
export interface NeedsPerson {
  readonly state: "needs-person";
  readonly operationId: string | null;
}

/** The app has a fault: Switchboard cannot read what it sends. The intent is kept. */
export interface Defect {
  readonly state: "defect";
  readonly problem: Problem;
}

export type Mend = (booking: BookingRequest) => Promise<Intent>;

export type Outcome =
  | Booked
  | Rejected
  | Declined
  | NotBooked
  | Duplicate
  | SignIn
  | Waiting
  | NeedsPerson
  | Defect;

export type State = Outcome["state"];

/** One function for each state. A state without one does not compile. */
export type Handlers<Union extends { state: string }, Result> = {
  readonly [S in Union["state"]]: (outcome: Extract<Union, { state: S }>) => Result;
};

/** Calls the function of an outcome's state; the compiler wants one for every state. */
export function match<Union extends { state: string }, Result>(outcome: Union, handlers: Handlers<Union, Result>): Result {
  const handle = handlers[outcome.state as Union["state"]] as (outcome: Union) => Result;
  return handle(outcome);
}

/** For the `default` of a `switch`: it does not compile while a state is left. */
export function unhandled(outcome: never): never {
  throw new Error(`Nothing handles ${JSON.stringify(outcome)}`);
}
