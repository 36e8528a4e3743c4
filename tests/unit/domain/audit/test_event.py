"""Audit events: their bytes, their chain, and what they tell of a request."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from chalicelib.domain.audit.event import (
    GENESIS,
    AuditEvent,
    EventKind,
    describe_request,
    event_hash,
    told_request_id,
)
from chalicelib.domain.booking.booking import ContactMethod
from chalicelib.domain.keyed_hash import HmacKey
from tests.builders import NOW, PHONE, booking_request, pseudonym

KEY = HmacKey(b"a key for tests, 32 bytes or more")
EVENT = AuditEvent(
    "op_1", 1, NOW, EventKind.CLAIMED, 1001, "request-1", candidate=pseudonym(123456), details={"unchecked": ["b", "a"]}
)


def test_an_event_is_stored_as_canonical_bytes() -> None:
    """Write one out in full; its bytes are made here, not when another test asked for them."""
    assert replace(EVENT).canonical() == (
        b'{"at":"2026-01-15T12:00:00.000+00:00","candidate":"p_00000000000000000000123456","kind":"claimed",'
        b'"operation_id":"op_1","previous_hash":"0","request_id":"sha256:%b","sequence":1,'
        b'"unchecked":["b","a"],"version":1}' % hashlib.sha256(b"request-1").hexdigest()[:22].encode()
    )


def test_the_hash_of_an_event_is_over_its_stored_bytes() -> None:
    """Compute it beside the code."""
    assert EVENT.hash == event_hash(EVENT.canonical()) == hashlib.sha256(EVENT.canonical()).hexdigest()


def test_the_bytes_of_an_event_are_made_once_and_are_its_own() -> None:
    """Ask twice, and change a copy afterwards: neither sees the other's."""
    assert EVENT.canonical() is EVENT.canonical()
    other = replace(EVENT, request_id="request-2")
    assert told_request_id("request-2").encode() in other.canonical()
    assert told_request_id("request-2").encode() not in EVENT.canonical()
    assert replace(other, request_id="request-1") == EVENT


def test_each_part_of_an_event_changes_its_hash() -> None:
    """Change every field in turn."""
    changes: list[dict[str, object]] = [
        {"operation_id": "op_2"}, {"sequence": 2}, {"at": NOW + timedelta(milliseconds=1)}, {"kind": EventKind.REFUSED},
        {"client": "p_1"}, {"request_id": "request-2"}, {"candidate": "p_1"}, {"candidate": None}, {"booking_id": 1},
        {"previous_hash": "1" * 64}, {"details": {"unchecked": ["a", "b"]}}, {"details": {}},
        {"sealed_contact": "sealed"}, {"sealed_contact": "s" * 241}, {"sealed_contact": "s" * 242},
    ]  # fmt: skip
    hashes = {event_hash(replace(EVENT, **change).canonical()) for change in changes}  # type: ignore[arg-type]
    assert len(hashes | {event_hash(EVENT.canonical())}) == len(changes) + 1


def test_the_first_event_of_a_chain_follows_nothing() -> None:
    """Look at the default."""
    assert EVENT.previous_hash == GENESIS == "0"


def test_an_event_keeps_the_instant_whatever_its_zone() -> None:
    """Give the time with an offset and with microseconds."""
    at = datetime(2026, 1, 15, 13, 0, 0, 123_999, tzinfo=timezone(timedelta(hours=1)))
    stored = json.loads(replace(EVENT, at=at).canonical())["at"]
    assert stored == "2026-01-15T13:00:00.123+01:00"


def test_a_phone_number_is_told_as_its_last_digits_and_a_keyed_hash() -> None:
    """Describe a booking by phone."""
    described = describe_request(booking_request(comments="x" * 40), KEY)
    assert described == {
        "session_date": "2026-01-20 21:30",
        "accept_by": "2026-01-20 18:00",
        "duration": 15,
        "method": 1,
        "credits": "32",
        "comments_length": 40,
        "contact": {"phone_last_3": "123", "phone_hmac": KEY.digest("phone", PHONE)[: len(KEY.id) + 11]},
    }


def test_a_skype_name_is_told_as_a_keyed_hash() -> None:
    """Describe a booking by Skype."""
    request = booking_request(method=ContactMethod.SKYPE, phone_number=None, skype_name="live:someone", comments=None)
    described = describe_request(request, KEY)
    assert described["contact"] == {"skype_hmac": KEY.digest("skype", "live:someone")[: len(KEY.id) + 11]}
    assert described["comments_length"] == 0


def test_a_booking_that_needs_no_contact_tells_none() -> None:
    """Describe a booking in which the client calls."""
    described = describe_request(booking_request(method=ContactMethod.CLIENT_CALLS, phone_number=None), KEY)
    assert described["contact"] == {}


def test_credits_are_told_in_full() -> None:
    """Describe a round amount, which a decimal may write as `1E+2`."""
    assert describe_request(booking_request(credits=Decimal("1E+2")), KEY)["credits"] == "100"


@pytest.mark.parametrize(("length", "is_beside"), [(1, False), (240, False), (241, True), (9000, True)])
def test_a_long_contact_is_kept_beside_its_event_which_tells_its_digest(length: int, *, is_beside: bool) -> None:
    """Erasing the key of what was sealed changes neither: the chain stays whole."""
    sealed = "s" * length
    event = replace(EVENT, sealed_contact=sealed)
    told = json.loads(event.canonical())
    assert event.contact_beside == (sealed if is_beside else None)
    assert told.get("sealed_contact") == (None if is_beside else sealed)
    digest = hashlib.sha256(sealed.encode()).hexdigest()
    assert told.get("sealed_contact_sha256") == (digest if is_beside else None)


def test_without_a_contact_nothing_is_told_of_one() -> None:
    """Look at the default."""
    assert EVENT.contact_beside is None
    assert b"contact" not in EVENT.canonical()


@pytest.mark.parametrize(
    "request_id",
    [
        "0b8d5a1e-6c54-4f0a-9a0e-3f1f7a5f3c11",
        "018F3A2B-7C1D-7E3F-8A4B-5C6D7E8F9A0B",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "unknown",
    ],
)
def test_a_drawn_request_id_is_told_as_it_is(request_id: str) -> None:
    """It holds chance and time, and no words of a caller; and our own word for none."""
    assert told_request_id(request_id) == request_id


@pytest.mark.parametrize(
    "request_id",
    [
        "123456",
        "call-for-123456",
        "r" * 128,
        "0b8d5a1e-6c54-1f0a-9a0e-3f1f7a5f3c11",
        "0b8d5a1e-6c54-4f0a-1a0e-3f1f7a5f3c11",
        "01ARZ3NDEKTSV4RRFFQ69G5FAVX",
        "unknown-123456",
    ],
)
def test_a_callers_own_request_id_is_told_by_its_digest(request_id: str) -> None:
    """Compute it beside the code; whoever has the id can do the same, and whoever has the digest can search by it."""
    expected = f"sha256:{hashlib.sha256(request_id.encode()).hexdigest()[:22]}"
    assert told_request_id(request_id) == expected == told_request_id(expected)
    assert json.loads(replace(EVENT, request_id=request_id).canonical())["request_id"] == expected
