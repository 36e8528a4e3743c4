"""The way of one intent to its outcome: send, wait as told, look the operation up, send again where that is safe."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from switchboard_client.contract import AnyOperation, Problem
from switchboard_client.core.calls import Call
from switchboard_client.core.effects import Request, Sleep, Steps
from switchboard_client.core.exchange import (
    Nothing,
    Reply,
    SignedOut,
    Success,
    Told,
    as_operation,
    exchange,
    instant,
    is_problem,
    read_operation,
    told,
)
from switchboard_client.core.intents import Intents, Kept
from switchboard_client.outcome import (
    Declined,
    Defect,
    Duplicate,
    NeedsPerson,
    OutcomeOf,
    Rejected,
    SignIn,
    Waiting,
)

LONGEST_PAUSE_SECONDS = 60
SERVERS_FAULT = 500
OPEN = ("SENDING", "UNKNOWN")
FOR_A_PERSON = ("AMBIGUOUS", "EXPIRED_UNKNOWN")
TOKEN_PROBLEMS = ("missing-token", "invalid-token", "insufficient-scope")

Ended = TypeVar("Ended")
Of = TypeVar("Of")
Standing = TypeVar("Standing")
Reason: TypeAlias = Literal["unreachable", "checking", "limited"]


@dataclass(frozen=True, slots=True)
class Done:
    """An outcome, with which the intent may be over."""

    outcome: OutcomeOf[Any, Any, Any]  # whose, its Pursuit knows
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """A wait in seconds, None when none was told, and what follows it."""

    wait: int | None
    reason: Reason
    then: Callable[[], "Steps[Step]"]
    operation_id: str | None = None
    decided_by: str | None = None


Step: TypeAlias = Done | Pause


@dataclass(slots=True)
class Pursuit(Generic[Ended, Of, Standing]):
    """The intent with a key on its way; `now` tells seconds since 1970, `on_wait` is told at the beginning of each wait."""

    call: Call[Ended, Of, Standing]
    intents: Intents[Of]
    key: str
    now: Callable[[], float]
    patience_seconds: float
    on_wait: Callable[[Waiting], object] | None = None
    kept: Kept = field(init=False)
    _pauses: int = field(default=0, init=False)

    def run(self) -> Steps[OutcomeOf[Ended, Of, Standing]]:
        """Go on until there is an outcome, or until patience is over.

        Raises:
            IntentOverError: the intent is over, or another user's.
        """
        self.kept = yield from self.intents.read(self.key)
        end = self.now() + self.patience_seconds
        step = yield from self._send()
        while isinstance(step, Pause):
            waiting = self._waiting(step)
            if waiting.retry_at.timestamp() > end:
                return waiting
            if self.on_wait is not None:
                self.on_wait(waiting)
            yield Sleep(max(0.0, waiting.retry_at.timestamp() - self.now()))
            step = yield from step.then()
        if step.is_over:
            yield from self.intents.forget(self.kept.key)
        return step.outcome

    def _waiting(self, pause: Pause) -> Waiting:
        """Say until when to wait: as long as was told, and never less than 1, 2, 4 … seconds."""
        seconds = max(pause.wait or 0, min(2**self._pauses, LONGEST_PAUSE_SECONDS))
        self._pauses += 1
        retry_at = datetime.fromtimestamp(self.now() + seconds, UTC)
        return Waiting(pause.reason, retry_at, instant(pause.decided_by), pause.operation_id)

    def _send(self) -> Steps[Step]:
        request = Request("POST", self.call.path, self.kept.body, self.kept.key)
        return (yield from self._judge((yield from exchange(request, self.now()))))

    def _judge(self, reply: Reply) -> Steps[Step]:
        """Read an answer to the request, or the one that an operation keeps."""
        match reply:
            case SignedOut():
                return Done(SignIn(None))
            case Success(body, wait):
                ended = self.call.made(body)
                return self._again("unreachable", wait) if ended is None else Done(ended, is_over=True)
            case Nothing(wait):
                return self._again("unreachable", wait)
            case Told():
                return (yield from self._judge_problem(reply))

    def _judge_problem(self, reply: Told) -> Steps[Step]:
        problem, wait = reply.problem, reply.wait
        if reply.slug in {"duplicate-booking", "duplicate-change"}:
            return (yield from self._duplicate(problem, wait))
        if reply.slug == "idempotency-key-reused":
            return (yield from self._send_earlier(problem))
        return self._end(reply) or self._pause(reply) or Done(Defect(problem), _is_key_used_up(problem))

    def _end(self, reply: Told) -> Done | None:
        """Return the outcome that a problem is, None when waiting may lead to another."""
        problem, operation_id = reply.problem, reply.problem.get("operation_id")
        match reply.slug:
            case "booking-rejected" | "change-rejected":
                return Done(Rejected(problem.get("violations", ()), self._intent))
            case "booking-not-created" | "change-not-made":
                return Done(self.call.not_made(operation_id), _is_key_used_up(problem))
            case "upstream-refused" if reply.wait is None:
                return self._declined(problem)
            case "outcome-unknown" | "operation-in-progress" if reply.wait is None:
                return Done(NeedsPerson(operation_id))
            case slug if slug in TOKEN_PROBLEMS:
                return Done(SignIn(problem.get("required_scope")))
        return None

    def _pause(self, reply: Told) -> Pause | None:
        """Return the wait that a problem asks for, None when the same request will not do."""
        problem, wait = reply.problem, reply.wait
        match reply.slug:
            case "upstream-refused" | "too-many-bookings" | "too-many-changes":
                return self._again("limited", wait)
            case "outcome-unknown" | "operation-in-progress":
                return self._look_after(problem.get("operation_id"), wait, problem.get("decided_by"))
        # Whatever may pass by itself is tried again under its key, which is always safe; the rest is the program's fault.
        may_pass = wait is not None or problem.get("status", SERVERS_FAULT) >= SERVERS_FAULT
        return self._again("unreachable", wait) if may_pass else None

    def _declined(self, problem: Problem) -> Done:
        is_over = _is_key_used_up(problem)
        message = problem.get("upstream_message")
        return Done(Declined(message, None if is_over else self._intent, problem), is_over)

    @property
    def _intent(self) -> Of:
        return self.intents.shown(self.kept)

    def _again(self, reason: Reason, wait: int | None) -> Pause:
        return Pause(wait, reason, self._send)

    def _look_after(self, operation_id: str | None, wait: int | None, decided_by: str | None = None) -> Pause:
        then = self._send if operation_id is None else lambda: self._look(operation_id)
        return Pause(wait, "checking", then, operation_id, decided_by)

    def _look(self, operation_id: str) -> Steps[Step]:
        """Ask for the operation of this intent, which was sent."""
        reply = yield from read_operation(operation_id, self.now())
        if isinstance(reply, SignedOut) or (isinstance(reply, Told) and reply.slug in TOKEN_PROBLEMS):
            return (yield from self._judge(reply))
        if isinstance(reply, Told) and reply.slug == "not-found":
            return (yield from self._send())
        operation = as_operation(reply)
        if operation is None:
            return self._look_after(operation_id, reply.wait)
        return (yield from self._judge_operation(operation, operation_id))

    def _judge_operation(self, operation: AnyOperation, operation_id: str) -> Steps[Step]:
        state = operation["operation_state"]
        if state in OPEN:
            return self._look_after(operation_id, operation["retry_after_seconds"], operation["decided_by"])
        if state in FOR_A_PERSON:
            return Done(NeedsPerson(operation_id))
        answer = operation["answer"]
        if answer is None or operation["same_key_tries_again"]:
            return (yield from self._send())
        body = answer["body"]
        return (yield from self._judge(told(body) if is_problem(body) else Success(body)))

    def _duplicate(self, problem: Problem, wait: int | None) -> Steps[Step]:
        """Look at the equal one that stands in the way, for as long as its state may change."""
        operation_id = problem.get("operation_id")
        operation = None
        if operation_id is not None:
            operation = as_operation((yield from read_operation(operation_id, self.now())))
        pause = operation["retry_after_seconds"] if operation else wait
        if pause is None:
            is_over = operation is not None and operation["operation_state"] not in FOR_A_PERSON
            return Done(Duplicate(operation, problem), is_over)
        decided_by = operation["decided_by"] if operation else problem.get("decided_by")
        return Pause(pause, "checking", lambda: self._duplicate(problem, wait), operation_id, decided_by)

    def _send_earlier(self, problem: Problem) -> Steps[Step]:
        """Send the body before it was mended: the key was used for it, and this is how to learn what became of it."""
        earlier = yield from self.intents.back(self.kept)
        if earlier is None:
            return Done(Defect(problem))
        self.kept = earlier
        return (yield from self._send())


def _is_key_used_up(problem: Problem) -> bool:
    """Tell whether another key is safe; only this says so, and everything else keeps the key."""
    return problem.get("safe_to_retry_with_new_key") is True
