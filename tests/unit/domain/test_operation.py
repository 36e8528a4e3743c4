"""Operations: their states, and the record that a claim writes."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.operation import FREES_GUARD, MOVES, ROUTE, Operation, OperationState, new_operation
from tests.builders import LONDON, NOW, booking_request

KEY = HmacKey(b"a key for tests, 32 bytes or more")
FINAL = {state for state, next_states in MOVES.items() if not next_states}


def operation(
    *,
    session_date: str = "2026-01-20 21:30",
    idempotency_key: str | None = "0123456789abcdef",
    account: int = 1001,
    now: datetime = NOW,
) -> Operation:
    """Return a new operation."""
    return new_operation(
        operation_id="op_1",
        account=account,
        request=booking_request(session_date=session_date),
        idempotency_key=idempotency_key,
        key=KEY,
        now=now,
        function_seconds=26,
        zone=LONDON,
    )


def test_every_state_says_where_it_may_go() -> None:
    """Compare the table with the states, on both sides of the arrow."""
    assert set(MOVES) == set(OperationState)
    assert frozenset().union(*MOVES.values()) == set(OperationState) - {OperationState.SENDING}


def test_only_what_is_unknown_or_under_way_may_move() -> None:
    """Look for the states that are not final; nothing goes back to SENDING, and UNKNOWN becomes known by reads alone."""
    assert set(OperationState) - FINAL == {OperationState.SENDING, OperationState.UNKNOWN}
    assert MOVES[OperationState.UNKNOWN].isdisjoint({OperationState.REJECTED, OperationState.NOT_SENT})


def test_every_operation_can_reach_an_end() -> None:
    """Walk from each state until nothing new is found."""
    for state in OperationState:
        reached, frontier = {state}, {state}
        while frontier:
            frontier = set().union(*(MOVES[each] for each in frontier)) - reached
            reached |= frontier
        assert reached & FINAL


def test_a_guard_is_freed_only_where_surely_nothing_was_booked() -> None:
    """Compare with the states of the protocol."""
    assert {"REJECTED", "NOT_SENT", "NOT_CREATED"} == FREES_GUARD


def test_a_record_holds_the_hashes_of_key_booking_and_request() -> None:
    """Compute them beside the code."""
    record = operation()
    assert record.key_hash == KEY.digest("idempotency-key", 1001, ROUTE, "0123456789abcdef")
    assert record.guard_hash == KEY.digest("guard", 1001, 123456, "2026-01-20 21:30")
    assert record.fingerprint == KEY.fingerprint(record.request)
    assert (record.id, record.account, record.attempt) == ("op_1", 1001, 1)


def test_two_accounts_share_neither_key_nor_guard() -> None:
    """Send the same from another account."""
    one, other = operation(), operation(account=1002)
    assert one.key_hash != other.key_hash
    assert one.guard_hash != other.guard_hash
    assert one.fingerprint == other.fingerprint


def test_without_an_idempotency_key_the_guard_alone_is_there() -> None:
    """Leave the key out."""
    record = operation(idempotency_key=None)
    assert record.key_hash is None
    assert record.guard_hash == operation().guard_hash


def test_the_lease_outlives_the_function() -> None:
    """Add the function's timeout and a margin."""
    record = operation()
    assert record.claimed_at == NOW
    assert record.lease_until == NOW + timedelta(seconds=31)


def test_the_key_holds_longer_than_a_day() -> None:
    """Compare with the least that the protocol promises."""
    assert operation().key_expires_at - NOW == timedelta(hours=48)


@pytest.mark.parametrize(
    ("session_date", "expires_at"),
    [
        ("2026-01-20 21:30", datetime(2026, 1, 21, 21, 30, tzinfo=UTC)),
        ("2026-07-20 21:30", datetime(2026, 7, 21, 20, 30, tzinfo=UTC)),
        ("2026-10-25 01:30", datetime(2026, 10, 26, 1, 30, tzinfo=UTC)),
        ("2026-01-15 11:59", NOW + timedelta(hours=24)),
        ("2026-03-29 01:30", NOW + timedelta(hours=24)),
        ("not a date", NOW + timedelta(hours=24)),
    ],
)
def test_the_guard_holds_a_day_longer_than_the_session(session_date: str, expires_at: datetime) -> None:
    """Choose ordinary dates, the later reading of a doubled hour, and dates that say nothing about the future."""
    assert operation(session_date=session_date).guard_expires_at == expires_at


@pytest.mark.parametrize("session_date", ["9999-12-31 23:59", "9999-12-30 23:59", "9999-01-01 00:00"])
def test_a_session_at_the_end_of_the_calendar_does_not_overflow(session_date: str) -> None:
    """Leave room for a month that a table may keep the record longer."""
    record = operation(session_date=session_date)
    assert record.guard_expires_at == datetime(9999, 1, 2, tzinfo=UTC)
    assert record.guard_expires_at + timedelta(days=30) > record.guard_expires_at
