"""What every AuditTrail does, in memory and on DynamoDB alike."""

from dataclasses import replace

import pytest

from chalicelib.domain.audit import EventKind
from chalicelib.domain.errors import StoreUnavailableError
from tests.contract.conftest import Stores
from tests.contract.records import claim_event, enough_time, operation


def test_events_come_back_in_order_byte_for_byte(stores: Stores) -> None:
    """The order is that of the sequence, past nine too, and the bytes are those that were hashed."""
    first = claim_event(operation())
    events = [replace(first, sequence=sequence, details={"name": "José"}) for sequence in range(1, 12)]
    for event in reversed(events):
        stores.trail.append(event, enough_time())
    assert list(stores.trail.events(first.operation_id)) == [event.canonical() for event in events]


def test_operations_do_not_mix(stores: Stores) -> None:
    """Each operation has its own events."""
    one, other = claim_event(operation(1, key=None)), claim_event(operation(2, key=None))
    stores.trail.append(one, enough_time())
    stores.trail.append(other, enough_time())
    assert list(stores.trail.events(one.operation_id)) == [one.canonical()]


def test_an_unknown_operation_has_no_events(stores: Stores) -> None:
    """Nothing is nothing, and no error."""
    assert list(stores.trail.events("op_unknown")) == []


def test_the_same_event_again_is_our_own_retry(stores: Stores) -> None:
    """An answer that was lost must not turn a success into a failure."""
    event = replace(claim_event(operation()), kind=EventKind.REFUSED)
    stores.trail.append(event, enough_time())
    stores.trail.append(event, enough_time())
    assert list(stores.trail.events(event.operation_id)) == [event.canonical()]


def test_an_event_is_never_written_over(stores: Stores) -> None:
    """Another event with the same place is refused, and the first stays."""
    event = claim_event(operation())
    stores.trail.append(event, enough_time())
    with pytest.raises(StoreUnavailableError):
        stores.trail.append(replace(event, account=1), enough_time())
    assert list(stores.trail.events(event.operation_id)) == [event.canonical()]


def test_an_event_without_candidate_is_stored_too(stores: Stores) -> None:
    """What is unknown is left out of the indexes, not written as null."""
    event = replace(claim_event(operation()), candidate=None)
    stores.trail.append(event, enough_time())
    assert list(stores.trail.events(event.operation_id)) == [event.canonical()]
