"""Operations: their states, and the record that a claim writes."""

import hashlib
import re
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.names import Names
from chalicelib.domain.operation.operation import (
    FOR_A_PERSON,
    FREES_GUARD,
    MOVES,
    OPEN,
    ROUTE,
    Operation,
    OperationState,
    Outcome,
    keyed_operation_id,
    new_operation,
)
from tests.builders import LONDON, NOW, booking, booking_request

KEY = HmacKey(b"a key for tests, 32 bytes or more")
NEW_KEY = HmacKey(b"a new key for tests, 32 bytes or more")
FINAL = {state for state, next_states in MOVES.items() if not next_states}


def operation(
    *,
    session_date: str = "2026-01-20 21:30",
    idempotency_key: str | None = "0123456789abcdef",
    account: int = 1001,
    now: datetime = NOW,
    key: HmacKey = KEY,
) -> Operation:
    """Return a new operation."""
    return new_operation(
        call_id="op_1",
        account=account,
        request=booking_request(session_date=session_date),
        idempotency_key=idempotency_key,
        key=key,
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
    assert set(OperationState) - FINAL == {OperationState.SENDING, OperationState.UNKNOWN, *FOR_A_PERSON}
    assert MOVES[OperationState.UNKNOWN].isdisjoint({OperationState.REJECTED, OperationState.NOT_SENT})


def test_a_person_can_say_of_what_no_read_settles_whether_it_booked() -> None:
    """Look at where those states lead."""
    assert {"AMBIGUOUS", "EXPIRED_UNKNOWN"} == FOR_A_PERSON
    assert {MOVES[state] for state in FOR_A_PERSON} == {
        frozenset({OperationState.CONFIRMED, OperationState.NOT_CREATED})
    }


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


def test_what_is_open_may_still_move() -> None:
    """The two states that reads settle; a person's states are not looked at again by themselves."""
    assert {"SENDING", "UNKNOWN"} == OPEN


def test_an_idempotency_key_is_the_address_of_its_operation() -> None:
    """Compute it beside the code: another address after a deployment would forget every key."""
    address = b'["operation-1",1001,"POST /v1/PhoneChat/CreateBooking","0123456789abcdef"]'
    number = int.from_bytes(hashlib.sha256(address).digest()[:16])
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    expected = "".join(digits[number // 32**place % 32] for place in range(25, -1, -1))
    assert ROUTE.encode() in address
    assert (operation().id, operation().is_keyed) == (f"op_{expected}", True)
    assert keyed_operation_id(1001, "0123456789abcdef") == operation().id == "op_79QNVXXKHWN5BRX86TTJQG96T6"


@pytest.mark.parametrize("number", range(200))
def test_every_address_has_the_form_of_an_operation_id(number: int) -> None:
    """Logs and routes know no other; a ULID begins with 0 to 7, as 128 bits do in 26 digits."""
    assert re.fullmatch("op_[0-7][0-9A-HJKMNP-TV-Z]{25}", keyed_operation_id(number, f"key-number-{number}"))


def test_the_hmac_key_decides_nothing_but_the_fingerprint() -> None:
    """Make the same record under another key: it stands in the same places."""
    one, other = operation(), operation(key=NEW_KEY)
    assert (one.id, one.guard) == (other.id, other.guard)
    assert one.fingerprint == KEY.fingerprint(one.request)
    assert other.fingerprint == NEW_KEY.fingerprint(one.request)


def test_two_accounts_share_neither_key_nor_guard() -> None:
    """Send the same from another account."""
    one, other = operation(), operation(account=1002)
    assert one.id != other.id
    assert (one.guard, other.guard) == ("1001#123456#2026-01-20 21:30", "1002#123456#2026-01-20 21:30")
    assert one.fingerprint == other.fingerprint


def test_without_an_idempotency_key_an_operation_has_the_id_of_its_call() -> None:
    """Leave the key out."""
    record = operation(idempotency_key=None)
    assert (record.id, record.is_keyed, record.attempt) == ("op_1", False, 1)
    assert record.guard == operation().guard


@pytest.mark.parametrize(
    ("keys", "same", "other"),
    [((KEY,), True, False), ((NEW_KEY, KEY), True, False), ((NEW_KEY,), None, None), ((), None, None)],
)
def test_a_stored_fingerprint_is_compared_under_the_key_that_made_it(
    keys: tuple[HmacKey, ...],
    same: bool | None,  # noqa: FBT001 (a row)
    other: bool | None,  # noqa: FBT001 (the same)
) -> None:
    """Compare this request's and another's, made under the old key, with what a container knows."""
    record = operation(key=NEW_KEY)
    assert record.is_same_request(operation().fingerprint, keys) is same
    assert record.is_same_request(operation(session_date="2026-01-20 21:31").fingerprint, keys) is other


def test_a_further_attempt_is_the_same_operation() -> None:
    """Try a request again."""
    again = operation().as_attempt(2)
    assert (again.id, again.attempt, again.request) == (operation().id, 2, operation().request)
    assert operation().as_attempt(2, Names("p_1", "p_2")).names == Names("p_1", "p_2")


def test_the_lease_outlives_the_function() -> None:
    """Add the function's timeout and a margin."""
    record = operation()
    assert record.claimed_at == NOW
    assert record.lease_until == NOW + timedelta(seconds=31)


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


@pytest.mark.parametrize("state", list(OperationState))
def test_an_outcome_is_one_of_the_ends_of_a_post_and_has_a_booking_exactly_when_it_is_confirmed(
    state: OperationState,
) -> None:
    """Make one in every state, with a booking and without."""
    is_confirmed = state is OperationState.CONFIRMED
    wrong = r"^an outcome has a booking exactly when it is CONFIRMED$"
    with pytest.raises(ValueError, match=wrong if state in MOVES[OperationState.SENDING] else "does not end"):
        Outcome(state, "reason", booking=None if is_confirmed else booking())
    if state in MOVES[OperationState.SENDING]:
        assert Outcome(state, "reason", booking=booking() if is_confirmed else None).state is state
    else:
        with pytest.raises(ValueError, match="does not end"):
            Outcome(state, "reason")


@pytest.mark.parametrize(
    ("outcome", "is_retryable"),
    [
        (Outcome(OperationState.NOT_SENT, "connection-refused"), True),
        (Outcome(OperationState.REJECTED, "refused", 401), True),
        (Outcome(OperationState.REJECTED, "refused", 429), True),
        *(
            (Outcome(OperationState.REJECTED, "refused", status), False)
            for status in (400, 402, 403, 404, 409, 422, None)
        ),
        (Outcome(OperationState.UNKNOWN, "late"), False),
        (Outcome(OperationState.UNKNOWN, "too-many", 429), False),
        (Outcome(OperationState.UNKNOWN, "odd", 401), False),
        (Outcome(OperationState.CONFIRMED, "booked", 200, booking()), False),
    ],
)
def test_the_same_key_may_try_again_where_nothing_was_booked_and_it_was_not_the_booking_s_fault(
    outcome: Outcome,
    is_retryable: bool,  # noqa: FBT001 (a row)
) -> None:
    """Look at every kind of outcome; the status alone proves nothing."""
    assert outcome.is_retryable is is_retryable
