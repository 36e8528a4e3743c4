// The way of one intent to its outcome: send, wait as told, look the operation up, send again where that is safe.

import type { Problem } from "./contract-types.js";
import { exchange, isOperation, isProblem, readOperation, told } from "./exchange.js";
import type { Reply, Transport } from "./exchange.js";
import type { Intents, Kept } from "./intents.js";
import type { AnyKind, OutcomeOf, Waiting } from "./outcome.js";

const LONGEST_PAUSE_SECONDS = 60;
const OPEN = ["SENDING", "UNKNOWN"];
const FOR_A_PERSON = ["AMBIGUOUS", "EXPIRED_UNKNOWN"];
const TOKEN_PROBLEMS = ["missing-token", "invalid-token", "insufficient-scope"];

/** What is asked for: in this a booking and the changes differ, and in nothing else. */
export interface Call<Kind extends AnyKind> {
  readonly path: string;
  /** What the names begin with under which its intents are kept. */
  readonly kept: string;
  readonly intent: (key: string, request: Kind["request"]) => Kind["intent"];
  /** The outcome that an answer is, null when it is no answer to this call. */
  readonly made: (answer: unknown) => Kind["ended"] | null;
  readonly notMade: (operationId: string | null) => Kind["ended"];
}

export interface Course {
  /** For how long the client itself waits before it hands a `waiting` back. */
  readonly patienceSeconds: number;
  readonly signal?: AbortSignal | undefined;
  /** Told at the beginning of each wait. */
  readonly onWait?: ((waiting: Waiting) => void) | undefined;
}

/** What a reply leads to: an outcome, with which the intent may be over, or a wait and what follows it. */
type Step<Kind extends AnyKind> = Done<Kind> | Pause<Kind>;
type ProblemReply = Extract<Reply, { kind: "problem" }>;

interface Done<Kind extends AnyKind> {
  readonly outcome: OutcomeOf<Kind>;
  readonly isOver: boolean;
}

interface Pause<Kind extends AnyKind> {
  readonly wait: number | null;
  readonly reason: Waiting["reason"];
  readonly operationId: string | null;
  readonly decidedBy: string | null;
  readonly next: () => Promise<Step<Kind>>;
}

export class Pursuit<Kind extends AnyKind> {
  private readonly transport: Transport;
  private readonly call: Call<Kind>;
  private readonly intents: Intents<Kind>;
  private readonly course: Course;
  private readonly end: number;
  private kept: Kept;
  private pauses = 0;

  constructor(transport: Transport, call: Call<Kind>, intents: Intents<Kind>, kept: Kept, course: Course) {
    this.transport = transport;
    this.call = call;
    this.intents = intents;
    this.kept = kept;
    this.course = course;
    this.end = transport.clock.now() + course.patienceSeconds * 1000;
  }

  async run(): Promise<OutcomeOf<Kind>> {
    const { signal, onWait } = this.course;
    const { clock } = this.transport;
    let step = await this.send();
    while (!("outcome" in step)) {
      const waiting = this.waiting(step);
      if (signal?.aborted || waiting.retryAt.getTime() > this.end) return waiting;
      onWait?.(waiting);
      await clock.sleep(waiting.retryAt.getTime() - clock.now(), signal);
      if (signal?.aborted) return waiting;
      step = await step.next();
    }
    if (step.isOver) await this.intents.forget(this.kept.key);
    return step.outcome;
  }

  /** Until when to wait: as long as was told, and never less than 1, 2, 4 … seconds. */
  private waiting({ wait, reason, operationId, decidedBy }: Pause<Kind>): Waiting {
    const seconds = Math.max(wait ?? 0, Math.min(2 ** this.pauses++, LONGEST_PAUSE_SECONDS));
    return {
      state: "waiting",
      reason,
      retryAt: new Date(this.transport.clock.now() + seconds * 1000),
      decidedBy: decidedBy === null ? null : new Date(decidedBy),
      operationId,
    };
  }

  private readonly send = async (): Promise<Step<Kind>> => {
    const { key, bodies } = this.kept;
    const body = bodies[bodies.length - 1] as string;
    return this.judge(await exchange(this.transport, { method: "POST", path: this.call.path, key, body, signal: this.course.signal }));
  };

  private readonly mend = (request: Kind["request"]) => this.intents.mend(this.kept.key, request);

  /** Reads an answer to the request, or the one that an operation keeps. */
  private async judge(reply: Reply): Promise<Step<Kind>> {
    switch (reply.kind) {
      case "signed-out":
        return done({ state: "sign-in", scope: null });
      case "success": {
        const outcome = this.call.made(reply.body);
        return outcome ? { outcome, isOver: true } : this.again("unreachable", reply.wait);
      }
      case "nothing":
        return this.again("unreachable", reply.wait);
      case "problem":
        return this.judgeProblem(reply);
    }
  }

  private async judgeProblem(reply: ProblemReply): Promise<Step<Kind>> {
    const { slug, problem, wait } = reply;
    const operationId = problem.operation_id ?? null;
    // Only this says that the key is used up and another is safe; everything else keeps the key.
    const isOver = problem.safe_to_retry_with_new_key === true;
    switch (slug) {
      case "booking-rejected":
      case "change-rejected":
        return done({ state: "rejected", violations: problem.violations ?? [], mend: this.mend });
      case "upstream-refused":
        if (wait !== null) return this.again("limited", wait);
        return {
          outcome: {
            state: "declined",
            message: problem.upstream_message ?? null,
            mend: isOver ? null : this.mend,
            problem,
          },
          isOver,
        };
      case "booking-not-created":
      case "change-not-made":
        return { outcome: this.call.notMade(operationId), isOver };
      case "duplicate-booking":
      case "duplicate-change":
        return this.duplicate(problem, wait);
      case "missing-token":
      case "invalid-token":
      case "insufficient-scope":
        return done({ state: "sign-in", scope: problem.required_scope ?? null });
      case "too-many-bookings":
      case "too-many-changes":
        return this.again("limited", wait);
      case "outcome-unknown":
      case "operation-in-progress":
        if (wait === null) return done({ state: "needs-person", operationId });
        return this.checking(operationId, wait, problem.decided_by ?? null);
      case "idempotency-key-reused":
        return this.sendEarlier(problem);
      default:
        // Whatever may pass by itself is tried again under its key, which is always safe; the rest is the app's fault.
        if (wait !== null || (problem.status ?? 500) >= 500) return this.again("unreachable", wait);
        return { outcome: { state: "defect", problem }, isOver };
    }
  }

  private again(reason: Waiting["reason"], wait: number | null): Pause<Kind> {
    return { wait, reason, operationId: null, decidedBy: null, next: this.send };
  }

  private checking(operationId: string | null, wait: number | null, decidedBy: string | null): Pause<Kind> {
    const next = operationId === null ? this.send : () => this.look(operationId);
    return { wait, reason: "checking", operationId, decidedBy, next };
  }

  /** Asks for the operation of this intent, which was sent. */
  private async look(operationId: string): Promise<Step<Kind>> {
    const reply = await readOperation(this.transport, operationId, this.course.signal);
    if (reply.kind === "signed-out") return this.judge(reply);
    if (reply.kind === "problem") {
      if (reply.slug === "not-found") return this.send();
      if (TOKEN_PROBLEMS.includes(reply.slug)) return this.judge(reply);
    }
    if (reply.kind !== "success" || !isOperation(reply.body)) return this.checking(operationId, reply.wait, null);
    const operation = reply.body;
    const state = operation.operation_state;
    if (OPEN.includes(state)) return this.checking(operationId, operation.retry_after_seconds, operation.decided_by);
    if (FOR_A_PERSON.includes(state)) return done({ state: "needs-person", operationId });
    if (operation.answer === null || operation.same_key_tries_again) return this.send();
    const { body } = operation.answer;
    return this.judge(isProblem(body) ? told(body) : { kind: "success", body, wait: null });
  }

  /** Looks at the equal one that stands in the way, for as long as its state may change. */
  private async duplicate(problem: Problem, told: number | null): Promise<Step<Kind>> {
    const operationId = problem.operation_id ?? null;
    const reply = operationId && (await readOperation(this.transport, operationId, this.course.signal));
    const operation = reply && reply.kind === "success" && isOperation(reply.body) ? reply.body : null;
    const wait = operation ? operation.retry_after_seconds : told;
    if (wait === null) {
      const isOver = operation !== null && !FOR_A_PERSON.includes(operation.operation_state);
      return { outcome: { state: "duplicate", operation, problem }, isOver };
    }
    const decidedBy = (operation ?? problem).decided_by ?? null;
    return { wait, reason: "checking", operationId, decidedBy, next: () => this.duplicate(problem, told) };
  }

  /** The key was used for the body before it was mended: that is sent again, to learn what became of it. */
  private async sendEarlier(problem: Problem): Promise<Step<Kind>> {
    const earlier = await this.intents.back(this.kept);
    if (earlier === null) return done({ state: "defect", problem });
    this.kept = earlier;
    return this.send();
  }
}

function done<Kind extends AnyKind>(outcome: OutcomeOf<Kind>): Done<Kind> {
  return { outcome, isOver: false };
}
