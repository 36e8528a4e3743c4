"""SearchOperations on fakes: what drives a search, what it may read, and that nothing leaves unrecorded."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.application.review.door import TRIES
from chalicelib.application.review.persons import UNKNOWN, Seen
from chalicelib.application.review.search_operations import SearchCommand
from chalicelib.domain.audit.event import AuditEvent, EventKind
from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.review.desk.filters import Filter
from chalicelib.domain.review.desk.plan import Bounds, Day, Drive, Named, Place
from chalicelib.domain.reviewer_errors import (
    AuditUnavailableError,
    IdentityUnavailableError,
    InvalidQueryError,
    ReviewerTokenInvalidError,
    RoleMissingError,
)
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.links import Links
from chalicelib.edge.review.documents import page_document
from tests.builders import NOW, pseudonym
from tests.fakes.persons import SpelledRegister
from tests.fakes.review_desk import CUSTODIAN, NOBODY, UNAVAILABLE, Desk, visit


def opening(number: int, **changes: object) -> AuditEvent:
    """Return the event that opens a chain, a minute after the one of the number before."""
    event = AuditEvent(
        operation_id=f"op_{number:026}",
        sequence=1,
        at=NOW - timedelta(hours=1) + timedelta(minutes=number),
        kind=EventKind.CLAIMED,
        account=1001,
        request_id=f"request-{number}",
        client=pseudonym(1001),
        candidate=pseudonym(123456),
        tells_client=True,
    )
    return replace(event, **changes)  # type: ignore[arg-type]  # members of an event


def numbers(desk: Desk, command: SearchCommand) -> list[int]:
    """Return the numbers of what a search shows."""
    return [int(each.chain.operation_id[3:]) for each in desk.search(command).found]


@pytest.mark.parametrize(
    ("command", "place"),
    [
        (SearchCommand(visit(), Filter(request_id="r" * 50), client=1, candidate=2), Drive.REQUEST),
        (SearchCommand(visit(), client=1, candidate=2), Named(Drive.CLIENT, pseudonym(1))),
        (SearchCommand(visit(), Filter(state="CONFIRMED"), candidate=2), Named(Drive.CANDIDATE, pseudonym(2))),
        (SearchCommand(visit(), Filter(state="CONFIRMED", rule="x", upstream_status=200)), Day(NOW.date())),
    ],
)
def test_the_filter_that_names_fewest_drives(command: SearchCommand, place: Place | Drive) -> None:
    """Only one index is read."""
    desk = Desk(bounds=Bounds(days=1))
    desk.search(command)
    ((read, _),) = desk.index.reads
    if isinstance(place, Drive):
        assert isinstance(read, Named)
        assert (read.drive, str(read.value)[:7]) == (place, "sha256:")
    else:
        assert read == place


def test_a_key_needs_no_index() -> None:
    """An operation by its id, or by its booking; other filters are checked all the same."""
    desk = Desk()
    desk.index.put(opening(1))
    desk.index.bookings[77] = opening(1).operation_id
    for filter_ in (Filter(operation=opening(1).operation_id), Filter(booking=77), Filter(booking=78)):
        assert numbers(desk, SearchCommand(visit(), filter_)) == ([] if filter_.booking else [1])
    desk.index.put(replace(opening(1), sequence=2, kind=EventKind.CONFIRMED, booking_id=77))
    assert numbers(desk, SearchCommand(visit(), Filter(booking=77))) == [1]
    assert numbers(desk, SearchCommand(visit(), Filter(booking=77), client=5)) == []
    assert {read.drive for read, _ in desk.index.reads if isinstance(read, Named)} == {Drive.BOOKING}


def changing(number: int, at: datetime, *booking_ids: int, **members: Any) -> AuditEvent:  # noqa: ANN401 (members of an event)
    """Return the event that opens the chain of a change."""
    details = {"change": "CancelMadeBooking", "request": {"booking_ids": list(booking_ids)}}
    return opening(number, at=at, candidate=None, details=details, **members)


def test_a_booking_leads_to_its_changes_too() -> None:
    """The newest first, then the operation that made it; one that AdultWork's own app made has changes alone."""
    desk = Desk()
    desk.index.put(opening(1), replace(opening(1), sequence=2, kind=EventKind.CONFIRMED, booking_id=77))
    desk.index.bookings[77] = opening(1).operation_id
    desk.index.put(*(changing(number, NOW + timedelta(hours=number), 77) for number in (2, 3)))
    desk.index.put(changing(4, NOW + timedelta(hours=4), 78, kind=EventKind.REFUSED), changing(5, NOW, 77, 78))
    assert numbers(desk, SearchCommand(visit(), Filter(booking=77))) == [3, 2, 1]
    assert numbers(desk, SearchCommand(visit(), Filter(booking=78))) == [4]
    assert numbers(desk, SearchCommand(visit(), Filter(booking=77, start=NOW + timedelta(hours=3)))) == [3]
    assert numbers(desk, SearchCommand(visit(), Filter(booking=77, state="CONFIRMED"))) == [1]


def test_more_changes_of_a_booking_than_an_answer_reads_are_told_as_such() -> None:
    """It shows the newest; a time narrows it down."""
    desk = Desk(bounds=Bounds(chains=4))
    desk.index.put(*(changing(number, NOW + timedelta(hours=number), 77) for number in range(1, 6)))
    page = desk.search(SearchCommand(visit(), Filter(booking=77)))
    assert ([one.chain.operation_id[-1] for one in page.found], page.is_bounded) == (["5", "4", "3"], True)
    early = Filter(booking=77, end=NOW + timedelta(hours=3))
    assert not desk.search(SearchCommand(visit(), early)).is_bounded
    assert numbers(desk, SearchCommand(visit(), early)) == [2, 1]


def test_a_page_reads_no_more_than_its_bound() -> None:
    """A filter that no index has, and nothing that meets it: the cursor says where to go on."""
    desk = Desk(bounds=Bounds(chains=10, batch=5))
    desk.index.put(
        *(opening(number) for number in range(30)), opening(40, kind=EventKind.REFUSED, at=NOW - timedelta(days=2))
    )
    command = SearchCommand(visit(), Filter(state="REFUSED"))
    page = desk.search(command)
    assert ((page.found, page.examined, page.is_bounded), desk.index.chains_read) == (((), 10, True), 10)
    seen = 0
    while not page.found:
        assert page.older is not None
        page = desk.search(replace(command, cursor=page.older))
        seen += 1
    assert (seen, page.found[0].chain.state) == (3, "REFUSED")


def test_days_without_anything_are_bounded_too() -> None:
    """After 31 of them the page ends, and goes on from there."""
    desk = Desk()
    desk.clock.tick(86_400 * 60)
    desk.index.put(opening(1))
    page = desk.search(SearchCommand(visit()))
    assert ((page.found, page.is_bounded), len(desk.index.reads)) == (((), True), 31)
    assert numbers(desk, SearchCommand(visit(), cursor=page.older)) == [1]


def test_a_page_ends_before_its_time_does() -> None:
    """With little time left it tells what it has."""
    desk = Desk()
    desk.index.put(*(opening(number) for number in range(60)))
    page = desk.search(SearchCommand(visit(seconds_left=4.0), size=60))
    assert (len(page.found), page.is_bounded) == (25, True)


def test_a_day_ends_its_page_when_time_is_short() -> None:
    """Between two days as well."""
    desk = Desk()
    desk.index.put(opening(1))
    page = desk.search(SearchCommand(visit(seconds_left=4.0)))
    assert (len(page.found), page.is_bounded, [each for each, _ in desk.index.reads]) == (
        1,
        True,
        [Day(date(2026, 1, 15))],
    )


def test_the_last_page_leads_nowhere() -> None:
    """Where the index has no more, there is no cursor; new ones may always come."""
    desk = Desk()
    desk.index.put(*(opening(number) for number in range(4)))
    page = desk.search(SearchCommand(visit(), client=1001, size=4))
    assert (page.older, page.is_bounded) == (None, False)
    assert page.newer is not None
    assert numbers(desk, SearchCommand(visit(), client=1001, cursor=page.newer)) == []
    desk.index.put(opening(9))
    assert numbers(desk, SearchCommand(visit(), client=1001, cursor=page.newer)) == [9]


def test_an_empty_page_leads_back() -> None:
    """Both ways: what stood there is shown again."""
    desk = Desk()
    desk.index.put(opening(1), opening(2))
    command = SearchCommand(visit(), client=1001, size=1)
    newest = desk.search(command)
    older = desk.search(replace(command, cursor=newest.older))
    none = desk.search(replace(command, cursor=newest.newer))
    assert (none.found, none.newer) == ((), None)
    assert numbers(desk, replace(command, cursor=none.older)) == [2]
    del desk.index.events[opening(1).operation_id]
    gone = desk.search(replace(command, cursor=newest.older))
    assert (gone.found, gone.older) == ((), None)
    assert numbers(desk, replace(command, cursor=gone.newer)) == [2]
    assert older.older is None


def test_an_operation_whose_events_are_gone_is_passed_over() -> None:
    """The index may be later than the table."""

    class Late(type(Desk().index)):  # type: ignore[misc]  # the fake, with one fault
        def chains(self, operation_ids: object, deadline: Deadline) -> dict[str, object]:
            del operation_ids, deadline
            return {}

    desk = Desk(index=Late())
    desk.index.put(opening(1))
    assert numbers(desk, SearchCommand(visit(), client=1001)) == []


def test_people_go_through_the_register() -> None:
    """The search goes by the name in events, the answer shows it, beside it the UserID that was asked for, and no other."""
    desk = Desk(register=SpelledRegister(5))
    desk.index.put(opening(1))
    client = pseudonym(1001)
    (found,) = desk.search(SearchCommand(visit(), client=1001)).found
    assert (found.client, found.candidate) == (Seen(client, 1001), Seen(pseudonym(123456)))
    (found,) = desk.search(SearchCommand(visit(), client=client)).found
    assert found.client == Seen(client)
    assert [event.look.asked for event in desk.trail.events] == [{"client": client}] * 2


def test_who_is_unknown_is_told_so() -> None:
    """An empty page would say that they never booked; each parameter that names nobody is told, and the look recorded."""
    desk = Desk(register=SpelledRegister(5, 6))
    desk.index.put(opening(1))
    page = desk.search(SearchCommand(visit(), client=5))
    assert (page.found, page.unknown, page.examined) == ((), ("client",), 0)
    assert desk.trail.events[-1].look.asked == {"person": "in no event"}
    assert desk.search(SearchCommand(visit(), client=5, candidate=6)).unknown == ("client", "candidate")
    assert desk.search(SearchCommand(visit(), client=1001, candidate=6)).unknown == ("candidate",)
    assert desk.search(SearchCommand(visit(), client=1002)).unknown == ()
    assert desk.index.reads != []
    assert (page_document(page, Links())["operations"], page_document(page, Links())["unknown_people"]) == (
        [],
        [{"parameter": "client", "what": UNKNOWN}],
    )


@pytest.mark.parametrize(
    ("token", "error"),
    [
        (NOBODY, RoleMissingError),
        (CUSTODIAN, RoleMissingError),
        ("client-token", ReviewerTokenInvalidError),
        (UNAVAILABLE, IdentityUnavailableError),
    ],
)
def test_who_may_not_look_makes_nobody_read(token: str, error: type[SwitchboardError]) -> None:
    """No read, no look."""
    desk = Desk()
    with pytest.raises(error):
        desk.search(SearchCommand(visit(token)))
    assert (desk.index.reads, desk.trail.events) == ([], [])


def test_a_look_that_cannot_be_recorded_has_no_answer() -> None:
    """Nor has one whose place is taken again and again; a rival or two only cost a try."""
    desk = Desk()
    desk.trail.is_failing = True
    with pytest.raises(AuditUnavailableError):
        desk.search(SearchCommand(visit()))
    desk.trail.is_failing, desk.trail.rivals = False, 2
    desk.search(SearchCommand(visit()))
    assert len(desk.trail.events) == 1
    desk.trail.rivals = TRIES
    with pytest.raises(AuditUnavailableError) as caught:
        desk.search(SearchCommand(visit()))
    assert caught.value.retry_after_seconds == 1


def test_a_read_that_fails_is_no_look() -> None:
    """Nothing was seen."""
    desk = Desk()
    desk.index.is_failing = True
    with pytest.raises(AuditUnavailableError):
        desk.search(SearchCommand(visit()))
    assert desk.trail.events == []


def test_a_cursor_that_is_none_ends_the_search() -> None:
    """Before anything is read."""
    desk = Desk()
    with pytest.raises(InvalidQueryError):
        desk.search(SearchCommand(visit(), cursor="AAAA"))
    assert (desk.index.reads, desk.trail.events) == ([], [])
