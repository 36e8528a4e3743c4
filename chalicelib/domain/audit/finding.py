"""What a verification finds: the first bad event, what was done to it, and how to read that."""

from collections.abc import Mapping
from enum import StrEnum

from chalicelib.domain.audit.stored_look import is_of_looks
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    `operation_id` and `sequence` name the first bad event; of a look, `operation_id` is the name of its chain behind LOOKS; of a
    digest it is None, and `sequence` the digest's number. `what` says what is wrong there, `how_to_read` what it can mean and
    what to do next.
    """

    kind: StrEnum
    operation_id: str | None
    sequence: int
    what: str
    how_to_read: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}: {self.what}"

    @property
    def where(self) -> str:
        """Return the place in words."""
        if self.operation_id is None:
            return f"digest {self.sequence}"
        return f"{self.operation_id}, {'look' if is_of_looks(self.operation_id) else 'event'} {self.sequence}"


class Tampering(StrEnum):
    """What was done to records."""

    CHANGED = "changed"
    REMOVED = "removed"
    SEVERAL_REMOVED = "several-removed"
    OPERATION_REMOVED = "operation-removed"
    LOOKS_REMOVED = "looks-removed"
    ADDED = "added"
    SWAPPED = "swapped"
    TRUNCATED = "truncated"
    RESTORED = "old-copy-restored"
    RESIGNED = "re-signed"
    DIGEST_CHANGED = "digest-changed"
    DIGEST_MISSING = "digest-missing"


_HOW_TO_READ: Mapping[Tampering, str] = {
    Tampering.CHANGED: "Its bytes are not those that were written. What it says now is no evidence; a backup may have the bytes "
    "of its hash.",
    Tampering.REMOVED: "Events are only ever added, so somebody or something has deleted it. Those around it are genuine.",
    Tampering.SEVERAL_REMOVED: "Events are only ever added, so somebody or something has deleted them. Those around them are "
    "genuine.",
    Tampering.OPERATION_REMOVED: "Every event of the operation is gone, though a signed digest covers them. A booking may stand "
    "behind it: look at AdultWork's own list.",
    Tampering.LOOKS_REMOVED: "Every look of one reader on one day is gone, though a signed digest covers them: who looked at "
    "what, and what a custodian did, is not on record any more.",
    Tampering.ADDED: "No digest covers it although its hour is closed, or it stands where another event does. If its call was "
    "held up for long, the next digest lists it as late: verify again after that one. Else it was put there by hand.",
    Tampering.SWAPPED: "Events were exchanged. Each is genuine, and says its own number.",
    Tampering.TRUNCATED: "The end of the chain is gone: the operation went on, and how it ended is not on record any more.",
    Tampering.RESTORED: "All that is newest is gone, in several operations: the table looks like a backup of an earlier moment. "
    "What was written since has to come from a later one.",
    Tampering.RESIGNED: "The signature is none of the trusted key over these bytes: the digest was signed with another key, or "
    "changed after it was signed. Nothing that it says counts.",
    Tampering.DIGEST_CHANGED: "The digest and what belongs to it do not fit together. Nothing that it says counts.",
    Tampering.DIGEST_MISSING: "Every hour has a digest, also an empty one. Events of this hour are covered by their chains alone "
    "until it is found.",
}
_OF_LOOKS: Mapping[Tampering, str] = {
    Tampering.ADDED: "No digest covers it although its hour is closed, or it stands where another look does. If it was recorded "
    "by a machine whose clock is wrong, the next digest lists it as late: verify again after that one. Else it was put there by "
    "hand.",
    Tampering.TRUNCATED: "The end of the chain is gone: what this reader looked at or did last on that day is not on record any "
    "more.",
}


def tampered(kind: Tampering, operation_id: str | None, sequence: int, what: str) -> Finding:
    """Return the finding of a tampering."""
    how_to_read = _OF_LOOKS.get(kind) if is_of_looks(operation_id) else None
    return Finding(kind, operation_id, sequence, what, how_to_read or _HOW_TO_READ[kind])
