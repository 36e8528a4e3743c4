// Questions without consequences, and what they are answered with.

import type { Problem } from "./contract-types.js";
import type { Reply } from "./exchange.js";
import type { SignIn } from "./outcome.js";

/** What a question without consequences was answered with. */
export type Asked<Name extends string, Answer> =
  | { readonly state: Name; readonly answer: Answer }
  | { readonly state: "unavailable"; readonly retryAfterSeconds: number | null; readonly problem: Problem | null }
  | SignIn
  | { readonly state: "refused"; readonly problem: Problem };

export function asked<Name extends string, Answer>(
  state: Name,
  reply: Reply,
  isAnswer: (body: unknown) => body is Answer,
): Asked<Name, Answer> {
  if (reply.kind === "success" && isAnswer(reply.body)) return { state, answer: reply.body };
  if (reply.kind === "signed-out") return { state: "sign-in", scope: null };
  if (reply.kind !== "problem") return { state: "unavailable", retryAfterSeconds: reply.wait, problem: null };
  const { problem, wait } = reply;
  if (problem.status === 401 || problem.required_scope) return { state: "sign-in", scope: problem.required_scope ?? null };
  if (wait !== null || (problem.status ?? 500) >= 500) return { state: "unavailable", retryAfterSeconds: wait, problem };
  return { state: "refused", problem };
}
