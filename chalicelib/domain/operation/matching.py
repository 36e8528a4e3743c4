"""Which booking is the one that was sent: in the answer to the POST, and in the account's list afterwards."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from chalicelib.domain.booking.booking import Booking, BookingRequest, UnreadableEntry
from chalicelib.domain.booking.upstream_time import answer_readings, read_time, same_minute
from chalicelib.domain.operation.operation import ENDED_UPSTREAM, OperationState
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.values import dataclass

ANY_ZONE = timedelta(hours=26)  # no two zones of the world are further apart: UTC-12 and UTC+14
ZONE_STEP = timedelta(minutes=15)  # and none is off by less, or by a fraction of it


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

    def decided_by(self, record: OperationRecord, now: datetime) -> datetime | None:
        """Return when an outcome that is not known at `now` will be: when reads can tell it, or else a person takes over.

        None when a person has it already, or is about to: reads tell nothing more that they have not told.
        """
        ends = (record.claimed_at + self.settle, record.claimed_at + self.expiry)
        return next((end for end in ends if now < end), None) if record.is_open(now) else None


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
    unreadable: Iterable[UnreadableEntry] = (),
    is_complete: bool,
    read_at: datetime,
    zone: tzinfo,
    policy: ReconciliationPolicy,
) -> Verdict:
    """Judge one operation by the account's list.

    `owners` names the operations that bookings belong to already; `unreadable` are the entries that are no readable bookings:
    none of them keeps a booking from being found, and each that may be ours keeps it from being denied.

    `is_complete` tells whether the list was read whole;
    `read_at` is when the reading began. "Not created" takes more than no match, because freeing the guard beside a booking
    that stands would double it, and denying one that has ended would be a lie. The zone of the upstream's dates is an
    inference, so what is ours but for its dates leaves the question open, or to a person.
    """
    alike = {booking.booking_id: booking for booking in bookings if may_concern(record, booking, zone)}
    free = {id_: booking for id_, booking in alike.items() if owners.get(id_, record.id) == record.id}
    matching = {id_: booking for id_, booking in free.items() if _matches(record, booking, zone, policy)}
    if len(matching) == 1:
        (booking,) = matching.values()
        return Verdict(OperationState.CONFIRMED, booking, tuple(matching))
    if matching:
        return Verdict(OperationState.AMBIGUOUS, None, tuple(sorted(matching)))
    if not is_complete or read_at < record.claimed_at + policy.settle:
        return Verdict(OperationState.UNKNOWN)
    if any(may_be_ours(record, entry, zone) and _is_free(record, entry, owners) for entry in unreadable):
        return Verdict(OperationState.UNKNOWN)
    in_time = {id_ for id_, booking in free.items() if _may_be_created_in_time(record, booking, zone, policy)}
    in_doubt = {
        id_
        for id_, booking in alike.items()
        if resembles(record, booking, zone) and (id_ in in_time or booking.status not in ENDED_UPSTREAM)
    }
    if in_doubt:
        return Verdict(OperationState.AMBIGUOUS, None, tuple(sorted(in_doubt)))
    is_shifted = any(_is_same_order(record, alike[id_]) for id_ in in_time)
    return Verdict(OperationState.UNKNOWN if is_shifted else OperationState.NOT_CREATED)


def may_concern(record: OperationRecord, booking: Booking, zone: tzinfo) -> bool:
    """Tell whether a booking is with the same candidate, at the same time by the clock of some zone."""
    return booking.candidate.user_id == record.book_user_id and _may_be_at(record, booking.session_date, zone)


def may_be_ours(record: OperationRecord, entry: UnreadableEntry, zone: tzinfo) -> bool:
    """Tell whether an entry that cannot be read may be the operation's booking: nothing that is known of it denies that."""
    is_another_candidate = entry.user_id is not None and entry.user_id != record.book_user_id
    return not is_another_candidate and _may_be_at(record, entry.session_date or "", zone)


def _is_free(record: OperationRecord, entry: UnreadableEntry, owners: Mapping[int, str]) -> bool:
    """Tell whether an entry belongs to no other operation, as far as it says which booking it is."""
    return entry.booking_id is None or owners.get(entry.booking_id, record.id) == record.id


def _may_be_at(record: OperationRecord, session_date: str, zone: tzinfo) -> bool:
    """Tell whether a time in an answer can be the one that was sent, by the clock of some zone; one that cannot be read can."""
    sent = read_time(record.session_date, zone)
    listed = answer_readings(session_date, zone)
    return sent is None or not listed or any(_is_zone_apart(one - other) for one in sent.readings for other in listed)


def _is_zone_apart(difference: timedelta) -> bool:
    """Tell whether two readings of one time can differ so much because their clocks are of different zones."""
    return abs(difference) <= ANY_ZONE and not difference % ZONE_STEP


def resembles(record: OperationRecord, booking: Booking, zone: tzinfo) -> bool:
    """Tell whether a booking is with the same candidate at the same time, whatever else it says."""
    return booking.candidate.user_id == record.book_user_id and same_minute(
        record.session_date, booking.session_date, zone
    )


def _matches(record: OperationRecord, booking: Booking, zone: tzinfo, policy: ReconciliationPolicy) -> bool:
    """Tell whether a booking is what the operation sent, created when it was sent."""
    return (
        resembles(record, booking, zone)
        and _is_same_order(record, booking)
        and is_created_in_time(record, booking, zone, policy)
    )


def _is_same_order(record: OperationRecord, booking: Booking) -> bool:
    """Tell whether a booking is for as long, by the same method and for the same credits."""
    ordered = (record.duration, record.method, record.credits)
    return (booking.duration, booking.method, booking.credits) == ordered


def is_created_in_time(record: OperationRecord, booking: Booking, zone: tzinfo, policy: ReconciliationPolicy) -> bool:
    """Tell whether a booking was created when the operation was sent, by the upstream's own clock; False if it says none."""
    return booking.create_date is not None and any(
        record.claimed_at - policy.before <= reading <= record.lease_until + policy.after
        for reading in answer_readings(booking.create_date, zone)
    )


def _may_be_created_in_time(
    record: OperationRecord, booking: Booking, zone: tzinfo, policy: ReconciliationPolicy
) -> bool:
    """Tell whether a booking was created when the operation was sent, by the clock of some zone, or does not say when."""
    anywhere = replace(policy, before=policy.before + ANY_ZONE, after=policy.after + ANY_ZONE)
    is_told = bool(answer_readings(booking.create_date or "", zone))
    return not is_told or is_created_in_time(record, booking, zone, anywhere)
