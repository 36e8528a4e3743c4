"""Which booking is the one that was sent: in the answer to the POST, and in the account's list afterwards."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from chalicelib.domain.booking.booking import Booking
from chalicelib.domain.booking.upstream_time import answer_readings, same_minute
from chalicelib.domain.operation.listing import ANY_ZONE, Near
from chalicelib.domain.operation.operation import ENDED_UPSTREAM, OperationState
from chalicelib.domain.operation.order import Order, Sent
from chalicelib.domain.operation.record import AnyRecord, OperationRecord
from chalicelib.values import dataclass

# What a deployment may set the windows to, in minutes and hours; a record that tells of another one was not written by any.
LEAST_SETTLE, MOST_SETTLE = 1, 1440
LEAST_EXPIRY, DEFAULT_EXPIRY, MOST_EXPIRY = 1, 24, 720


@dataclass(frozen=True, slots=True)
class ReconciliationPolicy:
    """The windows of reconciliation. Source: docs/adr/0009-reconciliation.md.

    A booking of ours was created between `before` the send and `after` the end of the attempt. Until `settle` after the
    send, an absent booking proves nothing: it may still turn up. After `expiry` without a caller, a person takes over.
    """

    before: timedelta = timedelta(minutes=5)
    after: timedelta = timedelta(minutes=15)
    settle: timedelta = timedelta(minutes=15)
    expiry: timedelta = timedelta(hours=DEFAULT_EXPIRY)

    def decided_by(self, record: AnyRecord, now: datetime) -> datetime | None:
        """Return when an outcome that is not known at `now` will be: when reads can tell it, or else a person takes over.

        None when a person has it already, or is about to: reads tell nothing more that they have not told.
        """
        waits = (self.settle, self.expiry) if record.is_provable else (self.expiry,)
        ends = (record.claimed_at + wait for wait in waits)
        return next((end for end in ends if now < end), None) if record.is_open(now) else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a read says about an operation: its new state, and the booking when there is exactly one."""

    state: OperationState
    booking: Booking | None = None
    candidates: tuple[int, ...] = ()


def echoes(order: Order, booking: Booking, zone: tzinfo) -> bool:
    """Tell whether a booking is for what was sent: candidate, time, duration, method and credits.

    Contact fields may be masked and are not compared; credits are compared as numbers (`8.0000` is `8`).
    """
    return resembles(order, booking, zone) and _is_same_price(order, booking)


def resembles(order: Order, booking: Booking, zone: tzinfo) -> bool:
    """Tell whether a booking is with the same candidate at the same time, whatever else it says."""
    is_same_candidate = booking.candidate.user_id == order.book_user_id
    return is_same_candidate and same_minute(order.session_date, booking.session_date, zone)


def _is_same_price(order: Order, booking: Booking) -> bool:
    """Tell whether a booking is for as long, by the same method and for the same credits."""
    ordered = (order.duration, order.method, order.credits)
    return (booking.duration, booking.method, booking.credits) == ordered


def may_own(operation_id: str, booking_id: int | None, owners: Mapping[int, str]) -> bool:
    """Tell whether a booking belongs to no other operation; an entry that does not say which one it is belongs to nobody."""
    return booking_id is None or owners.get(booking_id, operation_id) == operation_id


def judge(  # noqa: PLR0913 (keyword-only evidence of one judgement)
    record: OperationRecord,
    near: Near,
    *,
    owners: Mapping[int, str],
    is_complete: bool,
    read_at: datetime,
    zone: tzinfo,
    policy: ReconciliationPolicy,
) -> Verdict:
    """Judge one operation by what is `near` it in the account's list.

    An entry that cannot be read keeps no booking from being found, and keeps it from being denied. `owners` names the
    operations that bookings belong to already. `is_complete` tells whether the list was read whole;
    `read_at` is when the reading began. "Not created" takes more than no match, because freeing the guard beside a booking
    that stands would double it, and denying one that has ended would be a lie. The zone of the upstream's dates is an
    inference, so what is ours but for its dates leaves the question open, or to a person.
    """
    alike = {booking.booking_id: booking for booking in near.bookings}
    free = {id_: booking for id_, booking in alike.items() if may_own(record.id, id_, owners)}
    matching = {id_: booking for id_, booking in free.items() if _matches(record, booking, zone, policy)}
    if len(matching) == 1:
        (booking,) = matching.values()
        return Verdict(OperationState.CONFIRMED, booking, tuple(matching))
    if matching:
        return Verdict(OperationState.AMBIGUOUS, None, tuple(sorted(matching)))
    if not is_complete or read_at < record.claimed_at + policy.settle:
        return Verdict(OperationState.UNKNOWN)
    if any(may_own(record.id, entry.booking_id, owners) for entry in near.unreadable):
        return Verdict(OperationState.UNKNOWN)
    in_time = {id_ for id_, booking in free.items() if _may_be_created_in_time(record, booking, zone, policy)}
    in_doubt = {
        id_
        for id_, booking in alike.items()
        if resembles(record, booking, zone) and (id_ in in_time or booking.status not in ENDED_UPSTREAM)
    }
    if in_doubt:
        return Verdict(OperationState.AMBIGUOUS, None, tuple(sorted(in_doubt)))
    is_shifted = any(_is_same_price(record, alike[id_]) for id_ in in_time)
    return Verdict(OperationState.UNKNOWN if is_shifted else OperationState.NOT_CREATED)


def _matches(record: OperationRecord, booking: Booking, zone: tzinfo, policy: ReconciliationPolicy) -> bool:
    """Tell whether a booking is what the operation sent, created when it was sent."""
    return echoes(record, booking, zone) and is_created_in_time(record, booking, zone, policy)


def is_created_in_time(sent: Sent, booking: Booking, zone: tzinfo, policy: ReconciliationPolicy) -> bool:
    """Tell whether a booking was created when the operation was sent, by the upstream's own clock; False if it says none."""
    return booking.create_date is not None and any(
        sent.claimed_at - policy.before <= reading <= sent.lease_until + policy.after
        for reading in answer_readings(booking.create_date, zone)
    )


def _may_be_created_in_time(
    record: OperationRecord, booking: Booking, zone: tzinfo, policy: ReconciliationPolicy
) -> bool:
    """Tell whether a booking was created when the operation was sent, by the clock of some zone, or does not say when."""
    anywhere = replace(policy, before=policy.before + ANY_ZONE, after=policy.after + ANY_ZONE)
    is_told = bool(answer_readings(booking.create_date or "", zone))
    return not is_told or is_created_in_time(record, booking, zone, anywhere)
