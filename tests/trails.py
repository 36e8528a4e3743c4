"""Whole trails with their digests, made from a seed: what is verified, and what tests tamper with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile
from random import Random

from chalicelib.domain.audit.chain import StoredChain
from chalicelib.domain.audit.coverage import DigestedHour
from chalicelib.domain.audit.digest import HOUR, Digest, Entry, due_at, make_digest, placed
from chalicelib.domain.audit.event import GENESIS, AuditEvent, EventKind, event_hash
from chalicelib.domain.audit.signature import SignatureCheck, Signer, sign
from chalicelib.domain.audit.stored_look import LOOKS, read_link
from chalicelib.domain.audit.verification import Verdict, verify
from chalicelib.domain.review.desk.look import Action, Head, Look
from chalicelib.domain.review.desk.reviewer import Reviewer, Role
from tests.builders import NOW, pseudonym
from tests.fakes.digest_signer import QuickSigner

SIGNER = QuickSigner()
KINDS = (EventKind.CLAIMED, EventKind.UNKNOWN, EventKind.AMBIGUOUS, EventKind.CONFIRMED, EventKind.RELEASED)
ACTIONS = (Action.SEARCH, Action.SHOW, Action.HOLD, Action.ERASE, Action.VERIFY)
ROLES = frozenset({Role.REVIEWER, Role.CUSTODIAN})
NO_DELAY, MOST_DELAYED = timedelta(0), timedelta(hours=2)
LATE = 0.2


@dataclass(frozen=True)
class Trail:
    """Chains by operation, the digests over them, and when they are looked at."""

    chains: Mapping[str, Sequence[bytes]]
    hours: Sequence[DigestedHour]
    now: datetime

    def verdict(self, check: SignatureCheck = SIGNER, *, is_whole: bool = True) -> Verdict:
        """Verify the trail."""
        stored = (StoredChain(id_, chain) for id_, chain in self.chains.items())
        return verify(stored, lambda: self.hours, check, self.now, is_whole=is_whole)

    def listed(self) -> dict[str, list[Entry]]:
        """Return what the digests list of each operation, in order."""
        found: dict[str, list[Entry]] = {}
        for entry in (entry for hour in self.hours for entry in hour.listing.all()):
            found.setdefault(entry.operation_id, []).append(entry)
        return {id_: sorted(entries, key=lambda entry: entry.sequence) for id_, entries in found.items()}

    def with_chain(self, operation_id: str, chain: Sequence[bytes]) -> "Trail":
        """Return this trail with another chain of an operation; one without events is not there."""
        chains = {**self.chains, operation_id: chain}
        return replace(self, chains={id_: events for id_, events in chains.items() if events})


def make_chain(operation_id: str, times: Sequence[datetime]) -> list[bytes]:
    """Return a chain with an event at each time."""
    stored: list[bytes] = []
    for number, at in enumerate(times, start=1):
        kind = KINDS[(number - 1) % len(KINDS)]
        previous = event_hash(stored[-1]) if stored else GENESIS
        event = AuditEvent(
            operation_id,
            number,
            at,
            kind,
            1001,
            f"request-{number}",
            pseudonym(1001),
            pseudonym(123456),
            previous_hash=previous,
        )
        stored.append(event.canonical())
    return stored


def make_looks(reader: str, times: Sequence[datetime]) -> tuple[str, list[bytes]]:
    """Return a reader's chain of looks, all of one day, and the name that digests have for it."""
    stored: list[bytes] = []
    head, name = Head(), ""
    for number, at in enumerate(times):
        look = Look(
            Reviewer("https://identity.example", reader, ROLES), ACTIONS[number % len(ACTIONS)], at, "r", number
        )
        event = look.following(head)
        head, name = event.head(), f"{LOOKS}{look.chain}"
        stored.append(event.canonical())
    return name, stored


def make_hours(
    chains: Mapping[str, Sequence[bytes]],
    start: datetime,
    count: int,
    signer: Signer = SIGNER,
    delays: Mapping[str, timedelta] | None = None,
) -> list[DigestedHour]:
    """Return the digests of `count` hours from `start` on; `delays` are how late the writes of an operation land."""
    covered, hours = dict.fromkeys(chains, 0), list[DigestedHour]()
    previous: Digest | None = None
    for hour in (start + number * HOUR for number in range(count)):
        found: list[tuple[datetime, Entry]] = []
        for id_, chain in chains.items():
            latest = due_at(hour) - (delays or {}).get(id_, NO_DELAY)
            there = takewhile(lambda one, latest=latest: one[1].at <= latest, placed(map(read_link, chain)))  # type: ignore[misc]
            known = [one for one in there if one[0] <= hour]
            found += known[covered[id_] :]
            covered[id_] = max(covered[id_], len(known))
        previous, listing = make_digest(previous, hour, due_at(hour), found)
        hours.append(DigestedHour(sign(previous.canonical(), signer), listing))
    return hours


def make_trail(
    rng: Random, *, operations: int = 12, readers: int = 0, hours: int = 4, signer: Signer = SIGNER
) -> Trail:
    """Return a trail as it stands when its newest digest was made; the events after that hour have none yet.

    Some events came late, and some clocks went backwards. Each of the readers has looked on the first day.
    """
    now = due_at(NOW + (hours - 1) * HOUR)
    ids = [f"op_{number:026}" for number in range(operations)] + [f"reader-{number}" for number in range(readers)]
    delayed = {id_: rng.random() * MOST_DELAYED if rng.random() < LATE else NO_DELAY for id_ in ids}
    times = {id_: list(takewhile(lambda at, delay=delayed[id_]: at + delay <= now, _times(rng, hours))) for id_ in ids}  # type: ignore[misc]
    named = {id_: _chain(id_, times[id_]) for id_ in ids if times[id_]}
    chains, delays = dict(named.values()), {name: delayed[id_] for id_, (name, _) in named.items()}
    return Trail(chains, make_hours(chains, NOW, hours, signer, delays), now + timedelta(minutes=rng.randrange(60)))


def _chain(id_: str, times: Sequence[datetime]) -> tuple[str, list[bytes]]:
    """Return a chain under its name: of an operation, or of what a reader looked at on one day."""
    if id_.startswith("op_"):
        return id_, make_chain(id_, times)
    return make_looks(id_, [at for at in times if at.date() == NOW.date()])


def _times(rng: Random, hours: int) -> Iterator[datetime]:
    """Draw the times of one chain."""
    at = NOW + rng.random() * hours * HOUR
    for _ in range(rng.randrange(1, 8)):
        yield at
        at += timedelta(seconds=rng.choice((-20, 0, 1, 30, 1500, 4000)))
        at = max(at, NOW)
