"""What the doctor says: of each check whether it was made, and each fault with its mend."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong: where, what, and what a person does about it."""

    where: str
    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something that is as somebody wanted it, and worth knowing."""

    where: str
    what: str


class State(StrEnum):
    """How a check has ended."""

    HEALTHY = "healthy"
    FAULTS = "faults"
    UNSEEN = "not seen"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check: what it has found, or why it could not look."""

    check: str
    found: Sequence[Fault | Note] = ()
    unseen: str | None = None

    @property
    def faults(self) -> Sequence[Fault]:
        """Return what is wrong."""
        return [one for one in self.found if isinstance(one, Fault)]

    @property
    def notes(self) -> Sequence[Note]:
        """Return what is worth knowing."""
        return [one for one in self.found if isinstance(one, Note)]

    @property
    def state(self) -> State:
        """Return how it has ended."""
        if self.unseen is not None:
            return State.UNSEEN
        return State.FAULTS if self.faults else State.HEALTHY
