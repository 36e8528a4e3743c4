"""The rows: what they hold and how long."""

from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.dynamodb import items
from tests.builders import NOW
from tests.contract.records import claim_event, operation

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
        "schema": {"N": "1"},
        "operation_id": {"S": made.id},
        "account": {"N": "1001"},
        "book_user_id": {"N": "123456"},
        "session_date": {"S": "2026-01-20 21:30"},
        "duration": {"N": "15"},
        "method": {"N": "1"},
        "credits": {"S": "8.50"},
        "fingerprint": {"S": made.fingerprint},
        "state": {"S": "SENDING"},
        "attempt": {"N": "1"},
        "claimed_at": {"S": "2026-01-15T12:00:00.000+00:00"},
        "lease_until": {"S": "2026-01-15T12:00:31.000+00:00"},
        "key": {"S": f"KEY#{made.key_hash}"},
        "guard": {"S": f"GUARD#{made.guard_hash}"},
        "head": {"S": items.head(claim_event(made))},
        "events": {"N": "1"},
        "expires_at": items.expiry(made.guard_expires_at + timedelta(days=30)),
    }


def test_an_operation_outlives_its_key_and_its_guard_and_so_does_its_booking() -> None:
    """A key must never point to an operation that is gone, nor a BookingID be free while its guard holds."""
    made = operation()
    ends = {
        name: int(row["expires_at"]["N"])
        for name, row in {
            "key": items.key(made, made.key_hash or ""),
            "guard": items.guard(made),
            "operation": items.operation_being_sent(made, claim_event(made)),
            "booking": items.booking(made, 77),
        }.items()
    }
    assert ends["operation"] == ends["booking"] >= max(ends["key"], ends["guard"] + MONTH)
