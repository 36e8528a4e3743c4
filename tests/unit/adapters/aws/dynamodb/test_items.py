"""The rows: what they hold and how long."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.domain.operation.operation import OPEN, OperationState
from chalicelib.domain.operation.record import OperationRecord
from tests.builders import NOW, pseudonym
from tests.contract.records import IDEMPOTENCY_KEY, claim_event, operation

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)).map(lambda naive: naive.replace(tzinfo=NOW.tzinfo))  # noqa: DTZ001 (the zone is set at once)
MONTH = timedelta(days=30).total_seconds()


@given(end=MOMENTS, before=st.timedeltas(timedelta(0), timedelta(days=1)))
def test_a_row_never_stops_to_hold_before_its_end(end: datetime, before: timedelta) -> None:
    """Whole seconds round in favour of holding."""
    assert not _is_over(end, at=end - before)


@given(end=MOMENTS, after=st.timedeltas(timedelta(seconds=2), timedelta(days=1)))
def test_a_row_stops_to_hold_within_two_seconds_of_its_end(end: datetime, after: timedelta) -> None:
    """A key or guard that is over does not keep anybody out."""
    assert _is_over(end, at=end + after)


def _is_over(end: datetime, at: datetime) -> bool:
    """Evaluate the condition that DynamoDB evaluates: expires_at < :now."""
    return int(items.expiry(end)["N"]) < int(items.expired_before(at)["N"])


def test_the_operation_has_what_reconciliation_looks_for() -> None:
    """Account, candidate, date, duration, method and credits recognise the booking upstream; times bound the search."""
    made = operation(credits=Decimal("8.50"))
    row = items.operation_being_sent(made, claim_event(made))
    assert row == {
        "pk": {"S": f"OP#{made.id}"},
        "account": {"N": "1001"},
        "client": {"S": pseudonym(1001)},
        "candidate": {"S": pseudonym(123456)},
        "book_user_id": {"N": "123456"},
        "session_date": {"S": "2026-01-20 21:30"},
        "duration": {"N": "15"},
        "method": {"N": "1"},
        "credits": {"S": "8.50"},
        "state": {"S": "SENDING"},
        "attempt": {"N": "1"},
        "claimed_at": {"S": "2026-01-15T12:00:00.000+00:00"},
        "lease_until": {"S": "2026-01-15T12:00:31.001+00:00"},
        "fingerprint": {"S": made.fingerprint},
        "is_keyed": {"BOOL": True},
        "open": {"S": tables.open_shard(1001)},
        "head": {"B": bytes.fromhex(items.head_hex(claim_event(made)))},
        "events": {"N": "1"},
        "expires_at": items.expiry(made.guard_expires_at + timedelta(days=30)),
    }


def test_an_operation_outlives_its_guard_and_a_booking_stays_for_good() -> None:
    """A guard must never point to an operation that is gone, nor a BookingID ever be free again."""
    made = operation()
    guard, row = items.guard(made), items.operation_being_sent(made, claim_event(made))
    assert int(row["expires_at"]["N"]) == int(guard["expires_at"]["N"]) + MONTH
    assert guard == {
        "pk": {"S": f"GUARD#{made.guard}"},
        "operation_id": {"S": made.id},
        "expires_at": {"N": "1769031000"},
    }
    assert items.booking(made.id, 77) == {"pk": {"S": "BOOKING#77"}, "operation_id": {"S": made.id}}
    assert "expires_at" not in items.booking(made.id, 77)


@given(end=MOMENTS, at=MOMENTS)
def test_reads_and_conditions_agree_on_what_is_over(end: datetime, at: datetime) -> None:
    """What a claim would not be held by is not read either; a row without an end never is over."""
    assert items.is_over({"expires_at": items.expiry(end)}, at) is _is_over(end, at)
    assert not items.is_over({}, at)


def test_a_row_is_read_as_it_was_written() -> None:
    """With a key and without, before a booking and after; only what is open is in the index of open ones."""
    for key in (None, IDEMPOTENCY_KEY):
        made = operation(key=key)
        record = OperationRecord.of(made, OperationState.SENDING, 1, items.head_hex(claim_event(made)))
        assert items.record(items.operation_being_sent(made, claim_event(made))) == record
        for state in OperationState:
            later = replace(record, state=state, booking_id=77, is_retryable=True, sealed_answer="AQIDBA")
            row = items.operation_row(later, made.guard_expires_at)
            assert items.record(row) == later
            assert ("open" in row) is (state in OPEN)
