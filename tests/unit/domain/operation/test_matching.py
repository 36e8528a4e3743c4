"""Which of the account's bookings can be the one that an operation sent, and what follows from it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.booking.booking import BookedUser, Booking, UnreadableEntry
from chalicelib.domain.operation.listing import ANY_ZONE, Listing, Near
from chalicelib.domain.operation.matching import (
    ReconciliationPolicy,
    Verdict,
    echoes,
    judge,
    may_own,
    resembles,
)
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.record import OperationRecord
from tests.builders import LONDON, NOW, booking, booking_request, operation_record

POLICY = ReconciliationPolicy()
TOO_EARLY = NOW + POLICY.settle - timedelta(microseconds=1)
SETTLED = NOW + POLICY.settle
SUMMER = datetime(2026, 7, 15, 12, 0, tzinfo=UTC)
UNKNOWN, CONFIRMED = OperationState.UNKNOWN, OperationState.CONFIRMED
AMBIGUOUS, NOT_CREATED = OperationState.AMBIGUOUS, OperationState.NOT_CREATED


def verdict(  # noqa: PLR0913 (keyword-only evidence of one judgement)
    bookings: Sequence[Booking],
    *,
    record: OperationRecord | None = None,
    owners: Mapping[int, str] | None = None,
    unreadable: Sequence[UnreadableEntry] = (),
    is_complete: bool = True,
    read_at: datetime = SETTLED,
) -> Verdict:
    """Judge an operation by a list, by default a whole one that was read when absence proves something."""
    return judge(
        record or operation_record(),
        Listing(bookings, unreadable, LONDON).near(record or operation_record()),
        owners=owners or {},
        is_complete=is_complete,
        read_at=read_at,
        zone=LONDON,
        policy=POLICY,
    )


@pytest.mark.parametrize("is_complete", [True, False])
@pytest.mark.parametrize("read_at", [NOW, TOO_EARLY, SETTLED])
@pytest.mark.parametrize("status", ["Pending", "Accepted", "Cancelled"])
def test_the_one_booking_that_was_sent_is_known_at_once(is_complete: bool, read_at: datetime, status: str) -> None:  # noqa: FBT001 (a row)
    """Find it early or late, in a whole list or in a part, whatever became of it, beside one with somebody else."""
    ours = booking(booking_id=7, status=status)
    found = verdict([booking(booking_id=8, user_id=9), ours], is_complete=is_complete, read_at=read_at)
    assert found == Verdict(CONFIRMED, ours, (7,))


def test_a_booking_that_is_listed_twice_is_one_booking() -> None:
    """Meet it on two pages."""
    assert verdict([booking(), booking()]).state is CONFIRMED


def test_two_bookings_that_may_be_ours_are_for_a_person_to_tell_apart() -> None:
    """Find two that match; nothing is guessed."""
    assert verdict([booking(booking_id=8), booking(booking_id=7)]) == Verdict(AMBIGUOUS, None, (7, 8))


def test_a_booking_of_another_operation_is_not_ours() -> None:
    """Find two that match, one of which belongs to another; then only that one."""
    found = [booking(booking_id=7), booking(booking_id=8)]
    assert verdict(found, owners={7: "op_0"}).booking == found[1]
    elsewhere = booking(booking_id=7, status="Cancelled")
    assert verdict([elsewhere], owners={7: "op_0"}) == Verdict(NOT_CREATED)


def test_beside_a_booking_that_stands_nothing_is_never_said_to_be_free_whoever_it_belongs_to() -> None:
    """Find an equal one of another operation, standing: it had ended, or this operation could not have been claimed."""
    assert verdict([booking(booking_id=7)], owners={7: "op_0"}) == Verdict(AMBIGUOUS, None, (7,))


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"session_date": "2026-01-20T16:30:00", "create_date": "2026-01-15T07:00:00"}, UNKNOWN),
        ({"session_date": "2026-01-21T23:30:00"}, UNKNOWN),
        ({"session_date": "2026-01-21T23:45:00"}, NOT_CREATED),
        ({"session_date": "2026-01-20T21:45:00"}, UNKNOWN),
        ({"session_date": "2026-01-20T21:44:00"}, NOT_CREATED),
        ({"session_date": "soon"}, UNKNOWN),
        ({"session_date": "2026-01-20T20:30:00", "status": "Cancelled"}, UNKNOWN),
        ({"session_date": "2026-01-20T20:30:00", "create_date": None}, UNKNOWN),
        ({"session_date": "2026-01-20T20:30:00", "create_date": "2026-01-13T12:00:00"}, NOT_CREATED),
        ({"session_date": "2026-01-20T20:30:00", "credits": Decimal(33)}, NOT_CREATED),
        ({"session_date": "2026-01-20T20:30:00", "duration": 16}, NOT_CREATED),
        ({"session_date": "2026-01-20T20:30:00", "method": 2}, NOT_CREATED),
        ({"session_date": "2026-01-20T20:30:00", "user_id": 9}, NOT_CREATED),
    ],
)
def test_the_same_order_at_a_time_that_another_zone_explains_keeps_the_question_open(
    changes: dict[str, Any], state: OperationState
) -> None:
    """Find what was sent by another clock: if AdultWork keeps that one, it is ours, and a new key would double it."""
    assert verdict([booking(booking_id=7, **changes)]) == Verdict(state)
    assert verdict([booking(booking_id=7, **changes)], owners={7: "op_0"}) == Verdict(NOT_CREATED)


def test_a_booking_that_is_known_as_ours_stays_ours() -> None:
    """Judge again after the booking was written down as this operation's."""
    assert verdict([booking()], owners={1: "op_1"}).state is CONFIRMED


@pytest.mark.parametrize(
    ("created", "is_ours"),
    [
        ("2026-01-15T11:55:00", True),
        ("2026-01-15T11:54:59.999", False),
        ("2026-01-15T12:15:31", True),
        ("2026-01-15T12:15:31.001", False),
        ("2026-01-15T12:00:05.123Z", True),
        ("2026-01-15T13:00:05+01:00", True),
        ("2026-01-15T13:00:05", False),
        (None, False),
        ("soon", False),
    ],
)
def test_a_booking_of_ours_was_created_around_the_send(created: str | None, is_ours: bool) -> None:  # noqa: FBT001 (a row)
    """Create it five minutes before the claim, a quarter of an hour after the lease, and just outside; or who knows when."""
    expected = Verdict(CONFIRMED, booking(create_date=created), (1,)) if is_ours else Verdict(AMBIGUOUS, None, (1,))
    assert verdict([booking(create_date=created)]) == expected


def test_in_the_hour_that_the_clocks_repeat_either_reading_of_a_creation_counts() -> None:
    """Send at half past one in the night of October, in the first hour and in the second."""
    for hour in (0, 1):
        sent_at = datetime.fromisoformat(f"2026-10-25T0{hour}:30:00+00:00")
        record = operation_record(claimed_at=sent_at, lease_until=sent_at + timedelta(seconds=31))
        found = verdict([booking(create_date="2026-10-25T01:30:05")], record=record, read_at=sent_at)
        assert found.state is CONFIRMED


@pytest.mark.parametrize(
    "changes",
    [{"duration": 16}, {"method": 2}, {"credits": Decimal("32.0001")}, {"create_date": "2026-01-14T12:00:00"}],
    ids=lambda changes: next(iter(changes)),
)
def test_while_something_standing_resembles_it_an_operation_is_never_said_to_have_booked_nothing(
    changes: dict[str, Any],
) -> None:
    """Find a booking with the same candidate at the same time that differs otherwise: a new key might double it."""
    other = booking(booking_id=7, **changes)
    assert verdict([other], read_at=TOO_EARLY) == Verdict(UNKNOWN)
    assert verdict([other]) == Verdict(AMBIGUOUS, None, (7,))
    assert verdict([other, booking(booking_id=5, **changes)]).candidates == (5, 7)
    assert verdict([other, booking(booking_id=8)]).booking == booking(booking_id=8)


@pytest.mark.parametrize("status", ["Cancelled", "Rejected"])
def test_what_ended_and_does_not_match_stands_in_nobody_s_way(status: str) -> None:
    """Find last week's booking at the same time, long cancelled."""
    assert verdict([booking(create_date="2026-01-08T12:00:00", status=status)]) == Verdict(NOT_CREATED)


@pytest.mark.parametrize(
    ("create_date", "state"),
    [
        ("2026-01-14T09:55:00", AMBIGUOUS),
        ("2026-01-14T09:54:59", NOT_CREATED),
        ("2026-01-16T14:15:31", AMBIGUOUS),
        ("2026-01-16T14:15:32", NOT_CREATED),
        (None, AMBIGUOUS),
        ("soon", AMBIGUOUS),
    ],
)
def test_what_ended_is_nobody_s_only_if_no_zone_makes_it_ours(create_date: str | None, state: OperationState) -> None:
    """Find a rejected one of yesterday by London's clock: if AdultWork keeps another, it is what was sent."""
    assert verdict([booking(create_date=create_date, status="Rejected")]).state is state


@pytest.mark.parametrize("status", ["cancelled", "Canceled", "Deleted", ""])
def test_only_the_documented_words_end_a_booking(status: str) -> None:
    """Find one with a status that nobody knows."""
    assert verdict([booking(duration=20, status=status)]).state is AMBIGUOUS


@pytest.mark.parametrize(
    ("is_complete", "read_at", "state"),
    [(True, SETTLED, NOT_CREATED), (True, TOO_EARLY, UNKNOWN), (False, SETTLED, UNKNOWN), (True, NOW, UNKNOWN)],
)
@pytest.mark.parametrize("others", [[], [booking(user_id=9)], [booking(session_date="2026-01-20T21:31:00")]])
def test_absence_proves_something_only_after_the_settle_window_and_in_a_whole_list(
    is_complete: bool,  # noqa: FBT001 (a row)
    read_at: datetime,
    state: OperationState,
    others: list[Booking],
) -> None:
    """Find nothing, or other bookings only."""
    assert verdict(others, is_complete=is_complete, read_at=read_at) == Verdict(state)


@pytest.mark.parametrize(
    ("other", "is_alike"),
    [
        (booking(), True),
        (booking(session_date="2026-01-20T21:30:00Z", duration=99, credits=Decimal(1), method=3), True),
        (booking(session_date="2026-01-20T21:30:01"), False),
        (booking(session_date="2026-01-21T21:30:00"), False),
        (booking(candidate=BookedUser(user_id=123457)), False),
    ],
)
def test_a_booking_resembles_what_was_sent_by_candidate_and_time_alone(other: Booking, is_alike: bool) -> None:  # noqa: FBT001 (a row)
    """Compare with bookings that differ in one way or the other."""
    assert resembles(operation_record(), other, LONDON) is is_alike


OURS_FOR_ALL_WE_KNOW = [
    UnreadableEntry(),
    UnreadableEntry(7),
    UnreadableEntry(7, 123456),
    UnreadableEntry(None, 123456, "2026-01-20T21:30:00"),
    UnreadableEntry(None, None, "2026-01-20T21:30:00"),
    UnreadableEntry(None, None, "2026-01-21T22:30:00"),
    UnreadableEntry(None, 123456, "soon"),
]
SURELY_ANOTHERS = [
    UnreadableEntry(7, 5),
    UnreadableEntry(None, 5, "2026-01-20T21:30:00"),
    UnreadableEntry(None, 123456, "2026-01-20T21:31:00"),
    UnreadableEntry(7, 123456, "2026-01-25T21:30:00"),
]


@pytest.mark.parametrize("entry", OURS_FOR_ALL_WE_KNOW)
def test_an_entry_that_may_be_ours_keeps_a_booking_from_being_denied(entry: UnreadableEntry) -> None:
    """What is not known of it cannot say that it is somebody else's; whose it is in the store can."""
    assert verdict([], unreadable=[entry]) == Verdict(UNKNOWN)
    assert verdict([], unreadable=[entry], owners={7: "op_0"}).state is (
        UNKNOWN if entry.booking_id is None else NOT_CREATED
    )
    assert verdict([], unreadable=[entry], owners={7: operation_record().id}).state is UNKNOWN


@pytest.mark.parametrize("entry", SURELY_ANOTHERS)
def test_an_entry_that_is_surely_anothers_denies_nothing_and_hides_nothing(entry: UnreadableEntry) -> None:
    """Another candidate, or a time that no zone makes ours."""
    assert verdict([], unreadable=[entry]) == Verdict(NOT_CREATED)
    assert verdict([booking()], unreadable=[entry]).state is CONFIRMED


@pytest.mark.parametrize("entry", OURS_FOR_ALL_WE_KNOW)
def test_a_booking_that_is_found_is_found_whatever_stands_beside_it(entry: UnreadableEntry) -> None:
    """One, or two for a person to tell apart."""
    assert verdict([booking()], unreadable=[entry]).state is CONFIRMED
    assert verdict([booking(booking_id=8), booking(booking_id=9)], unreadable=[entry]).state is AMBIGUOUS


def test_the_windows_can_be_set() -> None:
    """Judge by narrower windows."""
    policy = ReconciliationPolicy(before=timedelta(0), after=timedelta(0), settle=timedelta(seconds=40))

    def state(created: str | None, seconds: int) -> OperationState:
        made = Near() if created is None else Near((booking(create_date=created),))
        read_at = NOW + timedelta(seconds=seconds)
        record = operation_record()
        return judge(
            record, made, owners={}, is_complete=True, read_at=read_at, zone=LONDON, policy=policy
        ).state  # fmt: skip

    assert (state("2026-01-15T12:00:31", 0), state("2026-01-15T12:00:32", 0)) == (CONFIRMED, UNKNOWN)
    assert state("2026-01-15T11:59:59", 40) is AMBIGUOUS
    assert (state(None, 39), state(None, 40)) == (UNKNOWN, NOT_CREATED)


def test_dates_with_an_offset_are_compared_on_adultwork_s_clock() -> None:
    """Find a summer session that is told in UTC."""
    record = operation_record(session_date="2026-07-20 21:30")
    ours, other = booking(session_date="2026-07-20T20:30:00Z"), booking(session_date="2026-07-20T21:30:00Z")
    assert resembles(record, ours, LONDON)
    assert not resembles(record, other, LONDON)
    assert verdict([ours], record=record).state is CONFIRMED


def test_what_ended_is_in_doubt_by_adultwork_s_clock() -> None:
    """Let a booking end that was created at the last minute of a summer day that some zone would make ours."""
    record = operation_record(claimed_at=SUMMER, lease_until=SUMMER, session_date="2026-07-20 21:30")
    last = (SUMMER + POLICY.after + ANY_ZONE).astimezone(LONDON)
    for created, state in ((last, AMBIGUOUS), (last + timedelta(minutes=1), NOT_CREATED)):
        made = booking(
            session_date="2026-07-20T21:30:00",
            duration=16,
            status="Cancelled",
            create_date=f"{created:%Y-%m-%dT%H:%M:%S}",
        )
        assert verdict([made], record=record, read_at=SUMMER + timedelta(days=3)).state is state


@pytest.mark.parametrize(
    "change",
    [
        {"user_id": 654321},
        {"session_date": "2026-01-20T21:31:00"},
        {"duration": 16},
        {"method": 2},
        {"credits": Decimal("32.0001")},
    ],
)
def test_an_echo_is_the_booking_that_was_sent_in_all_that_counts(change: dict[str, Any]) -> None:
    """Answer with the booking, and with one that differs in a single member."""
    assert echoes(booking_request(), booking(credits=Decimal("32.0000"), phone_number="***"), LONDON)
    assert not echoes(booking_request(), booking(**change), LONDON)


def test_an_echo_may_have_its_date_in_another_form() -> None:
    """Send a summer evening, and get it back in UTC."""
    sent = booking_request(session_date="2026-07-20 21:30")
    assert echoes(sent, booking(session_date="2026-07-20T20:30:00Z"), LONDON)


@pytest.mark.parametrize(
    ("session_date", "is_alike"),
    [
        ("2026-07-19T18:30:00Z", True),
        ("2026-07-19T18:15:00Z", False),
        ("2026-07-21T23:30:00", True),
        ("2026-07-21T23:45:00", False),
    ],
)
def test_a_booking_may_concern_an_operation_by_the_clock_of_any_zone_and_no_further(
    session_date: str,
    is_alike: bool,  # noqa: FBT001 (a row)
) -> None:
    """List it 26 hours away from a summer evening in London, to both sides, and a quarter of an hour more."""
    record = operation_record(session_date="2026-07-20 21:30")
    other = booking(session_date=session_date)
    assert (Listing([other], [], LONDON).near(record).bookings == (other,)) is is_alike
    assert verdict([other], record=record).state is (UNKNOWN if is_alike else NOT_CREATED)


def test_what_stands_is_in_doubt_in_whatever_form_its_date_is() -> None:
    """Find a summer session that is told in UTC, and is longer than what was sent."""
    record = operation_record(session_date="2026-07-20 21:30")
    other = booking(session_date="2026-07-20T20:30:00Z", duration=16)
    assert verdict([other], record=record).state is AMBIGUOUS


@pytest.mark.parametrize(
    ("state", "later", "decided"),
    [
        (OperationState.UNKNOWN, timedelta(0), POLICY.settle),
        (OperationState.UNKNOWN, POLICY.settle - timedelta(microseconds=1), POLICY.settle),
        (OperationState.UNKNOWN, POLICY.settle, POLICY.expiry),
        (OperationState.UNKNOWN, POLICY.expiry - timedelta(microseconds=1), POLICY.expiry),
        (OperationState.UNKNOWN, POLICY.expiry, None),
        (OperationState.SENDING, timedelta(0), None),
        (OperationState.SENDING, timedelta(seconds=32), POLICY.settle),
        (OperationState.AMBIGUOUS, timedelta(0), None),
        (OperationState.CONFIRMED, timedelta(0), None),
    ],
)
def test_an_open_operation_is_decided_by_reads_or_else_by_a_person(
    state: OperationState, later: timedelta, decided: timedelta | None
) -> None:
    """Ask at the borders of both windows; what a function works on, and what is settled, is not open."""
    when = POLICY.decided_by(operation_record(state=state), NOW + later)
    assert when == (None if decided is None else NOW + decided)


def test_a_booking_may_be_an_operation_s_own_unless_it_is_another_s() -> None:
    """Ask about one that is nobody's, one's own, another's, and one that does not say which it is."""
    owners = {7: "op_1", 8: "op_2"}
    assert [may_own("op_1", booking_id, owners) for booking_id in (6, 7, 8, None)] == [True, True, False, True]
