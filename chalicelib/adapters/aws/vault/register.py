"""The register of people on DynamoDB: what the audit calls whom."""

import time
from collections.abc import Callable

from chalicelib.adapters.aws.database import DynamoDB
from chalicelib.adapters.aws.faults import store_errors
from chalicelib.adapters.aws.tries import Tries
from chalicelib.adapters.aws.vault.name_cache import NameCache
from chalicelib.adapters.aws.vault.person_rows import PersonRows
from chalicelib.application.ports import Clock
from chalicelib.domain.operation.operation import crockford
from chalicelib.domain.time_budget import Deadline

NOT_READ = "The register of people could not be read or written, so nothing was sent. It is safe to try again."
OUT_OF_TIME = "The time of this call ran out before the register of people answered."
CHANCE_BYTES = 16


class DynamoDBRegister:
    """A Register. `names` are those that the vault reads as well, whose rows these are."""

    def __init__(  # noqa: PLR0913, PLR0917 (what it is wired with)
        self,
        dynamodb: DynamoDB,
        operations_table: str,
        clock: Clock,
        names: NameCache,
        random_bytes: Callable[[int], bytes],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rows = PersonRows(dynamodb, operations_table, Tries(sleep, OUT_OF_TIME))
        self._clock = clock
        self._names = names
        self._random_bytes = random_bytes

    def recall(self, user_id: int) -> str | None:
        """Return a pseudonym that was read or made in the last minutes, without a call."""
        return self._names.get(user_id)

    def find(self, user_id: int, deadline: Deadline) -> str | None:
        """Return the pseudonym of a person; None for one without a row.

        Raises:
            StoreUnavailableError: the register cannot be read by the deadline.
        """
        known = self._names.get(user_id)
        if known is not None:
            return known
        with store_errors(NOT_READ):
            row = self._rows.read(user_id, deadline)
            return None if row is None else self._names.put(user_id, row.pseudonym)

    def make(self, user_id: int, deadline: Deadline) -> str:
        """Return the pseudonym of a person, making the row at the first time.

        Raises:
            StoreUnavailableError: the register cannot be written by the deadline.
        """
        found = self.find(user_id, deadline)
        if found is not None:
            return found
        with store_errors(NOT_READ):
            row = self._rows.make(user_id, self.draw(), self._clock.now(), deadline)
            return self._names.put(user_id, row.pseudonym)

    def remember(self, user_id: int, pseudonym: str) -> None:
        """Keep a pseudonym that a claim has just written or met."""
        self._names.put(user_id, pseudonym)

    def draw(self) -> str:
        """Return a new pseudonym, which no row has yet."""
        return "p_" + crockford(int.from_bytes(self._random_bytes(CHANCE_BYTES)))
