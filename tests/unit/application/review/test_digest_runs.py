"""Runs of MakeDigests in memory: how far each goes, what it asks for, and what it says that it did."""

from datetime import datetime, timedelta

import pytest

from chalicelib.application.review.make_digests import Made, MakeDigests, RivalDigestError
from chalicelib.domain.audit.coverage import Stretch
from chalicelib.domain.audit.digest import FIRST_LOOKS_BACK, HOUR, Digest, due_at, hour_of
from chalicelib.domain.time_budget import Deadline
from tests.builders import NOW
from tests.fakes.clock import FixedClock
from tests.fakes.digests import InMemoryKey, InMemoryRecords, InMemoryShelf
from tests.trails import make_chain

DEADLINE = Deadline.after(lambda: 0.0, 60.0)
FIRST = hour_of(NOW)


def run(records: InMemoryRecords, shelf: InMemoryShelf, at: datetime, most: int = 48) -> Made:
    """Make what is due at a time."""
    return MakeDigests(records, shelf, InMemoryKey(), FixedClock(at), most).execute(DEADLINE)


def put(records: InMemoryRecords, number: int, *times: datetime) -> str:
    """Store a chain with an event at each time; return its operation."""
    operation_id = f"op_{number:026}"
    records.put(operation_id, make_chain(operation_id, times))
    return operation_id


def test_a_run_tells_how_many_digests_and_events_it_made_and_up_to_where() -> None:
    """The first is of the newest hour that is due; each later run makes all that have become due by then, to the moment."""
    records, shelf = InMemoryRecords(), InMemoryShelf()
    put(records, 1, NOW, NOW)
    assert run(records, shelf, due_at(FIRST)) == Made(1, 2, FIRST, is_behind=False, unreadable=0)
    put(records, 2, NOW)  # late
    put(records, 3, NOW + HOUR, NOW + 2 * HOUR)
    put(records, 4, NOW + 2 * HOUR)
    last = FIRST + 2 * HOUR
    assert run(records, shelf, due_at(last)) == Made(2, 4, last, is_behind=False, unreadable=0)
    assert run(records, shelf, due_at(last)) == Made(0, 0, last, is_behind=False, unreadable=0)
    assert sorted(shelf.kept) == [FIRST, FIRST + HOUR, last]


def test_a_run_makes_no_more_than_it_may_and_says_that_there_is_more() -> None:
    """The next one goes on; one that may make none says that as well."""
    records, shelf = InMemoryRecords(), InMemoryShelf()
    assert run(records, shelf, due_at(FIRST), most=0) == Made(0, 0, None, is_behind=True, unreadable=0)
    run(records, shelf, due_at(FIRST))
    now = due_at(FIRST + 3 * HOUR)
    assert run(records, shelf, now, most=2) == Made(2, 0, FIRST + 2 * HOUR, is_behind=True, unreadable=0)
    assert run(records, shelf, now, most=2) == Made(1, 0, FIRST + 3 * HOUR, is_behind=False, unreadable=0)


def test_chains_that_cannot_be_read_are_counted_for_each_digest() -> None:
    """Whoever looks at the number sees that it does not get better."""
    records, shelf = InMemoryRecords(), InMemoryShelf()
    operation_id = put(records, 1, NOW)
    run(records, shelf, due_at(FIRST - HOUR))
    records.stored[operation_id] = [b"no event"]
    assert run(records, shelf, due_at(FIRST + HOUR)) == Made(2, 0, FIRST + HOUR, is_behind=False, unreadable=2)


def test_the_first_digest_looks_far_back_and_a_later_one_as_far_as_an_event_may_be_late() -> None:
    """Of looks, to the start of the day that this is in; of what went on, hour by hour."""
    records, shelf = InMemoryRecords(), InMemoryShelf()
    run(records, shelf, due_at(FIRST))
    end = FIRST + HOUR
    begun, looked = records.spans
    assert begun == (FIRST - FIRST_LOOKS_BACK, end)
    assert looked == ((FIRST - FIRST_LOOKS_BACK).replace(hour=0), end)
    records.spans.clear()
    records.continued_hours.clear()
    shelf.stretches.clear()
    run(records, shelf, due_at(end))
    assert records.spans == [(end - 4 * HOUR, end + HOUR), (end.replace(hour=0), end + HOUR)]
    assert sorted(records.continued_hours) == [end - 3 * HOUR, end - 2 * HOUR, end - HOUR, end]
    assert shelf.stretches == [Stretch(end - 3 * HOUR, end)]


def test_many_chains_that_go_on_in_one_hour_are_read_in_pieces() -> None:
    """They began days ago, and each of their events is covered once."""
    records, shelf = InMemoryRecords(), InMemoryShelf()
    run(records, shelf, due_at(FIRST - HOUR))
    for number in range(250):
        put(records, number, NOW - timedelta(days=3), NOW)
    assert run(records, shelf, due_at(FIRST)).events == 250


def test_a_digest_that_another_run_has_kept_is_told() -> None:
    """For whoever reads the log."""
    records, shelf = InMemoryRecords(), InMemoryShelf()
    run(records, shelf, due_at(FIRST))
    (shelf.rival,) = shelf.kept.values()
    with pytest.raises(RivalDigestError, match=r"^another run has kept a digest of this hour$"):
        run(records, shelf, due_at(FIRST + HOUR))
    assert Digest.read(shelf.kept[FIRST + HOUR].signed.canonical).hour == FIRST
