"""When a new Idempotency-Key is safe: never while one that was used may still lead to a booking.

A booking under a new key is another booking as soon as its BookUserID or SessionDate differs, and nothing keeps it out. So a new
key is called safe only where everything that was or will ever be sent under the old one ends in an answer that is on record
already, and that answer booked nothing. An error that ends before its claim does not know what an earlier try did, or does at
this moment; one that may be tried again under its key says so, and needs no new one.
"""

from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.operation.operation import FREES_GUARD, RETRYABLE_STATUSES
from chalicelib.domain.operation.record import AnyRecord
from chalicelib.edge.problems.table import problem_type


def is_new_key_safe(error: SwitchboardError) -> bool | None:
    """Tell what a problem says of a new key; None where no booking could be concerned."""
    row = problem_type(error)
    if not row.safe_to_retry_with_new_key:
        return row.safe_to_retry_with_new_key
    is_on_record = error.operation_id is not None and not error.audit_pending
    return is_on_record and getattr(error, "upstream_status", None) not in RETRYABLE_STATUSES


def has_booked_nothing_for_good(record: AnyRecord) -> bool:
    """Tell whether an operation booked nothing, and no further attempt of it can: its key is used up, or it never had one."""
    return record.state in FREES_GUARD and not (record.is_retryable and record.is_keyed)
