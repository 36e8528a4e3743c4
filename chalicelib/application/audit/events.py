"""The audit events of an operation: what each step tells the reviewer."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta

from chalicelib.domain.access import Principal
from chalicelib.domain.audit.event import CHANGE, WINDOW, AuditEvent, EventKind, describe_request
from chalicelib.domain.booking.booking import Booking, BookingRequest
from chalicelib.domain.canonical import Canonical
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.names import UNNAMED, Names
from chalicelib.domain.operation.matching import Verdict
from chalicelib.domain.operation.operation import AnyOperation, AnyOutcome, OperationState
from chalicelib.domain.operation.record import AnyRecord, OperationRecord
from chalicelib.values import dataclass

MOST_BOOKINGS = 20
MOST_MEMBERS = 8
_STATUS = re.compile("[A-Za-z]{1,32}")  # a documented status is one word; what is not may hold anything

_KINDS = {
    OperationState.CONFIRMED: EventKind.CONFIRMED,
    OperationState.REJECTED: EventKind.REJECTED,
    OperationState.NOT_SENT: EventKind.NOT_SENT,
    OperationState.UNKNOWN: EventKind.UNKNOWN,
    OperationState.NOT_CREATED: EventKind.NOT_CREATED,
    OperationState.AMBIGUOUS: EventKind.AMBIGUOUS,
    OperationState.EXPIRED_UNKNOWN: EventKind.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What every event of one call has in common.

    Where the form breaks rules, there is no `request`: what the form says may be anything. `candidate` is the UserID of who was
    asked for, None where that cannot be relied on either. `names` are what events call the two, as far as that is known. `about`
    is what is told beside of a request that is for no booking.
    """

    operation_id: str
    request_id: str
    principal: Principal
    request: BookingRequest | None
    key: HmacKey
    candidate: int | None = None
    names: Names = UNNAMED
    about: Mapping[str, Canonical] = field(default_factory=dict)

    def first(self, at: datetime, kind: EventKind, details: Mapping[str, Canonical]) -> AuditEvent:
        """Return the event that opens the chain; it tells of the request."""
        request = self.request
        told = self.about if request is None else {"request": describe_request(request, self.key)}
        return AuditEvent(
            operation_id=self.operation_id,
            sequence=1,
            at=at,
            kind=kind,
            account=self.principal.account,
            request_id=self.request_id,
            client=self.names.client,
            candidate=self.names.candidate,
            tells_client=self.names.client is not None,
            begun_at=at,
            details={**told, **details},
        )


def refused(subject: Subject, at: datetime, reason: str, details: Mapping[str, Canonical]) -> AuditEvent:
    """Return the event of a request that ended before its claim; `reason` is the name of the problem that was told."""
    return subject.first(at, EventKind.REFUSED, {"reason": reason, **details})


def refusals_counted(refusal: AuditEvent, count: int) -> AuditEvent:
    """Return the event that tells how many refusals of an account's hour are counted only; `refusal` is the last of them."""
    return replace(
        refusal,
        kind=EventKind.REFUSALS_COUNTED,
        details={"hour": refusal.at.strftime("%Y-%m-%dT%H"), "refusals": count},
    )


def claimed(  # noqa: PLR0913, PLR0917 (the parts of one event)
    subject: Subject,
    operation: AnyOperation,
    at: datetime,
    unchecked: Sequence[str],
    timings: Mapping[str, int],
    previous: AnyRecord | None = None,
    people: bytes | None = None,
) -> AuditEvent:
    """Return the event that is written before the first byte goes out; `timings` are in milliseconds.

    With `previous` it opens a further attempt of that operation, and is chained to its events. It always names its call, by
    the id that only this call drew: two calls must never write the same event, or each would take it for its own, and both
    would send. What the operation's rows say is in it as well, so that they can be made again when their table is lost.
    """
    details: dict[str, Canonical] = {
        "unchecked": list(unchecked),
        "timings_ms": dict(timings),
        "attempt": operation.attempt,
        "call": subject.operation_id,
        "fingerprint": operation.fingerprint,
        "guard_until": math.ceil(operation.guard_expires_at.timestamp()),
    }
    named = replace(subject, names=operation.names)
    event = replace(named.first(at, EventKind.CLAIMED, details), operation_id=operation.id, people=people)
    if previous is None:
        return event
    is_first = event.tells_client and previous.names.client is None
    begun = previous.claimed_at if is_first else None
    chained = replace(event, sequence=previous.sequence + 1, previous_hash=previous.head)
    return replace(chained, tells_client=is_first, begun_at=begun)


def concluded(  # noqa: PLR0913, PLR0917 (the parts of one event)
    previous: AuditEvent,
    at: datetime,
    outcome: AnyOutcome,
    timings: Mapping[str, int],
    sealed_contact: str | None = None,
    client: str | None = None,
    facts: Mapping[str, Canonical] | None = None,
) -> AuditEvent:
    """Return the event that tells how the one POST ended, chained to the event before; see `AuditEvent` for the contact.

    `client` is the pseudonym of the client, where it has become known only since. `facts` are what else the answer told.
    """
    booking = outcome.booking
    details: dict[str, Canonical] = {
        **_kind_of(previous.details.get(CHANGE)),
        "reason": outcome.reason,
        "upstream_status": outcome.upstream_status,
        "timings_ms": dict(timings),
        **(facts or {}),
    }
    if outcome.named_booking_id is not None:
        details["named_booking"] = outcome.named_booking_id
    if booking is not None:
        status = booking.status if booking.status is not None and _STATUS.fullmatch(booking.status) else "odd"
        details["booking"] = {"status": status, "credits": format(booking.credits, "f"), **_unreadable(booking)}
    return AuditEvent(
        operation_id=previous.operation_id,
        sequence=previous.sequence + 1,
        at=at,
        kind=_KINDS[outcome.state],
        account=previous.account,
        request_id=previous.request_id,
        client=previous.client or client,
        candidate=previous.candidate,
        tells_client=previous.client is None and client is not None,
        begun_at=previous.at,
        booking_id=None if booking is None else booking.booking_id,
        previous_hash=previous.hash,
        details=details,
        sealed_contact=sealed_contact,
    )


def _kind_of(change: Canonical) -> dict[str, Canonical]:
    """Return what each event says of an operation that changes something; nothing for one that books."""
    return {} if change is None else {CHANGE: change}


def _unreadable(booking: Booking | None) -> dict[str, Canonical]:
    """Return the names of the members that could not be read, if any; they are our own words, and say nothing of a person."""
    if booking is None or not booking.unreadable:
        return {}
    told: dict[str, Canonical] = {"unreadable_members": list(booking.unreadable[:MOST_MEMBERS])}
    left_out = len(booking.unreadable) - MOST_MEMBERS
    return told | ({"unreadable_left_out": left_out} if left_out > 0 else {})


def reconciled(  # noqa: PLR0913, PLR0917 (the parts of one event)
    record: OperationRecord,
    at: datetime,
    request_id: str,
    verdict: Verdict,
    evidence: Mapping[str, Canonical],
    settle: timedelta,
    client: str | None = None,
) -> AuditEvent:
    """Return the event of a state that reads have told, with what was read and when.

    `settle` is the window of "nothing was booked".
    """
    matching = list(verdict.candidates)
    details: dict[str, Canonical] = {"evidence": dict(evidence), "matching_bookings": matching[:MOST_BOOKINGS]}
    details |= _settled(verdict.state, settle)
    if len(matching) > MOST_BOOKINGS:
        details["matching_left_out"] = len(matching) - MOST_BOOKINGS
    details |= _unreadable(verdict.booking)
    booking_id = None if verdict.booking is None else verdict.booking.booking_id
    return _next(record, at, _KINDS[verdict.state], request_id, details, booking_id, client)


def proven(  # noqa: PLR0913, PLR0917 (the parts of one event)
    record: AnyRecord,
    at: datetime,
    request_id: str,
    state: OperationState,
    evidence: Mapping[str, Canonical],
    settle: timedelta,
    client: str | None = None,
) -> AuditEvent:
    """Return the event of what a read has told about the one booking that was to be changed, with what was read and when.

    `settle` is the window of "nothing was changed".
    """
    details = {"evidence": dict(evidence), **_settled(state, settle)}
    return _next(record, at, _KINDS[state], request_id, details, client=client)


def lease_over(record: AnyRecord, at: datetime, request_id: str, client: str | None = None) -> AuditEvent:
    """Return the event of an operation whose function died: whether it had sent is not known."""
    details = {"reason": "lease-over", **_window(record.lease_until - record.claimed_at)}
    return _next(record, at, EventKind.UNKNOWN, request_id, details, client=client)


def expired(
    record: AnyRecord, at: datetime, request_id: str, expiry: timedelta, client: str | None = None
) -> AuditEvent:
    """Return the event of an operation that nobody came back for within `expiry`; a person takes over."""
    details = {"reason": "nobody-asked", **_window(expiry)}
    return _next(record, at, EventKind.EXPIRED, request_id, details, client=client)


def _settled(state: OperationState, settle: timedelta) -> dict[str, Canonical]:
    """Return the window of a state that reads have told: that nothing came of it waits for one, whatever shows waits for none."""
    return _window(settle) if state is OperationState.NOT_CREATED else {}


def _window(waited: timedelta) -> dict[str, Canonical]:
    """Return what an event tells of the window that had to be over, in whole seconds.

    Each deployment sets its own and may set another later: the record alone must tell whether it was obeyed.
    """
    return {WINDOW: math.floor(waited.total_seconds())}


def released(record: OperationRecord, at: datetime, request_id: str, client: str | None = None) -> AuditEvent:
    """Return the event of a guard that is freed because the booking ended upstream."""
    return _next(record, at, EventKind.RELEASED, request_id, {"reason": "ended-upstream"}, record.booking_id, client)


def resolved(  # noqa: PLR0913, PLR0917 (the parts of one event)
    record: AnyRecord,
    at: datetime,
    request_id: str,
    state: OperationState,
    booking_id: int | None,
    by: str,
    why: str,
) -> AuditEvent:
    """Return the event of an operation that a person has settled: who, and on what evidence."""
    return _next(record, at, _KINDS[state], request_id, {"resolved_by": by, "why": why}, booking_id)


def _next(  # noqa: PLR0913, PLR0917 (the parts of one event)
    record: AnyRecord,
    at: datetime,
    kind: EventKind,
    request_id: str,
    details: Mapping[str, Canonical],
    booking_id: int | None = None,
    client: str | None = None,
) -> AuditEvent:
    """Return an event that is chained to an operation's newest; `client` names its client, where no event did yet."""
    return AuditEvent(
        operation_id=record.id,
        sequence=record.sequence + 1,
        at=at,
        kind=kind,
        account=record.account,
        request_id=request_id,
        client=record.names.client or client,
        candidate=record.names.candidate,
        tells_client=record.names.client is None and client is not None,
        begun_at=record.claimed_at,
        booking_id=booking_id,
        previous_hash=record.head,
        details={**_kind_of(record.change), **details},
    )
