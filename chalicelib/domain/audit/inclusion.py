"""A proof that a digest covers an event, for whoever has neither the listing nor the trail."""

from collections.abc import Sequence
from enum import StrEnum

from chalicelib.domain.audit.digest import Digest, Entry, Listing, Section
from chalicelib.domain.audit.merkle import inclusion_proof, is_included
from chalicelib.values import dataclass


class Part(StrEnum):
    """The section of a digest that an entry stands in; HEADS proves that its chain ended there as of that digest."""

    EVENTS = "events"
    LATE = "late"
    HEADS = "heads"


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Where an entry stands among the entries of a section, counted from 0, and the hashes beside its way to the root."""

    part: Part
    index: int
    path: tuple[bytes, ...]

    def holds(self, entry: Entry, digest: Digest) -> bool:
        """Tell whether the digest covers the entry."""
        section = _sections(digest)[self.part]
        return is_included(entry.leaf(), self.index, section.count, self.path, bytes.fromhex(section.root))


def prove(listing: Listing, entry: Entry, part: Part) -> Inclusion:
    """Return the proof of an entry.

    Raises:
        ValueError: the listing does not have it there.
    """
    entries: dict[Part, Sequence[Entry]] = {
        Part.EVENTS: listing.on_time,
        Part.LATE: listing.late,
        Part.HEADS: listing.heads(),
    }
    index = entries[part].index(entry)
    return Inclusion(part, index, inclusion_proof([one.leaf() for one in entries[part]], index))


def _sections(digest: Digest) -> dict[Part, Section]:
    return {Part.EVENTS: digest.on_time, Part.LATE: digest.late, Part.HEADS: digest.heads}
