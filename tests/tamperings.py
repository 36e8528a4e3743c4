"""The nine tamperings of a trail, each in one random place: what is done, and what a verification has to name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random

from chalicelib.domain.audit.digest import Digest
from chalicelib.domain.audit.event import AuditEvent, EventKind, event_hash
from chalicelib.domain.audit.finding import Tampering
from chalicelib.domain.audit.signature import sign
from chalicelib.domain.audit.stored_look import LOOKS, Link, is_of_looks, read_link
from chalicelib.domain.canonical import Canonical, canonical_bytes
from tests.fakes.digest_signer import QuickSigner
from tests.trails import Trail


@dataclass(frozen=True)
class Done:
    """A trail that was tampered with, and what has to be found; a digest has no operation."""

    trail: Trail
    kind: Tampering
    operation_id: str | None
    sequence: int


def _any_operation(trail: Trail, rng: Random, *, least: int) -> tuple[str, list[bytes], int]:
    """Draw an operation of which digests cover enough events; return its id, its chain and how many they cover."""
    listed = trail.listed()
    id_ = rng.choice([one for one, entries in listed.items() if len(entries) >= least])
    return id_, list(trail.chains[id_]), len(listed[id_])


def change(trail: Trail, rng: Random) -> Done:
    """Change one bit of one event."""
    id_, chain, covered = _any_operation(trail, rng, least=1)
    number = rng.randrange(covered)
    changed = bytearray(chain[number])
    changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    chain[number] = bytes(changed)
    return Done(trail.with_chain(id_, chain), Tampering.CHANGED, id_, number + 1)


def remove(trail: Trail, rng: Random) -> Done:
    """Remove an event that another one follows."""
    id_, chain, covered = _any_operation(trail, rng, least=2)
    number = rng.randrange(min(covered, len(chain) - 1))
    del chain[number]
    return Done(trail.with_chain(id_, chain), Tampering.REMOVED, id_, number + 1)


def remove_two(trail: Trail, rng: Random) -> Done:
    """Remove two events beside each other that another one follows."""
    id_, chain, covered = _any_operation(trail, rng, least=3)
    number = rng.randrange(min(covered, len(chain) - 1) - 1)
    del chain[number : number + 2]
    return Done(trail.with_chain(id_, chain), Tampering.SEVERAL_REMOVED, id_, number + 1)


def remove_operation(trail: Trail, rng: Random) -> Done:
    """Remove all events of an operation."""
    id_, _, _ = _any_operation(trail, rng, least=1)
    kind = Tampering.LOOKS_REMOVED if is_of_looks(id_) else Tampering.OPERATION_REMOVED
    return Done(trail.with_chain(id_, []), kind, id_, 1)


def add(trail: Trail, rng: Random) -> Done:
    """Put an event or a look into a chain, chained as it should be, or a new operation or reader beside the others."""
    id_, chain, covered = _any_operation(trail, rng, least=1)
    if rng.random() < 0.2:
        new = f"{id_[:-1]}x"
        return Done(trail.with_chain(new, [_forged(read_link(chain[0]), new, 1, "0")]), Tampering.ADDED, new, 1)
    number = rng.randrange(covered + (covered == len(chain)))
    beside = read_link(chain[max(number - 1, 0)])
    previous = event_hash(chain[number - 1]) if number else "0"
    chain.insert(number, _forged(beside, id_, number + 1, previous))
    return Done(trail.with_chain(id_, chain), Tampering.ADDED, id_, number + 1)


def _forged(beside: Link, operation_id: str, sequence: int, previous_hash: str) -> bytes:
    if is_of_looks(operation_id):
        look: dict[str, Canonical] = {
            "version": 1,
            "kind": "looked",
            "at": beside.at.isoformat(timespec="milliseconds"),
            "action": "show",
        }
        place: dict[str, Canonical] = {
            "chain": operation_id.removeprefix(LOOKS),
            "sequence": sequence,
            "previous_hash": previous_hash,
        }
        return canonical_bytes({**look, **place, "by": "forged", "found": 0})
    event = AuditEvent(operation_id, sequence, beside.at, EventKind.RELEASED, 9, "forged", previous_hash=previous_hash)
    return event.canonical()


def swap(trail: Trail, rng: Random) -> Done:
    """Exchange two events of a chain."""
    id_, chain, covered = _any_operation(trail, rng, least=2)
    first, second = sorted(rng.sample(range(covered), 2))
    chain[first], chain[second] = chain[second], chain[first]
    return Done(trail.with_chain(id_, chain), Tampering.SWAPPED, id_, first + 1)


def truncate(trail: Trail, rng: Random) -> Done:
    """Remove the end of a chain."""
    id_, chain, covered = _any_operation(trail, rng, least=2)
    kept = rng.randrange(1, covered)
    return Done(trail.with_chain(id_, chain[:kept]), Tampering.TRUNCATED, id_, kept + 1)


def restore(trail: Trail, rng: Random) -> Done:
    """Put the table back to how it was at the time of some event, when several operations have gone on since."""
    listed = trail.listed()
    entries = [entry for several in listed.values() for entry in several]
    newest = sorted(max(entry.at for entry in several) for several in listed.values())
    moment = rng.choice([entry.at for entry in entries if entry.at < newest[-2]])
    chains = {id_: list(chain) for id_, chain in trail.chains.items()}
    for id_, chain in chains.items():
        newer = (number for number, event in enumerate(chain) if read_link(event).at > moment)
        chains[id_] = chain[: next(newer, len(chain))]
    lost = min(entry for entry in entries if entry.sequence > len(chains[entry.operation_id]))
    kept = {id_: chain for id_, chain in chains.items() if chain}
    return Done(replace(trail, chains=kept), Tampering.RESTORED, lost.operation_id, lost.sequence)


def sign_again(trail: Trail, rng: Random) -> Done:
    """Sign a digest with another key, under the name of the right one; perhaps with other content."""
    number = rng.randrange(len(trail.hours))
    hour = trail.hours[number]
    digest = Digest.read(hour.signed.canonical)
    if rng.random() < 0.5:
        digest = replace(digest, previous_hash="f" * 64)
    signed = replace(sign(digest.canonical(), QuickSigner("another")), key_id=hour.signed.key_id)
    hours = [*trail.hours[:number], replace(hour, signed=signed), *trail.hours[number + 1 :]]
    return Done(replace(trail, hours=hours), Tampering.RESIGNED, None, number + 1)


TAMPERINGS: Mapping[str, Callable[[Trail, Random], Done]] = {
    "changed": change,
    "removed": remove,
    "two removed": remove_two,
    "an operation removed": remove_operation,
    "added": add,
    "swapped": swap,
    "truncated": truncate,
    "restored": restore,
    "signed again": sign_again,
}
