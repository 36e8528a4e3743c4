"""MakeDigests in memory: what cannot be read is counted, and of two runs one gives way."""

from datetime import timedelta
from random import Random

import pytest

from chalicelib.application.review.make_digests import MakeDigests, RivalDigestError
from chalicelib.domain.audit.digest import HOUR, Digest, due_at, hour_of
from chalicelib.domain.time_budget import Deadline
from tests.builders import NOW
from tests.fakes.clock import FixedClock
from tests.fakes.digests import InMemoryKey, InMemoryRecords, InMemoryShelf
from tests.trails import Trail, make_chain, make_trail

DEADLINE = Deadline.after(lambda: 0.0, 60.0)


def trail_and_records() -> tuple[Trail, InMemoryRecords]:
    """Return some chains, and the store that has them."""
    trail, records = make_trail(Random(3)), InMemoryRecords()
    for id_, chain in trail.chains.items():
        records.put(id_, chain)
    return trail, records


def test_of_a_chain_that_cannot_be_read_nothing_behind_the_fault_is_covered() -> None:
    """A byte that is no event, and an event that stands where it does not belong."""
    trail, records = trail_and_records()
    first, second, *_ = (id_ for id_, chain in records.stored.items() if len(chain) > 1)
    records.stored[first][-1] = b"no event"
    records.stored[second] = records.stored[second][1:]
    made = MakeDigests(records, InMemoryShelf(), InMemoryKey(), FixedClock(trail.now)).execute(DEADLINE)
    assert made.unreadable == 2
    assert made.digests == 1


def test_a_digest_that_another_run_has_kept_ends_this_one() -> None:
    """What stands is the other one's; the next run goes on behind it."""
    trail, records = trail_and_records()
    shelf, clock = InMemoryShelf(), FixedClock(trail.now)
    MakeDigests(records, shelf, InMemoryKey(), clock).execute(DEADLINE)
    (kept,) = shelf.kept.values()
    shelf.rival = kept
    hour = Digest.read(kept.signed.canonical).hour
    later = MakeDigests(records, shelf, InMemoryKey(), FixedClock(hour + 2 * HOUR + timedelta(minutes=30)))
    with pytest.raises(RivalDigestError):
        later.execute(DEADLINE)


def test_what_goes_on_long_after_it_began_is_covered_by_the_digest_of_its_hour() -> None:
    """A chain that began before any that the later digest looks for: its hour names it."""
    begun, settled = NOW, NOW + 10 * HOUR
    name, records, shelf = f"op_{1:026}", InMemoryRecords(), InMemoryShelf()
    records.put(name, make_chain(name, [begun, settled]))
    for at in (begun, settled):
        MakeDigests(records, shelf, InMemoryKey(), FixedClock(due_at(hour_of(at)))).execute(DEADLINE)
    covered = {hour: [entry.sequence for entry in kept.listing.all()] for hour, kept in shelf.kept.items()}
    assert {hour: found for hour, found in covered.items() if found} == {hour_of(begun): [1], hour_of(settled): [2]}
