"""What the store remembers of an operation, and when reads may settle it."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.names import Names
from chalicelib.domain.operation.operation import OperationState, keyed_operation_id, new_operation
from chalicelib.domain.operation.record import OperationRecord
from tests.builders import LONDON, NOW, booking_request, operation_record

HASH_KEY = HmacKey(b"a key for tests, 32 bytes or more")
LEASE_ENDS = NOW + timedelta(seconds=31)
LATER = LEASE_ENDS + timedelta(microseconds=1)


@pytest.mark.parametrize("idempotency_key", ["0123456789abcdef", None])
def test_a_record_says_what_its_operation_asked_for(idempotency_key: str | None) -> None:
    """Make the record of a further attempt, with a key and without."""
    operation = new_operation(
        call_id="op_0",
        account=1001,
        request=booking_request(credits=Decimal("32.5")),
        idempotency_key=idempotency_key,
        key=HASH_KEY,
        now=NOW,
        function_seconds=26,
        zone=LONDON,
        names=Names("p_client", "p_candidate", is_candidate_new=True),
    ).as_attempt(3)
    record = OperationRecord.of(operation, OperationState.UNKNOWN, 7, "head")
    assert record.id == ("op_0" if idempotency_key is None else keyed_operation_id(1001, idempotency_key))
    assert (record.account, record.state, record.attempt) == (1001, OperationState.UNKNOWN, 3)
    assert (record.book_user_id, record.session_date, record.duration) == (123456, "2026-01-20 21:30", 15)
    assert (record.method, type(record.method), record.credits) == (1, int, Decimal("32.5"))
    assert (record.claimed_at, record.lease_until) == (NOW, LEASE_ENDS)
    assert (record.sequence, record.head, record.booking_id, record.is_retryable) == (7, "head", None, False)
    assert record.guard == operation.guard == "1001#123456#2026-01-20 21:30"
    assert record.fingerprint == HASH_KEY.fingerprint(operation.request)
    assert (record.is_keyed, record.sealed_answer) == (idempotency_key is not None, None)
    assert record.names == Names("p_client", "p_candidate")


@pytest.mark.parametrize(
    ("state", "now", "is_running", "is_open"),
    [
        (OperationState.SENDING, NOW, True, False),
        (OperationState.SENDING, LEASE_ENDS, True, False),
        (OperationState.SENDING, LATER, False, True),
        (OperationState.UNKNOWN, NOW, False, True),
        (OperationState.UNKNOWN, LATER, False, True),
        *((state, LATER, False, False) for state in OperationState if state not in {"SENDING", "UNKNOWN"}),
    ],
)
def test_reads_may_settle_what_is_unknown_and_what_nobody_works_on_any_more(
    state: OperationState,
    now: datetime,
    *,
    is_running: bool,
    is_open: bool,
) -> None:
    """Ask in every state, and around the end of the lease."""
    record = operation_record(state=state)
    assert (record.is_running(now), record.is_open(now)) == (is_running, is_open)
