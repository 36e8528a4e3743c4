"""Reading stored events: what we write is read whole, and nothing else is taken for an event."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from chalicelib.domain.audit.event import AuditEvent, EventKind, event_hash
from chalicelib.domain.audit.stored_event import ALLOWED_SKEW, StoredEvent, UnreadableEventError
from chalicelib.domain.canonical import Canonical, canonical_bytes
from tests.builders import NOW

EVENT = AuditEvent(
    "op_1", 2, NOW, EventKind.CONFIRMED, 1001, "request-1", "p_1001", "p_123456", 77, "ab" * 32, {"reason": "booked"}
)
DOCUMENT = json.loads(EVENT.canonical())


def test_an_event_is_read_as_it_was_written() -> None:
    """Read one with every member."""
    stored = EVENT.canonical()
    event = StoredEvent.read(stored)
    assert event == StoredEvent(
        canonical=stored,
        hash=event_hash(stored),
        operation_id="op_1",
        sequence=2,
        at=NOW,
        kind=EventKind.CONFIRMED,
        previous_hash="ab" * 32,
        client="p_1001",
        candidate="p_123456",
        booking_id="77",
        document=DOCUMENT,
    )
    assert "booked" not in repr(event)


def test_what_an_event_does_not_know_is_read_as_none() -> None:
    """Leave people and booking out."""
    event = StoredEvent.read(replace(EVENT, client=None, candidate=None, booking_id=None).canonical())
    assert (event.client, event.candidate, event.booking_id) == (None, None, None)


def test_persons_are_named_by_whatever_stands_there() -> None:
    """Put another spelling in the place of each."""
    event = StoredEvent.read(canonical_bytes({**DOCUMENT, "client": "c_7Q", "candidate": "p_2X"}))
    assert (event.client, event.candidate) == ("c_7Q", "p_2X")


def test_a_time_is_read_in_utc() -> None:
    """Write it with another offset."""
    at = datetime(2026, 1, 15, 13, 30, tzinfo=timezone(timedelta(hours=1)))
    event = StoredEvent.read(replace(EVENT, at=at).canonical())
    assert event.at == at
    assert event.at.tzinfo is UTC


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        (b"", "JSONDecodeError"),
        (b"\xff", "UnicodeDecodeError"),
        (b"[" * 100_000, "RecursionError"),
        (b"[]", "TypeError"),
        (b"7", "TypeError"),
        (EVENT.canonical() + b"\n", "the bytes are not canonical"),
        (EVENT.canonical().replace(b'"kind"', b' "kind"'), "the bytes are not canonical"),
        (EVENT.canonical().replace(b'"sequence":2', b'"sequence":2,"sequence":2'), "the bytes are not canonical"),
        (EVENT.canonical().replace(b'"sequence":2', b'"sequence":2.5'), "TypeError"),
    ],
)
def test_bytes_that_are_not_canonical_are_no_event(stored: bytes, why: str) -> None:
    """A reader must not take for one event what another reader takes for another."""
    with pytest.raises(UnreadableEventError, match=f"^no event: {why}$"):
        StoredEvent.read(stored)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"operation_id": 1}, "no str where one belongs"),
        ({"sequence": "2"}, "no int where one belongs"),
        ({"sequence": True}, "no int where one belongs"),
        ({"previous_hash": None}, "no str where one belongs"),
        ({"kind": "forgotten"}, "ValueError"),
        ({"at": "2026-01-15T12:00:00.000"}, "a time without its offset"),
        ({"at": "yesterday"}, "ValueError"),
        ({"at": 1}, "TypeError"),
    ],
)
def test_members_of_another_form_are_no_event(change: dict[str, Canonical], why: str) -> None:
    """Change one member each."""
    with pytest.raises(UnreadableEventError, match=f"^no event: {why}$"):
        StoredEvent.read(canonical_bytes({**DOCUMENT, **change}))


@pytest.mark.parametrize("name", ["operation_id", "sequence", "at", "kind", "previous_hash"])
def test_an_event_has_all_that_every_event_has(name: str) -> None:
    """Leave each member out."""
    with pytest.raises(UnreadableEventError, match=r"^no event: KeyError$"):
        StoredEvent.read(canonical_bytes({one: value for one, value in DOCUMENT.items() if one != name}))


def test_the_allowed_skew_is_more_than_two_clocks_a_minute_off() -> None:
    """The simulation sets clocks as far as that, and lets writes land late."""
    assert timedelta(minutes=2, seconds=30) < ALLOWED_SKEW <= timedelta(minutes=3)
