"""Questions without consequences: what a booking would cost, how an operation stands."""

from collections.abc import Callable
from typing import TypeAlias, TypeVar, cast

from switchboard_client.contract import AnyOperation, BookingDraft, Quote
from switchboard_client.core.effects import Request, Steps
from switchboard_client.core.exchange import (
    Reply,
    SignedOut,
    Success,
    Told,
    as_operation,
    exchange,
    has,
    read_operation,
)
from switchboard_client.core.intents import written
from switchboard_client.outcome import Answered, Refused, SignIn, Unavailable

VALIDATE = "/v1/PhoneChat/ValidateBooking"
UNAUTHORIZED, SERVERS_FAULT = 401, 500
Answer = TypeVar("Answer")
Asked: TypeAlias = Answered[Answer] | Unavailable | SignIn | Refused


def quote(draft: BookingDraft, now: float) -> Steps[Asked[Quote]]:
    """Ask what a booking would cost and which rules it breaks. It never books."""
    reply = yield from exchange(Request("POST", VALIDATE, written(draft)), now)
    return asked(reply, _as_quote)


def operation(operation_id: str, now: float) -> Steps[Asked[AnyOperation]]:
    """Ask how an operation stands, such as the one of a duplicate."""
    return asked((yield from read_operation(operation_id, now)), as_operation)


def _as_quote(reply: Reply) -> Quote | None:
    return cast("Quote", reply.body) if isinstance(reply, Success) and has(reply.body, "is_valid") else None


def asked(reply: Reply, as_answer: Callable[[Reply], Answer | None]) -> Asked[Answer]:
    """Return what a reply says, given what finds the answer in it."""
    answer = as_answer(reply)
    if answer is not None:
        return Answered(answer)
    if isinstance(reply, SignedOut):
        return SignIn(None)
    if not isinstance(reply, Told):
        return Unavailable(reply.wait, None)
    problem, status = reply.problem, reply.problem.get("status", SERVERS_FAULT)
    if status == UNAUTHORIZED or "required_scope" in problem:
        return SignIn(problem.get("required_scope"))
    if reply.wait is not None or status >= SERVERS_FAULT:
        return Unavailable(reply.wait, problem)
    return Refused(problem)
