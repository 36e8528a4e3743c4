"""What every AuditTrail does, in memory and on DynamoDB alike."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.audit.event import AuditEvent, EventKind
from chalicelib.domain.errors import StoreUnavailableError
from tests.builders import NOW
from tests.contract.conftest import REFUSALS_PER_HOUR, Stores
from tests.contract.records import claim_event, enough_time, operation


def test_events_come_back_in_order_byte_for_byte(stores: Stores) -> None:
    """The order is that of the sequence, past nine too, and the bytes are those that were hashed."""
    first = claim_event(operation())
    events = [replace(first, sequence=sequence, details={"name": "José"}) for sequence in range(1, 12)]
    for event in reversed(events):
        stores.trail.record_refusal(event, enough_time())
    assert list(stores.trail.events(first.operation_id)) == [event.canonical() for event in events]


def test_operations_do_not_mix(stores: Stores) -> None:
    """Each operation has its own events."""
    one, other = claim_event(operation(1, key=None)), claim_event(operation(2, key=None))
    stores.trail.record_refusal(one, enough_time())
    stores.trail.record_refusal(other, enough_time())
    assert list(stores.trail.events(one.operation_id)) == [one.canonical()]


def test_an_unknown_operation_has_no_events(stores: Stores) -> None:
    """Nothing is nothing, and no error."""
    assert list(stores.trail.events("op_unknown")) == []


def test_the_same_event_again_is_our_own_retry(stores: Stores) -> None:
    """An answer that was lost must not turn a success into a failure."""
    event = replace(claim_event(operation()), kind=EventKind.REFUSED)
    stores.trail.record_refusal(event, enough_time())
    stores.trail.record_refusal(event, enough_time())
    assert list(stores.trail.events(event.operation_id)) == [event.canonical()]


def test_an_event_is_never_written_over(stores: Stores) -> None:
    """Another event with the same place is refused, and the first stays."""
    event = claim_event(operation())
    stores.trail.record_refusal(event, enough_time())
    with pytest.raises(StoreUnavailableError):
        stores.trail.record_refusal(replace(event, request_id="another"), enough_time())
    assert list(stores.trail.events(event.operation_id)) == [event.canonical()]


def test_an_event_without_candidate_is_stored_too(stores: Stores) -> None:
    """What is unknown is left out of the indexes, not written as null."""
    event = replace(claim_event(operation()), candidate=None)
    stores.trail.record_refusal(event, enough_time())
    assert list(stores.trail.events(event.operation_id)) == [event.canonical()]


def refusal(number: int, at: datetime = NOW, account: int = 1001) -> AuditEvent:
    """Return the event of one refused request."""
    return replace(claim_event(operation(number, key=None)), kind=EventKind.REFUSED, at=at, account=account)


def record(stores: Stores, event: AuditEvent) -> list[dict[str, Any]]:
    """Record a refusal; return what stands under its id."""
    stores.trail.record_refusal(event, enough_time())
    return [json.loads(stored) for stored in stores.trail.events(event.operation_id)]


def test_refusals_over_an_account_s_share_are_counted_and_the_count_is_an_event(stores: Stores) -> None:
    """Refuse nine times more than the share of an hour: a few events tell how many."""
    for number in range(1, REFUSALS_PER_HOUR + 1):
        assert [event["kind"] for event in record(stores, refusal(number))] == ["refused"]
    told = [record(stores, refusal(REFUSALS_PER_HOUR + over)) for over in range(1, 10)]
    counts = {over: events[0]["refusals"] for over, events in enumerate(told, 1) if events}
    assert counts == {1: 1, 2: 2, 4: 4, 8: 8}
    assert {(events[0]["kind"], events[0]["hour"]) for events in told if events} == {
        ("refusals-counted", "2026-01-15T12")
    }


def test_the_next_hour_and_another_account_have_a_share_of_their_own(stores: Stores) -> None:
    """Use one up."""
    for number in range(1, REFUSALS_PER_HOUR + 1):
        record(stores, refusal(number, NOW + timedelta(seconds=3599)))
    assert record(stores, refusal(100, NOW + timedelta(seconds=3599)))[0]["kind"] == "refusals-counted"
    assert record(stores, refusal(101, NOW + timedelta(seconds=3600)))[0]["kind"] == "refused"
    assert record(stores, refusal(102, NOW + timedelta(seconds=3599), account=1002))[0]["kind"] == "refused"
