// The names under which the client uses the types of the contract, which contract.ts holds as generated.

import type { components, operations, paths } from "./contract.js";

type Schemas = components["schemas"];

export type Booking = Schemas["Booking"];
export type Operation = Schemas["Operation"];
export type ChangeOperation = Schemas["ChangeOperation"];
export type AnyOperation = Schemas["AnyOperation"];
export type OperationState = Operation["operation_state"];
export type Quote = Schemas["Quote"];
export type SignInBegun = Schemas["SignInBegun"];
export type TokenGrant = Schemas["TokenGrant"];
export type Violation = Schemas["Violation"];
export type UserBookingRequirements = Schemas["GetUserBookingRequirementsAnswer"];
export type MadeBookings = Schemas["MadeBookingsAnswer"];
export type MadeBookingsQuery = NonNullable<operations["readMadeBookings"]["parameters"]["query"]>;
export type Deletions = Schemas["Deletions"];
export type ReceivedBooking = Schemas["ReceivedBooking"];
export type PhoneChatSettings = Schemas["GetSettingsAnswer"];
export type CreditBalance = Schemas["GetCurrentCreditBalanceAnswer"];
export type Permissions = Schemas["GetPermissionsAnswer"];
export type Problem = Schemas["Problem"];

type Contact =
  | { Method: 1; PhoneNumber: string; SkypeName?: string | null }
  | { Method: 2; PhoneNumber?: string | null; SkypeName?: string | null }
  | { Method: 3; SkypeName: string; PhoneNumber?: string | null };

/** A whole booking. The contract says which contact field a Method wants as `if` and `then`, which no generator reads. */
export type BookingRequest = Omit<Schemas["BookingRequest"], keyof Contact> & Contact;

/** A booking as a form has it while it is being filled in: anything may be missing or wrong. */
export type BookingDraft = Schemas["BookingDraft"];

/** AdultWork's names of the calls that change bookings. */
export type ChangeName =
  | "CancelMadeBooking"
  | "RescheduleMadeBooking"
  | "DeleteMadeBookings"
  | "AcceptReceivedBooking"
  | "ReInvite";

type ChangeCall<Name extends ChangeName> = paths[`/v1/PhoneChat/${Name}`]["post"];

/** What a change is asked for with. */
export type ChangeRequest<Name extends ChangeName> = ChangeCall<Name>["requestBody"]["content"]["application/json"];

/** What AdultWork answers to a change that it made. */
export type ChangeAnswer<Name extends ChangeName> = ChangeCall<Name>["responses"][200]["content"]["application/json"];
