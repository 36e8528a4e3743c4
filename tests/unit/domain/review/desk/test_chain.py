"""A chain of events as reviewers see it, sound or tampered with."""

import json

import pytest

from chalicelib.domain.audit.event import EventKind
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.review.desk.chain import STATES, Chain, StoredEvent
from chalicelib.domain.review.desk.counts import count
from chalicelib.domain.review.desk.filters import Filter
from chalicelib.domain.review.desk.masks import masked
from chalicelib.domain.review.desk.position import whole_milliseconds
from chalicelib.domain.review.desk.titles import TITLES, title_of
from tests.builders import NOW


def chain(*documents: object) -> Chain:
    """Return a chain of documents; text stands for bytes that are no JSON object."""
    return Chain.read(
        "op_1", [each.encode() if isinstance(each, str) else json.dumps(each).encode() for each in documents]
    )


KINDS = [
    (["claimed"], "SENDING"),
    (["claimed", "confirmed"], "CONFIRMED"),
    (["claimed", "confirmed", "released"], "CONFIRMED"),
    (["claimed", "not-sent", "claimed", "rejected"], "REJECTED"),
    (["claimed", "unknown", "ambiguous"], "AMBIGUOUS"),
    (["claimed", "unknown", "expired", "not-created"], "NOT_CREATED"),
    (["refused"], "REFUSED"),
    (["refusals-counted"], "REFUSED"),
    (["claimed", "a kind of tomorrow"], "SENDING"),
    (["a kind of tomorrow"], None),
    ([None], None),
]


@pytest.mark.parametrize(("kinds", "state"), KINDS)
def test_the_state_is_that_of_the_newest_event_that_tells_one(kinds: list[str | None], state: str | None) -> None:
    """Whatever comes after it, and is of no state, leaves it."""
    assert chain(*({"kind": kind} for kind in kinds)).state == state


def test_every_kind_of_event_has_a_title_and_every_state_is_one_of_the_list() -> None:
    """A new kind or state cannot be forgotten."""
    assert TITLES.keys() == set(EventKind)
    assert (*OperationState, "REFUSED") == STATES
    assert (title_of("claimed"), title_of("of tomorrow"), title_of(None)) == (
        "Recorded, about to be sent",
        "of tomorrow",
        "An event that cannot be read",
    )


@pytest.mark.parametrize("stored", ["no JSON", "[1]", "7", '{"at": NaN}', "[" * 100_000])
def test_an_event_that_cannot_be_read_is_shown_as_such(stored: str) -> None:
    """It says nothing, and fails no page; its hash is that of its bytes."""
    event = StoredEvent.read(stored.encode())
    assert (event.members, event.kind, event.rules, len(event.hash)) == ({}, None, (), 64)
    told = chain(stored)
    assert (told.begun_at, told.last_at, told.state, told.attempts) == (None, None, None, 0)
    assert Filter(start=NOW, end=NOW).meets(told)


@pytest.mark.parametrize("at", ["", "yesterday", "2026-01-15", "2026-01-15T12:00:00", 7])
def test_a_time_that_is_none_is_not_told(at: object) -> None:
    """Nor one without its zone."""
    assert chain({"at": at}).begun_at is None


def test_what_is_told_of_a_chain_is_told_once() -> None:
    """Bookings, statuses, rules and reasons; what has another type is passed over."""
    told = chain(
        {"kind": "refused", "reason": "booking-rejected", "violations": ["a/X", "a/Y", "b"], "upstream_status": True},
        {"kind": "confirmed", "booking_id": 7, "upstream_status": 200, "reason": 5, "violations": "odd"},
        {"kind": "confirmed", "booking_id": 7, "upstream_status": 200},
    )
    assert (told.booking_ids, told.upstream_statuses, told.rules, told.reasons) == (
        (7,),
        (200,),
        ("a", "b"),
        ("booking-rejected",),
    )


def test_contact_members_are_masked_at_any_depth() -> None:
    """Everything else is as it was."""
    members = {"request": {"contact": {"phone_hmac": "x"}, "session_date": "d"}, "list": [{"skype_hmac": "y"}, 7]}
    assert masked(members) == {
        "request": {"contact": {"phone_hmac": "masked"}, "session_date": "d"},
        "list": [{"skype_hmac": "masked"}, 7],
    }


def test_counts_take_the_highest_count_of_an_hour() -> None:
    """Events that count refusals tell 1, 2, 4, 8 …; one that tells no number counts none."""
    hour = {"kind": "refusals-counted", "account": 1, "hour": "2026-01-15T12"}
    counts = count(
        [
            *(chain({**hour, "refusals": number}) for number in (4, 1, 2)),
            chain({**hour, "account": 2, "refusals": "many"}),
            chain({"kind": "refused", "reason": "too-many-bookings", "at": "2026-01-15T12:00:00+00:00"}),
        ]
    )
    assert (counts.refusals_counted, counts.refusals) == (4, {"too-many-bookings": 1})
    assert counts.days == {"unknown": {"REFUSED": 4}, "2026-01-15": {"REFUSED": 1}}
    assert count([chain({"at": "2026-01-15T12:00:00+00:00"})]).days == {"2026-01-15": {"UNREADABLE": 1}}


def test_moments_are_rounded_up_to_whole_milliseconds() -> None:
    """What began at or after one still does."""
    assert whole_milliseconds(NOW) == NOW
    assert whole_milliseconds(NOW.replace(microsecond=1)) == NOW.replace(microsecond=1000)
