"""One chain against what is known of it: its own links, what digests list, and, of an operation, what its record says."""

from collections.abc import Sequence

from chalicelib.domain.audit.event import GENESIS, event_hash
from chalicelib.domain.audit.finding import Finding, Tampering, tampered
from chalicelib.domain.audit.stored_event import UnreadableEventError
from chalicelib.domain.audit.stored_look import Link, is_of_looks, read_link
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: the number of its newest event and that one's hash."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class StoredChain:
    """The events of an operation, or the looks of a chain, as they are stored, in the order of their rows.

    `head` is what an operation's record says, if any. Chains of looks have no record.
    """

    operation_id: str
    events: Sequence[bytes]
    head: Head | None = None

    def hashes(self) -> list[str]:
        """Return the hash of each event."""
        return [event_hash(event) for event in self.events]

    def follows(self) -> list[str | None]:
        """Return the hash that each event says is that of the one before it; None for one that cannot be read."""
        return [None if event is None else event.previous_hash for event in map(_readable, self.events)]


def broken_link(chain: StoredChain) -> Finding | None:
    """Return the first event that is not as the chain itself says; None when all fits.

    A changed event shows in the one after it: where only that link is broken, the event before it is named.
    """
    previous = GENESIS
    for number, stored in enumerate(chain.events, start=1):
        try:
            event = read_link(stored)
        except UnreadableEventError as error:
            return tampered(Tampering.CHANGED, chain.operation_id, number, f"its bytes are {error}")
        if event.operation_id != chain.operation_id:
            what = f"it says that it is of {event.operation_id}"
            return tampered(Tampering.ADDED, chain.operation_id, number, what)
        if event.sequence < number:
            what = f"it says that it is event {event.sequence}"
            return tampered(Tampering.ADDED, chain.operation_id, number, what)
        if event.sequence > number:
            return _out_of_order(chain, number, event.sequence)
        if event.previous_hash != previous:
            what = "the event after it was chained to other bytes" if number > 1 else "it follows another event"
            return tampered(Tampering.CHANGED, chain.operation_id, max(number - 1, 1), what)
        previous = event.hash
    return None


def beside_record(chain: StoredChain, covered: int) -> Finding | None:
    """Return where a chain that is whole in itself ends otherwise than its operation's record says; None where it does not.

    Digests cover the first `covered` events, so it is not the chain that is wrong where the record knows fewer.
    """
    head, hashes = chain.head, chain.hashes()
    if head is None:
        return None
    if head.sequence > len(hashes):
        return lost(chain.operation_id, len(hashes), head.sequence)
    if head.sequence < len(hashes):
        kind = Tampering.RESTORED if covered > head.sequence else Tampering.ADDED
        what = f"the operation's record says that event {head.sequence} is the newest"
        return tampered(kind, chain.operation_id, head.sequence + 1, what)
    if head.hash == hashes[-1]:
        return None
    return tampered(Tampering.CHANGED, chain.operation_id, len(hashes), "the operation's record has another hash of it")


def difference(
    operation_id: str, found: Sequence[str], listed: Sequence[str], follows: Sequence[str | None]
) -> Finding | None:
    """Return the first event that is not the one that digests list; None when the chain begins with all that are listed.

    `found` are the hashes of the events that are there, `listed` those that should be, both from the first one on; `follows`
    are the hashes that those that are there say they follow.
    """
    both = min(len(found), len(listed))
    at = next((index for index in range(both) if found[index] != listed[index]), both)
    if at == len(listed):
        return None
    if at == len(found):
        return lost(operation_id, at, len(listed))
    return _first_difference(operation_id, found, listed, at, follows[at])


def lost(operation_id: str, kept: int, covered: int) -> Finding:
    """Return the finding of a chain that has only its first `kept` events of those that are known of."""
    if kept == 0:
        what = f"none of its {covered} events is there"
        kind = Tampering.LOOKS_REMOVED if is_of_looks(operation_id) else Tampering.OPERATION_REMOVED
        return tampered(kind, operation_id, 1, what)
    what = f"it is not there, nor what followed: the chain ends after {kept} of {covered} events"
    return tampered(Tampering.TRUNCATED, operation_id, kept + 1, what)


def _first_difference(
    operation_id: str, found: Sequence[str], listed: Sequence[str], at: int, follows: str | None
) -> Finding:
    """Say what was done where the event at an index (from 0), which says what it follows, is not the one that is listed."""
    number, here, missing = at + 1, found[at], listed[at]
    is_later, is_genuine = missing in found[at + 1 :], here in listed[at + 1 :]
    if is_later and is_genuine:
        what = f"event {listed.index(here) + 1} stands in its place"
        return tampered(Tampering.SWAPPED, operation_id, number, what)
    if is_later:
        what = f"it was put before the genuine event {number}"
        return tampered(Tampering.ADDED, operation_id, number, what)
    if is_genuine:
        return _removed(operation_id, number, listed.index(here) - at)
    if follows in listed[at:]:  # an event that no digest lists yet, after one that was deleted
        return _removed(operation_id, number, listed.index(follows) - at + 1)
    return tampered(Tampering.CHANGED, operation_id, number, f"its hash is {here}, and was {missing}")


def _out_of_order(chain: StoredChain, number: int, told: int) -> Finding:
    """Say what was done where an event stands that is a later one."""
    if any(event is not None and event.sequence == number for event in map(_readable, chain.events[number:])):
        return tampered(Tampering.SWAPPED, chain.operation_id, number, f"event {told} stands in its place")
    return _removed(chain.operation_id, number, told - number)


def _removed(operation_id: str, number: int, count: int) -> Finding:
    if count == 1:
        return tampered(Tampering.REMOVED, operation_id, number, "it is not there, though the one after it is")
    what = f"it is not there, nor those up to {number + count - 1}, though the one after them is"
    return tampered(Tampering.SEVERAL_REMOVED, operation_id, number, what)


def _readable(stored: bytes) -> Link | None:
    try:
        return read_link(stored)
    except UnreadableEventError:
        return None
