// Reads of what AdultWork knows. Nothing is claimed or kept by one, so it is safe to send again.

import { asked } from "./asking.js";
import type { Asked } from "./asking.js";
import type {
  Booking,
  CreditBalance,
  MadeBookings,
  MadeBookingsQuery,
  Permissions,
  PhoneChatSettings,
  UserBookingRequirements,
} from "./contract-types.js";
import { exchange, has, isBooking } from "./exchange.js";
import type { Transport } from "./exchange.js";

const PATIENCE_SECONDS = 20;
const LONGEST_PAUSE_SECONDS = 60;

export interface ReadOptions {
  /** For how long a read is sent again by itself, each time after the wait that was told. Default: 20; 0 sends it once. */
  readonly patienceSeconds?: number;
  /** Aborted, a read comes back with `unavailable`. */
  readonly signal?: AbortSignal;
}

type Query = Readonly<Record<string, string | number>>;
type IsAnswer<Answer> = (body: unknown) => body is Answer;

export function createReads(transport: Transport) {
  const { clock } = transport;

  async function read<Answer>(
    name: string,
    isAnswer: IsAnswer<Answer>,
    query: Query,
    { patienceSeconds = PATIENCE_SECONDS, signal }: ReadOptions,
  ): Promise<Asked<"found", Answer>> {
    const told = Object.entries(query).map(([member, value]) => `${member}=${encodeURIComponent(value)}`);
    const path = `/v1/${name}${told.length ? "?" : ""}${told.join("&")}`;
    const end = clock.now() + patienceSeconds * 1000;
    for (let pauses = 0; ; pauses += 1) {
      const answer = asked("found", await exchange(transport, { method: "GET", path, signal }), isAnswer);
      if (answer.state !== "unavailable" || signal?.aborted) return answer;
      const pause = 1000 * Math.max(answer.retryAfterSeconds ?? 0, Math.min(2 ** pauses, LONGEST_PAUSE_SECONDS));
      if (clock.now() + pause > end) return answer;
      await clock.sleep(pause, signal);
      if (signal?.aborted) return answer;
    }
  }

  const madeBookings = (query: MadeBookingsQuery = {}, options: ReadOptions = {}) =>
    read("PhoneChat/MadeBookings", has<MadeBookings>("PageNumber", "Bookings"), { ...query }, options);

  return {
    /** What a booking of somebody needs: the price per minute, and which methods are offered. */
    getUserBookingRequirements: (bookUserId: number, options: ReadOptions = {}) =>
      read(
        "PhoneChat/GetUserBookingRequirements",
        has<UserBookingRequirements>("PhoneChatPPM", "Methods"),
        { BookUserID: bookUserId },
        options,
      ),

    /** One page of the bookings that the user made. */
    madeBookings,

    /**
     * Those bookings page by page, from `PageNumber` on. A page that cannot be read is told, and is the last one: go on from
     * its number. Bookings that are made meanwhile move the others on, so one may come twice.
     */
    async *madeBookingsPages(
      query: MadeBookingsQuery = {},
      options: ReadOptions = {},
    ): AsyncGenerator<Asked<"found", MadeBookings>, void, undefined> {
      let before: string | undefined;
      for (let page = Number(query.PageNumber || 1); ; page += 1) {
        const answer = await madeBookings({ ...query, PageNumber: page }, options);
        if (answer.state !== "found") return yield answer;
        const { Bookings, PageCount, unreadable } = answer.answer;
        const ids = JSON.stringify([Bookings.map(({ BookingID }) => BookingID), unreadable]);
        const isEmpty = ids === "[[],[]]";
        // How many pages there are is not always told: then a page with nothing new in it says that there is no other.
        if (PageCount === null && before !== undefined && (isEmpty || ids === before)) return;
        yield answer;
        if (PageCount === null ? isEmpty : page >= PageCount) return;
        before = ids;
      }
    },

    /** One booking that the user made, as it stands now. */
    madeBookingDetails: (bookingId: number, options: ReadOptions = {}) =>
      read<Booking>("PhoneChat/MadeBookingDetails", isBooking, { BookingID: bookingId }, options),

    /** What clients meet who book this user. */
    getSettings: (options: ReadOptions = {}) =>
      read("PhoneChat/GetSettings", has<PhoneChatSettings>("PhoneChatPPM"), {}, options),

    /** How many credits the user has. */
    getCurrentCreditBalance: (options: ReadOptions = {}) =>
      read("CreditHistory/GetCurrentCreditBalance", isBalance, {}, options),

    /** What the user has granted: a scope is granted only where its `Status` says so. */
    getPermissions: (options: ReadOptions = {}) =>
      read("Account/GetPermissions", has<Permissions>("Permissions"), {}, options),
  };
}

function isBalance(body: unknown): body is CreditBalance {
  return typeof body === "number";
}
