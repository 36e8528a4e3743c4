// The user's bookings as AdultWork tells them, whichever device made them. Asked for again whenever something may have changed.

import type { MadeBookings } from "switchboard-client";
import type { Cards } from "./cards.js";

const PATH = "/v1/PhoneChat/MadeBookings?OrderBy=date-desc&BookingsPerPage=20";

/** Shows the list; without an answer the page keeps what the device remembers. */
export async function list(baseUrl: string, token: string | null, cards: Cards): Promise<void> {
  if (token === null) return;
  try {
    const answer = await fetch(baseUrl + PATH, { headers: { Authorization: `Bearer ${token}` }, credentials: "omit" });
    if (answer.ok) cards.listed(((await answer.json()) as MadeBookings).Bookings);
  } catch {
    // No connection: the next change asks again.
  }
}
