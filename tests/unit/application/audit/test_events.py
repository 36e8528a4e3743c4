"""What the events of a booking tell: names and numbers in full, long lists cut short and the rest counted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.application.audit import events
from chalicelib.application.audit.events import MOST_BOOKINGS, MOST_MEMBERS, Subject
from chalicelib.domain.audit.event import AuditEvent, EventKind
from chalicelib.domain.booking.booking import BookingRequest
from chalicelib.domain.names import Names
from chalicelib.domain.operation.matching import Verdict
from chalicelib.domain.operation.operation import Operation, OperationState, Outcome
from tests.builders import NOW, PRINCIPAL, booking, booking_request, operation_record, pseudonym
from tests.contract.records import HASH_KEY

NAMES = Names(pseudonym(1001), pseudonym(123456))
SUBJECT = Subject("op_1", "request-1", PRINCIPAL, booking_request(), HASH_KEY, 123456, NAMES)
SETTLE, EXPIRY = timedelta(minutes=15), timedelta(hours=24)
CLAIMED = SUBJECT.first(NOW, EventKind.CLAIMED, {})


def operation(request: BookingRequest) -> Operation:
    """Return an operation that was claimed at NOW, whose guard ends within a second."""
    return Operation(
        id="op_1",
        account=PRINCIPAL.account,
        request=request,
        fingerprint="a7acc9ba:fingerprint",
        is_keyed=True,
        claimed_at=NOW,
        lease_until=NOW + timedelta(seconds=31),
        guard_expires_at=NOW + timedelta(seconds=1, milliseconds=1),
        names=NAMES,
    )


def concluded(*unreadable: str) -> AuditEvent:
    """Return the event of a booking of which some members could not be read."""
    made = booking(unreadable=unreadable)
    outcome = Outcome(OperationState.CONFIRMED, "booked", upstream_status=200, booking=made)
    return events.concluded(CLAIMED, NOW, outcome, {})


@pytest.mark.parametrize("names", [Names(), NAMES, Names(None, pseudonym(123456))])
def test_the_first_event_names_people_by_pseudonyms(names: Names) -> None:
    """As far as they are known; no UserID is told."""
    event = Subject("op_1", "request-1", PRINCIPAL, booking_request(), HASH_KEY, 123456, names).first(
        NOW, EventKind.REFUSED, {}
    )
    assert (event.names, event.tells_client, event.begun_at) == (names, names.client is not None, NOW)
    assert b"123456" not in event.canonical().replace(pseudonym(123456).encode(), b"")
    assert b'"account"' not in event.canonical()


@pytest.mark.parametrize("earlier", [None, pseudonym(1001)])
def test_the_first_event_that_names_the_client_says_so(earlier: str | None) -> None:
    """An index leads to that one, as of when the operation began."""
    known = pseudonym(1001)
    record = operation_record(names=Names(earlier, pseudonym(123456)))
    after = events.expired(record, NOW, "request-2", EXPIRY, known)
    assert (after.client, after.tells_client, after.begun_at) == (known, earlier is None, record.claimed_at)
    assert after.account == record.account
    release = events.released(replace(record, booking_id=7), NOW, "request-2", known)
    assert (release.client, release.tells_client, release.booking_id) == (known, earlier is None, 7)
    proof = events.proven(record, NOW, "request-2", OperationState.CONFIRMED, {"status": "Cancelled"}, SETTLE, known)
    assert (proof.client, proof.tells_client) == (known, earlier is None)
    assert proof.details == {"evidence": {"status": "Cancelled"}}
    denial = events.proven(record, NOW, "request-2", OperationState.NOT_CREATED, {"status": "Pending"}, SETTLE, known)
    assert denial.details == {"evidence": {"status": "Pending"}, "window_s": 900}
    attempt = events.claimed(SUBJECT, operation(booking_request()), NOW, [], {}, record)
    assert (attempt.tells_client, attempt.begun_at) == (earlier is None, None if earlier else record.claimed_at)
    outcome = Outcome(OperationState.NOT_SENT, "late")
    first = replace(CLAIMED, client=earlier)
    end = events.concluded(first, NOW, outcome, {}, client=known)
    assert (end.client, end.tells_client, end.begun_at) == (known, earlier is None, first.at)
    assert end.account == first.account == PRINCIPAL.account


def test_a_claim_tells_what_its_rows_hold() -> None:
    """So they can be made again; the guard's end is told in whole seconds, and never too early."""
    request = booking_request()
    event = events.claimed(SUBJECT, operation(request), NOW, ["balance"], {"reads": 12})
    assert (event.kind, event.sequence, event.names) == (EventKind.CLAIMED, 1, NAMES)
    told = {name: value for name, value in event.details.items() if name != "request"}
    assert told == {
        "unchecked": ["balance"],
        "timings_ms": {"reads": 12},
        "attempt": 1,
        "call": "op_1",
        "fingerprint": "a7acc9ba:fingerprint",
        "guard_until": int(NOW.timestamp()) + 2,
    }


def test_refusals_over_the_limit_are_told_as_a_number() -> None:
    """The last of them gives the hour; nothing of its own request is told."""
    at = datetime(2026, 1, 15, 12, 59, 59, tzinfo=UTC)
    refusal = events.refused(SUBJECT, at, "booking-rejected", {"violations": ["duration-minimum/Duration"]})
    counted = events.refusals_counted(refusal, 61)
    assert counted.kind is EventKind.REFUSALS_COUNTED
    assert counted.details == {"hour": "2026-01-15T12", "refusals": 61}
    assert (counted.operation_id, counted.at, counted.account) == ("op_1", at, PRINCIPAL.account)


@pytest.mark.parametrize(
    ("count", "left_out"), [(1, None), (MOST_MEMBERS, None), (MOST_MEMBERS + 1, 1), (MOST_MEMBERS + 5, 5)]
)
def test_unreadable_members_are_named_as_far_as_there_is_room(count: int, left_out: int | None) -> None:
    """Make one, as many as are named, one more, and some more."""
    names = [f"Member{number}" for number in range(count)]
    told = concluded(*names).details["booking"]
    assert isinstance(told, dict)
    assert told["unreadable_members"] == names[:MOST_MEMBERS]
    assert told.get("unreadable_left_out") == left_out
    assert ("unreadable_left_out" in told) is (left_out is not None)


def test_a_booking_that_was_read_whole_names_no_members() -> None:
    """Its event has nothing to say of them."""
    assert concluded().details["booking"] == {"status": "Pending", "credits": "32.0000"}


@pytest.mark.parametrize(("count", "left_out"), [(MOST_BOOKINGS, None), (MOST_BOOKINGS + 1, 1), (MOST_BOOKINGS + 7, 7)])
def test_bookings_that_may_be_ours_are_listed_as_far_as_there_is_room(count: int, left_out: int | None) -> None:
    """Find as many as are listed, and more."""
    found = tuple(range(1, count + 1))
    verdict = Verdict(OperationState.AMBIGUOUS, None, found)
    details = events.reconciled(operation_record(), NOW, "request-2", verdict, {"pages": 2}, SETTLE).details
    assert details["matching_bookings"] == list(found[:MOST_BOOKINGS])
    assert details.get("matching_left_out") == left_out
    assert ("matching_left_out" in details) is (left_out is not None)
