"""Which booking is the one that was sent: in the answer to the POST, and in the account's list afterwards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from chalicelib.domain.booking import Booking, BookingRequest
from chalicelib.domain.operation import ENDED_UPSTREAM, OperationState
from chalicelib.domain.record import OperationRecord
from chalicelib.domain.upstream_time import answer_readings, same_minute

ANY_ZONE = timedelta(hours=26)  # no two zones of the world are further apart: UTC-12 and UTC+14


@dataclass(frozen=True, slots=True)
class ReconciliationPolicy:
    """The windows of reconciliation. Source: docs/adr/0009-reconciliation.md.

    A booking of ours was created between `before` the send and `after` the end of the attempt. Until `settle` after the
    send, an absent booking proves nothing: it may still turn up. After `expiry` without a caller, a person takes over.
    """

    before: timedelta = timedelta(minutes=5)
    after: timedelta = timedelta(minutes=15)
    settle: timedelta = timedelta(minutes=15)
    expiry: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a read says about an operation: its new state, and the booking when there is exactly one."""

    state: OperationState
    booking: Booking | None = None
    candidates: tuple[int, ...] = ()


def echoes(request: BookingRequest, booking: Booking, zone: tzinfo) -> bool:
    """Tell whether an answered booking is the one that was sent: candidate, time, duration, method and credits.

    Contact fields may be masked and are not compared; credits are compared as numbers (`8.0000` is `8`).
    """
    return (
        booking.candidate.user_id == request.book_user_id
        and same_minute(request.session_date, booking.session_date, zone)
        and booking.duration == request.duration
        and booking.method == request.method
        and booking.credits == request.credits
    )


def judge(  # noqa: PLR0913 (keyword-only evidence of one judgement)
    record: OperationRecord,
    bookings: Iterable[Booking],
    *,
    owners: Mapping[int, str],
    is_complete: bool,
    read_at: datetime,
    zone: tzinfo,
    policy: ReconciliationPolicy,
) -> Verdict:
    """Judge one operation by the account's list.

    `owners` names the operations that bookings belong to already; `is_complete` tells whether the list was read whole;
    `read_at` is when the reading began. "Not created" takes more than no match: nothing may stand in the list that even
    resembles what was sent, nor may anything like it have ended that could be ours if its dates are of another zone, which is
    an inference. Freeing the guard beside the one could double it, and denying the other would be a lie.
    """
    ours = {
        booking.booking_id: booking
        for booking in bookings
        if resembles(record, booking, zone) and owners.get(booking.booking_id, record.id) == record.id
    }
    matching = {id_: booking for id_, booking in ours.items() if _matches(record, booking, zone, policy)}
    if len(matching) == 1:
        (booking,) = matching.values()
        return Verdict(OperationState.CONFIRMED, booking, tuple(matching))
    if matching:
        return Verdict(OperationState.AMBIGUOUS, None, tuple(sorted(matching)))
    if not is_complete or read_at < record.claimed_at + policy.settle:
        return Verdict(OperationState.UNKNOWN)
    in_doubt = tuple(sorted(id_ for id_, booking in ours.items() if _is_in_doubt(record, booking, zone, policy)))
    return Verdict(OperationState.AMBIGUOUS if in_doubt else OperationState.NOT_CREATED, None, in_doubt)


def resembles(record: OperationRecord, booking: Booking, zone: tzinfo) -> bool:
    """Tell whether a booking is with the same candidate at the same time, whatever else it says."""
    return booking.candidate.user_id == record.book_user_id and same_minute(
        record.session_date, booking.session_date, zone
    )


def _matches(record: OperationRecord, booking: Booking, zone: tzinfo, policy: ReconciliationPolicy) -> bool:
    """Tell whether a booking that resembles the operation is what it sent, created when it was sent."""
    return (
        booking.duration == record.duration
        and booking.method == record.method
        and booking.credits == record.credits
        and is_created_in_time(record, booking, zone, policy)
    )


def _is_in_doubt(record: OperationRecord, booking: Booking, zone: tzinfo, policy: ReconciliationPolicy) -> bool:
    """Tell whether a booking that resembles the operation may be its own, though it does not match.

    What stands always may. What has ended may if it was created in time by the clock of some zone, or says no such time.
    """
    if booking.status not in ENDED_UPSTREAM or not answer_readings(booking.create_date or "", zone):
        return True
    anywhere = replace(policy, before=policy.before + ANY_ZONE, after=policy.after + ANY_ZONE)
    return is_created_in_time(record, booking, zone, anywhere)


def is_created_in_time(record: OperationRecord, booking: Booking, zone: tzinfo, policy: ReconciliationPolicy) -> bool:
    """Tell whether a booking was created when the operation was sent, by the upstream's own clock; False if it says none."""
    return booking.create_date is not None and any(
        record.claimed_at - policy.before <= reading <= record.lease_until + policy.after
        for reading in answer_readings(booking.create_date, zone)
    )
