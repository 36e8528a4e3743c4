// The changes of bookings that are there: which there are, what answers them, and how an intent to make one stands.

import type { ChangeAnswer, ChangeName, ChangeOperation, ChangeRequest, Deletions } from "./contract-types.js";
import { has, isBooking } from "./exchange.js";
import type { OutcomeOf } from "./outcome.js";
import type { Call } from "./pursuit.js";

/** A change that a user wants: one key and one body, kept until its outcome is known. */
export interface ChangeIntent<Name extends ChangeName = ChangeName> {
  readonly key: string;
  readonly change: Name;
  readonly request: ChangeRequest<Name>;
}

/** An intent of which only its `change` tells what it asks for. */
export type AnyChangeIntent = { [Name in ChangeName]: ChangeIntent<Name> }[ChangeName];

/** AdultWork made the change. Of deletions, `answer` says for each booking whether it is deleted. The intent is over. */
export interface Made<Name extends ChangeName = ChangeName> {
  readonly state: "made";
  readonly answer: ChangeAnswer<Name>;
}

/** It surely was not made, though it was sent. The intent is over; ask the user whether it is still wanted. */
export interface NotMade {
  readonly state: "not-made";
  readonly operationId: string | null;
}

export interface ChangeKind<Name extends ChangeName> {
  readonly request: ChangeRequest<Name>;
  readonly intent: ChangeIntent<Name>;
  readonly ended: Made<Name> | NotMade;
  readonly operation: ChangeOperation;
}

/** Of several names it is the union of their outcomes: `mend` of one change takes no request of another. */
export type ChangeOutcome<Name extends ChangeName = ChangeName> = { [One in Name]: OutcomeOf<ChangeKind<One>> }[Name];

// A received booking has no documented form; Switchboard takes none for an answer that does not name its booking.
const isReceived = has<{ BookingID: unknown }>("BookingID");

/** Each change, and what tells its answer. */
const IS_ANSWER: { readonly [Name in ChangeName]: (body: unknown) => body is ChangeAnswer<Name> } = {
  CancelMadeBooking: isBooking,
  RescheduleMadeBooking: isBooking,
  DeleteMadeBookings: (body): body is Deletions => Array.isArray(body) && body.every(has("Deleted")),
  AcceptReceivedBooking: isReceived,
  ReInvite: isReceived,
};

export const CHANGES = Object.keys(IS_ANSWER) as ChangeName[];

export function changeCall<Name extends ChangeName>(change: Name): Call<ChangeKind<Name>> {
  return {
    path: `/v1/PhoneChat/${change}`,
    kept: `switchboard.${change}`,
    intent: (key, request) => ({ key, change, request }),
    made: (answer) => (IS_ANSWER[change](answer) ? { state: "made", answer } : null),
    notMade: (operationId) => ({ state: "not-made", operationId }),
  };
}
