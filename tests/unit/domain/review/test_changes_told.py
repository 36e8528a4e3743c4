"""Chains of changes: the stories that the protocol allows, and those that it does not; and what their events say."""

import json
from dataclasses import replace

import pytest

from chalicelib.domain.audit.event import EventKind
from chalicelib.domain.audit.stored_event import StoredEvent
from chalicelib.domain.changing.changes import CHANGES
from chalicelib.domain.review import reasons
from chalicelib.domain.review.behaviour import first_impossible
from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.review.desk.titles import title_of
from chalicelib.domain.review.exports import ocsf, table
from chalicelib.domain.review.impossible import Impossible
from chalicelib.domain.review.stories import impossible_stories
from chalicelib.domain.review.wording import sentences
from tests.unit.domain.review import telling
from tests.unit.domain.review.telling import Step, told

REQUEST = {"booking_ids": [7], "reason_length": 4}
READ = {"read_at": "2026-01-15T12:20:00.000+00:00", "booking": 7, "status": "Pending"}


def of_change(step: Step, name: str = "CancelMadeBooking", **details: object) -> Step:
    """Return a step of a change."""
    kept = {one: value for one, value in step.details.items() if one not in {"evidence", "matching_bookings"}}
    return replace(step, booking_id=None, candidate=None, details={**kept, "change": name, **details})


CLAIMED = of_change(telling.CLAIMED, request=REQUEST)
CONFIRMED = of_change(telling.CONFIRMED)
UNKNOWN = of_change(telling.UNKNOWN)
LEASE_OVER = of_change(telling.LEASE_OVER)
SHOWN = of_change(telling.FOUND, evidence={**READ, "status": "Cancelled"})
NOT_MADE = of_change(telling.NOT_CREATED.at(1200), evidence=READ)
EXPIRED = of_change(telling.EXPIRED)
DONE = of_change(telling.RESOLVED)
NOT_DONE = of_change(telling.DENIED)
REJECTED = of_change(telling.REJECTED)
NOT_SENT = of_change(telling.NOT_SENT)
REFUSED = of_change(telling.REFUSED, reason="change-rejected", violations=["required/Reason"])


@pytest.mark.parametrize(
    "steps",
    [
        (CLAIMED, CONFIRMED),
        (CLAIMED, REJECTED),
        (CLAIMED, NOT_SENT, of_change(telling.claim(2, 5), request=REQUEST), CONFIRMED.at(6)),
        (CLAIMED, UNKNOWN, SHOWN),
        (CLAIMED, LEASE_OVER, NOT_MADE),
        (CLAIMED, UNKNOWN, EXPIRED, DONE),
        (CLAIMED, UNKNOWN, EXPIRED, NOT_DONE),
        (REFUSED,),
    ],
)
def test_what_the_protocol_writes_is_allowed(steps: tuple[Step, ...]) -> None:
    """Each way through the states."""
    assert first_impossible(told(*steps)) is None


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        ((CLAIMED, telling.CONFIRMED), Impossible.ANOTHER_KIND),
        ((telling.CLAIMED, CONFIRMED), Impossible.ANOTHER_KIND),
        ((CLAIMED, of_change(telling.CONFIRMED, "ReInvite")), Impossible.ANOTHER_KIND),
        ((CLAIMED, UNKNOWN, of_change(telling.AMBIGUOUS)), Impossible.MOVE),
        ((CLAIMED, CONFIRMED, of_change(telling.RELEASED)), Impossible.MOVE),
        ((CLAIMED, replace(CONFIRMED, booking_id=7)), Impossible.INCOMPLETE),
        ((CLAIMED, UNKNOWN, of_change(telling.FOUND)), Impossible.INCOMPLETE),
        ((CLAIMED, UNKNOWN, SHOWN.but(evidence={"status": "Cancelled"})), Impossible.INCOMPLETE),
        ((CLAIMED, UNKNOWN, SHOWN.but(evidence={**READ, "status": ""})), Impossible.INCOMPLETE),
        (
            (CLAIMED, UNKNOWN, NOT_MADE.but(evidence={**READ, "read_at": "2026-01-15T12:05:00.000+00:00"})),
            Impossible.TOO_EARLY,
        ),
        ((CLAIMED, UNKNOWN, EXPIRED.at(600)), Impossible.TOO_EARLY),
        (
            (
                CLAIMED,
                NOT_SENT,
                of_change(telling.claim(2, 5), request={**REQUEST, "booking_ids": [8]}).but(fingerprint="key-2:x"),
            ),
            Impossible.ANOTHER_REQUEST,
        ),
    ],
)
def test_what_it_never_writes_is_found(steps: tuple[Step, ...], kind: Impossible) -> None:
    """A chain of a booking is none of a change, nor the other way round."""
    finding = first_impossible(told(*steps))
    assert finding is not None
    assert finding.kind is kind


def test_what_is_wrong_with_a_change_is_told() -> None:
    """Of what kind each event is, and what it does not say."""
    mixed = first_impossible(told(CLAIMED, telling.CONFIRMED))
    assert mixed is not None
    assert mixed.what == "it is of a booking, and the first event of the change CancelMadeBooking"
    silent = first_impossible(told(CLAIMED, UNKNOWN, of_change(telling.FOUND)))
    assert silent is not None
    assert silent.what == "it does not say what was read"
    booked = first_impossible(told(CLAIMED, replace(CONFIRMED, booking_id=7)))
    assert booked is not None
    assert booked.what == "it tells a booking, and of none"


def test_two_equal_changes_are_never_under_way_at_once() -> None:
    """One that was made keeps no other one out, and another booking or change is another matter."""
    open_one = telling.stored(CLAIMED, UNKNOWN)

    def found_beside(claim: Step) -> list[object]:
        other = telling.stored(claim.but(call="op_other"), UNKNOWN.at(601), operation_id="op_2")
        return [finding.kind for finding in impossible_stories([open_one, other])]

    assert found_beside(CLAIMED.at(600)) == [Impossible.TWO_AT_ONCE]
    assert found_beside(CLAIMED.at(600).but(request={"booking_ids": [8]})) == []
    assert found_beside(CLAIMED.at(600).but(request="odd")) == []
    made = telling.stored(CLAIMED, CONFIRMED)
    later = telling.stored(CLAIMED.at(600).but(call="op_other"), CONFIRMED.at(601), operation_id="op_2")
    assert list(impossible_stories([made, later])) == []


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (
            CLAIMED,
            (
                "User p_00000000000000000000001001 asked to cancel booking 7. This was written down before anything was sent "
                "to AdultWork, as attempt 1. Until its outcome is known, or 2026-01-21 12:00 UTC at the latest, no second "
                "operation may ask for the same."
            ),
        ),
        (
            CLAIMED.without("guard_until").but(request=REQUEST | {"credits": "8.5"}),
            (
                "User p_00000000000000000000001001 asked to "
                "cancel booking 7, for 8.5 credits. This was written down before anything was sent to AdultWork, as attempt 1."
            ),
        ),
        (CONFIRMED, "AdultWork carried it out, status 200."),
        (
            CONFIRMED.but(deleted=1, kept=2),
            "AdultWork carried it out, status 200. It says that it deleted 1 of them and kept 2.",
        ),
        (CONFIRMED.but(named_booking=9), "AdultWork carried it out, status 200. It answered with booking 9."),
        (
            SHOWN,
            "Booking 7 was read at AdultWork from 2026-01-15T12:20:00.000+00:00 on: Cancelled. That shows that it was done.",
        ),
        (DONE, "Ann decided, because of “AdultWork's own list”, that it was done."),
        (NOT_DONE, "Ann decided, because of “AdultWork's own list”, that it was not done."),
        (
            NOT_MADE,
            (
                "Booking 7 was read at AdultWork from 2026-01-15T12:20:00.000+00:00 on: Pending. It was read late enough for a "
                "change to show, and shows none. Nothing was changed."
            ),
        ),
        (
            REJECTED,
            (
                "AdultWork declined it, status 402. Nothing was changed. This is final: a repeat under the same key gets the "
                "same answer."
            ),
        ),
        (
            NOT_SENT,
            (
                "Nothing was sent to AdultWork: AdultWork refused the connection. Nothing was changed. The same request may be "
                "sent again under its key."
            ),
        ),
        (
            UNKNOWN,
            (
                "It was sent to AdultWork, and what came of it is not known: no answer came in time. It may have been carried "
                "out, so it is not sent again."
            ),
        ),
        (
            LEASE_OVER,
            (
                "The call that sent it, or was about to, ended without telling how it went. It may have been carried out, so "
                "it is not sent again."
            ),
        ),
        (
            EXPIRED,
            (
                "In a day, nothing could be read that shows what came of it: nobody came back, or AdultWork documents no such "
                "read. Reads will not settle it any more; a person has to."
            ),
        ),
        (
            REFUSED,
            (
                "A request of user p_00000000000000000000001001 to cancel a booking was refused before anything was sent. The "
                "reason: it breaks rules of a change. The rules that it breaks: required/Reason."
            ),
        ),
    ],
)
def test_an_event_of_a_change_says_what_happened(step: Step, words: str) -> None:
    """In neutral words: nothing is booked by it."""
    (event,) = told(step)
    assert " ".join(sentences(event)) == words


def test_every_declared_change_has_words() -> None:
    """One that is not declared is told by its name, and a forged kind of event in the words of bookings."""
    assert set(reasons.CHANGES) == {change.name for change in CHANGES}
    (odd, forged) = told(CLAIMED.but(change="OfTomorrow"), of_change(telling.RELEASED))
    assert "asked to make the change OfTomorrow of booking 7" in sentences(odd)[0]
    assert sentences(forged)


def test_titles_and_exports_know_a_change() -> None:
    """As what it is, with the bookings that it changes."""
    chain = Chain.read("op_1", telling.stored(CLAIMED, CONFIRMED).events)
    assert (chain.change, chain.booking_ids) == ("CancelMadeBooking", (7,))
    assert (title_of("confirmed", chain.change), title_of("claimed", chain.change)) == (
        "Changed",
        "Recorded, about to be sent",
    )
    assert (title_of("not-created", "x"), title_of("confirmed")) == ("Not changed", "Booked")
    first, second = (json.loads(line) for line in ocsf.lines(chain))
    assert {line["api"]["operation"] for line in (first, second)} == {"CancelMadeBooking"}
    assert {line["activity_id"] for line in (first, second)} == {ocsf.UPDATE}
    (row, _) = table.lines(chain)
    assert b'"CancelMadeBooking"' in row
    odd = Chain.read("op_1", telling.stored(CLAIMED.but(request={"booking_ids": [True, "x"]})).events)
    assert odd.booking_ids == ()
    assert Chain.read("op_1", [b"odd"]).change is None


def test_an_event_of_a_booking_is_of_no_change() -> None:
    """Its bytes are as they were before there were changes."""
    (event,) = told(telling.CLAIMED)
    assert isinstance(event, StoredEvent)
    assert event.change is None
    assert event.kind is EventKind.CLAIMED
