"""What the use cases need of the register of people, and of what keeps it restorable."""

from typing import Protocol

from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass


class Register(Protocol):
    """Who is who: one row a person ties a UserID to its pseudonym."""

    def recall(self, user_id: int) -> str | None:
        """Return a pseudonym that was read or made in the last minutes, without a call."""
        ...

    def find(self, user_id: int, deadline: Deadline) -> str | None:
        """Return the pseudonym of a person; None for one without a row.

        Raises:
            StoreUnavailableError: the register cannot be read by the deadline.
        """
        ...

    def make(self, user_id: int, deadline: Deadline) -> str:
        """Return the pseudonym of a person, making the row at the first time.

        Raises:
            StoreUnavailableError: the register cannot be written by the deadline.
        """
        ...

    def remember(self, user_id: int, pseudonym: str) -> None:
        """Keep in memory, for as long as `recall` does, what a claim has just written or met."""
        ...

    def draw(self) -> str:
        """Return a new pseudonym, which no row has yet: `p_` and 26 digits and capitals of chance."""
        ...


class PeopleSeal(Protocol):
    """What seals who an operation is of, so that a lost table can be made again."""

    def prepare(self) -> None:
        """Load the cipher; meant for a time in which the call waits for something else."""
        ...

    def seal(self, key: HmacKey, operation_id: str, account: int, candidate: int) -> bytes | None:
        """Return the UserIDs of client and candidate, sealed under a key of `key`'s; None where there is no cipher."""
        ...


@dataclass(frozen=True, slots=True)
class NamedMeanwhile:
    """The candidate, who had no row when it was read, has got this pseudonym by another call; nothing was written."""

    pseudonym: str
