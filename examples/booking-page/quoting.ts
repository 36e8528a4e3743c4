// The quote beside the form, asked for while the user types. It books nothing, so it may be asked for as often as that.

import { match } from "switchboard-client";
import type { Client, Quote } from "switchboard-client";
import { say, showViolations, written } from "./form.js";

const PAUSE_MILLISECONDS = 250;
const AMOUNTS = ["price_per_minute", "minimum_credits", "balance", "balance_after"] as const;
const decimal = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 4 });
let timer = 0;
let asked: AbortController | undefined;

/** Asks once the user pauses; an answer that was overtaken is not shown. */
export function quoteSoon(client: Client): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => void quote(client), PAUSE_MILLISECONDS);
}

export function stopQuoting(): void {
  clearTimeout(timer);
  asked?.abort();
}

async function quote(client: Client): Promise<void> {
  asked?.abort();
  const mine = (asked = new AbortController());
  const answer = await client.quote({ ...written() }, mine.signal);
  if (mine.signal.aborted) return;
  match(answer, {
    quoted: ({ answer: found }) => show(found),
    refused: ({ problem }) => forget(problem.detail),
    unavailable: ({ retryAfterSeconds }) => {
      forget("No price at the moment; it is asked for again.");
      timer = window.setTimeout(() => void quote(client), Math.max(retryAfterSeconds ?? 0, 2) * 1000);
    },
    "sign-in": ({ scope }) => forget(scope === null ? "Sign in to see the price." : `This user may not book (${scope}).`),
  });
}

function show(quoted: Quote): void {
  for (const name of AMOUNTS) say(name, quoted[name] === null ? "not known" : decimal.format(quoted[name]));
  say("quoted", quoted.is_valid ? "Nothing is wrong with this booking." : "");
  showViolations(quoted.violations, "reached");
}

function forget(words: string): void {
  for (const name of AMOUNTS) say(name, "–");
  say("quoted", words);
}
