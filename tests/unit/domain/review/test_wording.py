"""What events say in words: every kind, every step of the real use cases, and whatever a forger wrote."""

import itertools
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.application.booking.refusals import REASONS
from chalicelib.application.operations.resolve_operation import ResolveOperation, ResolveOperationCommand
from chalicelib.domain.audit.event import EventKind
from chalicelib.domain.audit.stored_event import StoredEvent
from chalicelib.domain.booking.booking import ContactMethod
from chalicelib.domain.canonical import canonical_bytes
from chalicelib.domain.review import reasons
from chalicelib.domain.review.wording import sentences
from tests.builders import PRINCIPAL, booking, members, pseudonym
from tests.unit.application.scenarios import SCENARIOS, expired, lost
from tests.unit.application.world import World
from tests.unit.domain.review import telling
from tests.unit.domain.review.telling import REQUEST, Step, told

ASKED = (
    f"lient {pseudonym(1001)} asked to book candidate {pseudonym(123456)} for 2026-01-20 21:30 by AdultWork's clock, 15 minutes "
    "for 32 credits; the candidate calls the client."
)
CLAIM = (
    f"C{ASKED}",
    "This was written down before anything was sent to AdultWork, as attempt 1.",
    "Until 2026-01-21 12:00 UTC, no second operation may book this session for the client, unless this one books nothing.",
)
READ = "AdultWork's own list of the client's bookings was read from 2026-01-15T12:16:40.000+00:00 on: 1 in all."
PERSON = "Reads will not settle it any more; a person has to."
AGAIN = "The same request may be sent again under its key."
FINAL = "This is final: a repeat under the same key gets the same answer."
ANN = "Ann decided, because of “AdultWork's own list”,"
MAYBE = "It may have been booked, so it is not sent again; AdultWork's own list will tell."
REFUSAL = (
    f"A request of client {pseudonym(1001)} to book candidate {pseudonym(123456)} was refused before anything was sent.",
    "The reason: it breaks rules of a booking.",
)

COUNTED = (
    f"Client {pseudonym(1001)} was refused so often in the hour from 2026-01-15T12 UTC that refusals are only counted: 4 so "
    "far."
)


def say(step: Step) -> tuple[str, ...]:
    """Return what the event of a step says."""
    (event,) = told(step)
    return sentences(event)


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (telling.CLAIMED, CLAIM),
        (replace(telling.CLAIMED, client=None), (
            CLAIM[0].replace(f"Client {pseudonym(1001)}", "A client who is named later"), *CLAIM[1:],
        )),
        (telling.CONFIRMED, (
            "AdultWork made the booking, and answered with booking 7, status 200.",
            "What it answered is what was sent: candidate, time, duration, method and credits.",
            "The session is booked.",
        )),
        (replace(telling.FOUND, details=telling.AMBIGUOUS.details), (
            f"{READ} It has one booking that is this one: booking 7.", "The session is booked.",
        )),
        (telling.RESOLVED, (f"{ANN} that booking 7 is this one.", "The session is booked.")),
        (telling.REJECTED, ("AdultWork declined the booking, status 402.", "Nothing was booked.", FINAL)),
        (telling.REFUSED_TOKEN, ("AdultWork declined the booking, status 401.", "Nothing was booked.", AGAIN)),
        (telling.REJECTED.but(upstream_status=None), ("AdultWork declined the booking.", "Nothing was booked.", FINAL)),
        (telling.NOT_SENT, (
            "Nothing was sent to AdultWork: AdultWork refused the connection.", "Nothing was booked.", AGAIN,
        )),
        (telling.UNKNOWN, (
            "The booking was sent to AdultWork, and what came of it is not known: no answer came in time.", MAYBE,
        )),
        (telling.UNKNOWN.but(reason="odd", named_booking=9), (
            "The booking was sent to AdultWork, and what came of it is not known: odd.",
            "The answer named booking 9, which proves nothing about this one.",
            MAYBE,
        )),
        (telling.LEASE_OVER, (
            "The call that sent the booking, or was about to, ended without telling how it went.", MAYBE,
        )),
        (telling.NOT_CREATED, (
            f"{READ} It was read whole, late enough for a booking to have turned up, and has none like this one.",
            "Nothing was booked.",
            "The session is free again.",
        )),
        (telling.DENIED, (f"{ANN} that nothing was booked.", "The session is free again.")),
        (telling.AMBIGUOUS, (
            f"{READ} It has bookings that may be this one, and none that surely is: 7, 8.", PERSON,
        )),
        (telling.AMBIGUOUS.but(matching_left_out=3), (
            f"{READ} It has bookings that may be this one, and none that surely is: 7, 8 and 3 more.", PERSON,
        )),
        (telling.EXPIRED, (
            "Nobody came back for this booking, and without the client's own token AdultWork's list cannot be read.", PERSON,
        )),
        (telling.RELEASED, (
            "Booking 7 was cancelled or rejected at AdultWork.", "The client may book this session again.",
        )),
        (telling.REFUSED, REFUSAL),
        (replace(telling.REFUSED, candidate=None), (
            f"A request of client {pseudonym(1001)} to book a candidate that was not named was refused before anything was sent.",
            REFUSAL[1],
        )),
        (telling.REFUSED.but(request=dict(REQUEST)), (
            f"A request of c{ASKED[:-1].replace('asked to', 'to')} was refused before anything was sent.", REFUSAL[1],
        )),
        (telling.REFUSED.but(violations=["method/Method", "unknown-member"], unchecked=["credits-minimum"]), (
            *REFUSAL,
            "The rules that it breaks: method/Method, unknown-member.",
            "AdultWork did not tell what these rules need, so they were not checked: credits-minimum.",
        )),
        (telling.REFUSED.but(violations=["method/Method"], violations_left_out=2), (
            *REFUSAL, "The rules that it breaks: method/Method and 2 more.",
        )),
        (telling.REFUSED.but(earlier="op_0"), (*REFUSAL, "The operation in its way: op_0.")),
        (telling.REFUSED.but(missing_scope="book"), (*REFUSAL, "The permission that is missing: book.")),
        (telling.REFUSED.but(limit=4, window_seconds=60), (*REFUSAL, "The limit: 4 in 60 seconds.")),
        (telling.REFUSED.but(upstream_status=503), (*REFUSAL, "AdultWork answered with status 503.")),
        (telling.COUNTED, (
            COUNTED,
        )),
    ],
)  # fmt: skip
def test_an_event_says_what_happened(step: Step, expected: tuple[str, ...]) -> None:
    """Compare every sentence."""
    assert say(step) == expected


def test_every_kind_has_words() -> None:
    """None needs a look into this code."""
    for kind in EventKind:
        said = say(Step(kind, 0))
        assert said
        assert all(re.fullmatch(r"[A-Z].+\.", sentence) for sentence in said), kind


def test_a_claim_says_what_could_not_be_checked() -> None:
    """Between what was asked and until when it holds."""
    said = say(telling.CLAIMED.but(unchecked=["balance-sufficient", "credits-minimum"]))
    unchecked = (
        "AdultWork did not tell what these rules need, so they were not checked: balance-sufficient, credits-minimum."
    )
    assert said == (*CLAIM[:2], unchecked, CLAIM[2])


@pytest.mark.parametrize("until", [None, "soon", 10**30, -(10**12)])
def test_a_claim_without_a_time_says_none(until: object) -> None:
    """No calendar has these."""
    assert say(telling.CLAIMED.but(guard_until=until)) == CLAIM[:2]


@pytest.mark.parametrize(
    ("method", "words"), [*((int(one), reasons.METHODS[str(int(one))]) for one in ContactMethod), (4, "by method 4")]
)
def test_a_request_says_how_they_talk(method: int, words: str) -> None:
    """Every method that AdultWork's page has, and another one."""
    said = say(telling.CLAIMED.but(request={**REQUEST, "method": method}))
    assert said[0].endswith(f" 32 credits; {words}.")


def test_every_reason_of_a_refusal_has_words() -> None:
    """Compare with those that are written."""
    assert set(reasons.REFUSED) == set(REASONS.values())


def _settled_by_a_person(world: World, booking_id: int | None) -> None:
    expired(world)
    (record,) = world.store.records()
    command = ResolveOperationCommand(record.id, booking_id, "Ann", "a call to AdultWork", "request-resolve")
    ResolveOperation(world.store, world.clock).execute(command)


def _ambiguous(world: World) -> None:
    lost(world)
    for number in (7, 8):
        world.gateway.bookings[number] = booking(booking_id=number)
    (record,) = world.store.records()
    world.ask(record.id)


def _invalid(world: World) -> None:
    world.refusal(members(Duration=1, Method=9))


def _without_permission(world: World) -> None:
    world.introspector.principal = replace(PRINCIPAL, scopes=frozenset())
    world.refusal()


def _often_refused(world: World) -> None:
    for _ in range(61):
        _invalid(world)


REAL: tuple[Callable[[World], None], ...] = (
    *SCENARIOS,
    lambda world: _settled_by_a_person(world, 7),
    lambda world: _settled_by_a_person(world, None),
    _ambiguous,
    _invalid,
    _without_permission,
    _often_refused,
)


def _happened(scenario: Callable[[World], None]) -> list[StoredEvent]:
    world = World()
    scenario(world)
    ids = [record.id for record in world.store.records()] + [event.operation_id for event in world.trail.refusals]
    return [StoredEvent.read(stored) for id_ in ids for stored in world.trail.events(id_)]


def test_every_step_of_the_real_use_cases_has_words() -> None:
    """Book, refuse, lose, find, settle, release; no code, no missing member and no contact field is told."""
    happened = [event for scenario in REAL for event in _happened(scenario)]
    assert {event.kind for event in happened} == set(EventKind)
    for event in happened:
        text = " ".join(sentences(event))
        assert "None" not in text
        assert not re.search(r"07700|900123|[{}\[\]]", text)


@pytest.mark.parametrize("value", [None, True, 0, -1, "", "text", [], [1, "a"], {}, {"a": 1}])
def test_whatever_stands_in_an_event_has_words(value: Any) -> None:  # noqa: ANN401 (any JSON)
    """Who reads a forged event has to see what it claims."""
    steps = (telling.CLAIMED, telling.FOUND, telling.RESOLVED, telling.REJECTED, telling.AMBIGUOUS, telling.COUNTED,
             telling.UNKNOWN, telling.REFUSED.but(violations=[], limit=1, earlier="op_0", unchecked=[]))  # fmt: skip
    fixed = {"operation_id", "sequence", "at", "kind", "previous_hash", "version"}
    for (event,) in map(told, steps):
        for name in event.document.keys() - fixed:
            forged = StoredEvent.read(canonical_bytes({**event.document, name: value}))
            assert all(isinstance(sentence, str) for sentence in sentences(forged))


def test_members_that_are_missing_are_told_as_such() -> None:
    """Leave out each in turn."""
    for (event,), name in itertools.product(map(told, (telling.CLAIMED, telling.AMBIGUOUS)), ("evidence", "request")):
        document = {one: value for one, value in event.document.items() if one != name}
        assert sentences(StoredEvent.read(canonical_bytes(json.loads(json.dumps(document)))))
