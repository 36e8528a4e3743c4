// How an intent stands: a union by `state`, of which no member can be left out. What only changes have is in changes.ts.

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

/** The request breaks rules. Show `violations`; `mend` gives the same intent the body that the user puts right. */
export interface Rejected<Kind extends AnyKind = BookingKind> {
  readonly state: "rejected";
  readonly violations: readonly Violation[];
  readonly mend: Mend<Kind>;
}

/**
 * AdultWork said no; `message` is its reason, if it gave one. With `mend` null the intent is over, and what the user
 * changes is a new intent. Else only a check was refused, and the change belongs to the same intent.
 */
export interface Declined<Kind extends AnyKind = BookingKind> {
  readonly state: "declined";
  readonly message: string | null;
  readonly mend: Mend<Kind> | null;
  readonly problem: Problem;
}

/** It surely was not made, though it was sent. The intent is over; ask the user whether it is still wanted. */
export interface NotBooked {
  readonly state: "not-booked";
  readonly operationId: string | null;
}

/** An equal one was made or tried by another request. `operation` is that one, null when it cannot be read. */
export interface Duplicate<Kind extends AnyKind = BookingKind> {
  readonly state: "duplicate";
  readonly operation: Kind["operation"] | null;
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
 * `unreachable`: nothing readable came back, or AdultWork is away. `checking`: it was sent, and what became of it is being
 * looked up; `decidedBy` is when that will be known. `limited`: the account books or changes too often.
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

export type Mend<Kind extends AnyKind = BookingKind> = (request: Kind["request"]) => Promise<Kind["intent"]>;

/** The types in which a booking and the changes differ; `ended` is what it is to be made, or surely not. */
export interface AnyKind {
  readonly request: unknown;
  readonly intent: { readonly key: string };
  readonly ended: { readonly state: string };
  readonly operation: { readonly operation_state: string };
}

export interface BookingKind {
  readonly request: BookingRequest;
  readonly intent: Intent;
  readonly ended: Booked | NotBooked;
  readonly operation: Operation;
}

export type OutcomeOf<Kind extends AnyKind> =
  | Kind["ended"]
  | Rejected<Kind>
  | Declined<Kind>
  | Duplicate<Kind>
  | SignIn
  | Waiting
  | NeedsPerson
  | Defect;

export type Outcome = OutcomeOf<BookingKind>;

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
