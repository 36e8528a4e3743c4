// What a candidate asks and offers, looked up while the user types whom to book.

import type { Client } from "switchboard-client";
import { say, written } from "./form.js";

const methods = document.getElementById("Method") as HTMLSelectElement;
let asked = "";

/** Says it below the candidate's field; an answer that was overtaken is not shown. */
export async function lookUp(client: Client): Promise<void> {
  const id = written().BookUserID;
  if (asked === String(id)) return;
  asked = String(id);
  say("offered", "");
  if (!Number.isInteger(id)) return;
  const found = await client.getUserBookingRequirements(id);
  if (asked !== String(id)) return;
  if (found.state !== "found") return forgetCandidate(); // the quote says why
  const { PhoneChatPPM: price, Methods } = found.answer;
  const offered = Methods?.filter(({ is_available }) => is_available).map(({ Method }) => named(Method));
  const words = [price === null ? null : `${price} credits a minute.`, offered ? `Offered: ${offered.join(", ")}.` : null];
  say("offered", words.filter((one) => one !== null).join(" "));
}

/** Another user, or another try, looks up anew. */
export function forgetCandidate(): void {
  asked = "";
}

function named(method: number): string {
  return [...methods.options].find(({ value }) => value === String(method))?.text.toLowerCase() ?? `method ${method}`;
}
