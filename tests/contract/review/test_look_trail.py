"""What every LookTrail does, in memory and on DynamoDB alike."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

from chalicelib.application.review.door import Door
from chalicelib.domain.review.desk.look import Action, Head, Look
from chalicelib.domain.review.desk.plan import Day, Span
from chalicelib.domain.review.desk.reviewer import Reviewer, Role
from tests.builders import NOW
from tests.contract.records import enough_time
from tests.contract.review.conftest import Audit
from tests.fakes.clock import FixedClock
from tests.fakes.review_desk import FakeVerifier, visit

RITA, UMA = (Reviewer("https://identity.example", name, frozenset({Role.REVIEWER})) for name in ("rita", "uma"))


def look(reviewer: Reviewer = RITA, found: int = 0) -> Look:
    """Return a look."""
    return Look(reviewer, Action.SEARCH, NOW, "request-1", found)


def test_looks_of_a_reader_are_chained(audit: Audit) -> None:
    """Each event follows the one before; another reader has another chain."""
    heads = [Head()]
    for number in range(12):
        event = look(found=number).following(heads[-1])
        assert audit.trail.add(event, enough_time())
        heads.append(event.head())
        assert audit.trail.head(event.look.chain, enough_time()) == heads[-1]
    assert audit.trail.head(look(UMA).chain, enough_time()) == Head()


def test_two_looks_never_have_one_place(audit: Audit) -> None:
    """The slower one is told so, and the first stays."""
    first = look(found=1).following(Head())
    assert audit.trail.add(first, enough_time())
    assert not audit.trail.add(look(found=2).following(Head()), enough_time())
    assert audit.trail.head(first.look.chain, enough_time()) == first.head()


def test_the_same_look_again_is_our_own_retry(audit: Audit) -> None:
    """An answer that was lost must not turn a success into a failure."""
    event = look(found=1).following(Head())
    assert audit.trail.add(event, enough_time())
    assert audit.trail.add(event, enough_time())
    assert audit.trail.head(event.look.chain, enough_time()) == event.head()


def test_a_reader_s_looks_at_one_moment_make_no_fork(audit: Audit) -> None:
    """Eight at once: each has a place of its own, in one chain."""
    door = Door(FakeVerifier(), audit.trail, FixedClock())

    def record(number: int) -> None:
        asked = replace(visit(), request_id=f"request-{number}")
        door.record(asked, RITA, Action.SEARCH, {}, number, enough_time())

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(record, range(8)))
    assert audit.trail.head(look().chain, enough_time()).sequence == 8


def test_looks_are_in_no_search(audit: Audit) -> None:
    """The index of days keeps them in a partition of their own."""
    audit.trail.add(look().following(Head()), enough_time())
    entries = audit.index.entries(Day(date(2026, 1, 15)), Span(), 10, enough_time())
    assert (entries.positions, entries.is_end) == ((), True)
