"""What every AuditIndex does, in memory and on DynamoDB alike."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from chalicelib.domain.audit.event import AuditEvent, EventKind, event_hash, told_request_id
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.review.desk.plan import Day, Drive, Named, Place, Span
from chalicelib.domain.review.desk.position import Direction, Position
from tests.builders import NOW, pseudonym
from tests.contract.records import enough_time
from tests.contract.review.conftest import Audit

TODAY = Day(date(2026, 1, 15))
LONG_REQUEST_ID, OTHER = "r" * 60, pseudonym(1002)


def opening(number: int, at: datetime = NOW, **changes: object) -> AuditEvent:
    """Return the event that opens a chain."""
    event = AuditEvent(
        operation_id=f"op_{number:026}",
        sequence=1,
        at=at,
        kind=EventKind.CLAIMED,
        account=1001,
        request_id=f"request-{number}",
        client=pseudonym(1001),
        candidate=pseudonym(123456),
        tells_client=True,
    )
    return replace(event, **changes)  # type: ignore[arg-type]  # members of an event


def following(event: AuditEvent, kind: EventKind = EventKind.CONFIRMED, **changes: object) -> AuditEvent:
    """Return the event after another."""
    after = replace(
        event,
        sequence=event.sequence + 1,
        kind=kind,
        at=event.at + timedelta(seconds=1),
        previous_hash=event_hash(event.canonical()),
        tells_client=False,
    )
    return replace(after, **changes)  # type: ignore[arg-type]  # members of an event


def found(audit: Audit, place: Place, span: Span | None = None, limit: int = 50) -> tuple[list[int], bool]:
    """Return the numbers of the operations of a place, in order, and whether that is the end."""
    entries = audit.index.entries(place, span or Span(), limit, enough_time())
    return [int(each.operation_id[3:]) for each in entries.positions], entries.is_end


def test_a_day_is_told_newest_first_over_all_its_partitions(audit: Audit) -> None:
    """Forty operations of one day, and one of each day beside it."""
    audit.put(*(opening(number, NOW - timedelta(minutes=number)) for number in range(40)))
    audit.put(opening(90, NOW - timedelta(days=1)), opening(91, NOW + timedelta(days=1)))
    assert found(audit, TODAY) == (list(range(40)), True)
    assert found(audit, TODAY, limit=7) == (list(range(7)), False)
    assert found(audit, TODAY, limit=40) == (list(range(40)), True)
    assert found(audit, Day(date(2026, 1, 14))) == ([90], True)
    assert found(audit, Day(date(2026, 1, 13))) == ([], True)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 8])
def test_operations_of_one_millisecond_are_told_once_each_in_the_order_of_their_ids(audit: Audit, limit: int) -> None:
    """However small the pieces are, none is lost between them; both ways."""
    audit.put(*(opening(number) for number in range(9)), opening(20, NOW + timedelta(milliseconds=1)))
    for place in (TODAY, Named(Drive.CLIENT, pseudonym(1001))):
        for direction, expected in ((Direction.OLDER, [20, *range(8, -1, -1)]), (Direction.NEWER, [*range(9), 20])):
            span, told = Span(direction), []
            while True:
                entries = audit.index.entries(place, span, limit, enough_time())
                told += [int(each.operation_id[3:]) for each in entries.positions]
                if entries.is_end:
                    break
                span = span.after(entries.positions[-1])
            assert told == expected


def test_a_span_bounds_what_is_told(audit: Audit) -> None:
    """From is included, to is not, and neither is the place that it goes on beyond."""
    audit.put(*(opening(number, NOW + timedelta(minutes=number)) for number in range(6)))
    one, four = NOW + timedelta(minutes=1), NOW + timedelta(minutes=4)
    assert found(audit, TODAY, Span(start=one, end=four)) == ([3, 2, 1], True)
    assert found(audit, TODAY, Span(start=one + timedelta(microseconds=1), end=four + timedelta(microseconds=1))) == (
        [4, 3, 2],
        True,
    )
    beyond = Position(NOW + timedelta(minutes=3), f"op_{3:026}")
    assert found(audit, TODAY, Span(beyond=beyond, start=one)) == ([2, 1], True)
    assert found(audit, TODAY, Span(Direction.NEWER, beyond, end=NOW + timedelta(minutes=5))) == ([4], True)
    assert found(audit, TODAY, Span(start=four, end=one)) == ([], True)


def test_clients_candidates_and_requests_lead_to_their_operations(audit: Audit) -> None:
    """Each by an index of its own; a long request id by its digest."""
    audit.put(
        opening(1),
        opening(2, client=OTHER, at=NOW + timedelta(seconds=1)),
        opening(3, candidate=pseudonym(7)),
        opening(4, candidate=None, client=OTHER, request_id=LONG_REQUEST_ID),
    )
    assert found(audit, Named(Drive.CLIENT, OTHER))[0] == [2, 4]
    assert found(audit, Named(Drive.CANDIDATE, pseudonym(123456)))[0] == [2, 1]
    assert found(audit, Named(Drive.REQUEST, told_request_id("request-3")))[0] == [3]
    digest = (
        opening(4, request_id=LONG_REQUEST_ID).canonical().decode().partition('"request_id":"')[2].partition('"')[0]
    )
    assert found(audit, Named(Drive.REQUEST, digest))[0] == [4]


def test_chains_come_whole_and_as_they_stand(audit: Audit) -> None:
    """Short ones, one of six events, and one that is not there; several at once, and one alone."""
    short, long = [opening(1)], [opening(2)]
    for _ in range(5):
        long.append(following(long[-1]))
    audit.put(*short, *long)
    names = [short[0].operation_id, long[0].operation_id, f"op_{9:026}"]
    chains = audit.index.chains(names, enough_time())
    assert {name: [each.canonical for each in chain.events] for name, chain in chains.items()} == {
        names[0]: [event.canonical() for event in short],
        names[1]: [event.canonical() for event in long],
    }
    assert audit.index.chains([names[1]], enough_time())[names[1]] == chains[names[1]]
    assert audit.index.chains([names[2]], enough_time()) == {}
    assert audit.index.chains([], enough_time()) == {}


def test_many_chains_are_read_in_one_go(audit: Audit) -> None:
    """More than one request to DynamoDB takes."""
    audit.put(*(opening(number) for number in range(60)))
    assert len(audit.index.chains([f"op_{number:026}" for number in range(60)], enough_time())) == 60


def test_a_booking_leads_to_its_operation(audit: Audit) -> None:
    """By the row that is kept for good."""
    audit.book(77, "op_of_it")
    assert audit.index.operation_of(77, enough_time()) == "op_of_it"
    assert audit.index.operation_of(78, enough_time()) is None


def test_a_booking_leads_to_its_changes(audit: Audit) -> None:
    """The newest first, refused ones as well; one of several bookings, and a candidate of that number, are not among them."""

    def change(number: int, *booking_ids: int) -> AuditEvent:
        details = {"change": "DeleteMadeBookings", "request": {"booking_ids": list(booking_ids)}}
        return opening(number, NOW + timedelta(minutes=number), candidate=None, details=details)

    audit.put(change(1, 77), replace(change(2, 77), kind=EventKind.REFUSED), change(3, 77, 78), change(4, 78))
    audit.put(opening(5, candidate="77"))
    assert found(audit, Named(Drive.BOOKING, 77)) == ([2, 1], True)
    assert found(audit, Named(Drive.BOOKING, 79)) == ([], True)


@pytest.mark.parametrize("sealed", ["AQIDBA", "not base64!"])
def test_a_contact_beside_its_event_is_found(audit: Audit, sealed: str) -> None:
    """In the spelling that it was sealed in."""
    audit.put_contact("op_1", 2, sealed)
    assert audit.index.contact("op_1", 2, enough_time()) == sealed
    assert audit.index.contact("op_1", 3, enough_time()) is None


def test_open_operations_are_counted_by_state(audit: Audit) -> None:
    """One that has just ended may still be in the index, and is not counted."""
    states = [OperationState.SENDING, *[OperationState.UNKNOWN] * 3, OperationState.CONFIRMED]
    for number, state in enumerate(states):
        audit.put_open(number, state)
    counted = audit.index.open_now(enough_time())
    assert (dict(counted.states), counted.is_complete) == ({"SENDING": 1, "UNKNOWN": 3}, True)


def test_open_operations_are_named_oldest_first(audit: Audit) -> None:
    """As many as are asked for, from all partitions of the index."""
    for number in range(5):
        audit.put_open(number, OperationState.UNKNOWN)
    named = audit.index.open_operations(3, enough_time())
    assert (named.operation_ids, named.is_complete) == (tuple(f"op_{number:026}" for number in range(3)), False)
    assert audit.index.open_operations(5, enough_time()).is_complete
