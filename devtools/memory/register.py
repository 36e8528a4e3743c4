"""The register of people in memory, and a seal that needs no cipher."""

from threading import RLock

from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.time_budget import Deadline
from devtools.memory.punctuality import require_deadline


class InMemoryRegister:
    """Implements `Register`: pseudonyms are counted. It remembers whom it was asked for, and all that it was told."""

    def __init__(self) -> None:
        self.rows: dict[int, str] = {}
        self._known: set[int] = set()
        self._drawn = 0
        self._is_failing = False
        self._lock = RLock()

    def recall(self, user_id: int) -> str | None:
        """Return a pseudonym that was read or made."""
        return self.rows.get(user_id) if user_id in self._known else None

    def find(self, user_id: int, deadline: Deadline) -> str | None:
        """Return the pseudonym of a person; None for one without a row."""
        require_deadline(deadline)
        if self._is_failing:
            raise StoreUnavailableError("the register was told to fail", retry_after_seconds=5)
        found = self.rows.get(user_id)
        if found is not None:
            self._known.add(user_id)
        return found

    def make(self, user_id: int, deadline: Deadline) -> str:
        """Return the pseudonym of a person, making the row at the first time."""
        with self._lock:
            return self.find(user_id, deadline) or self.learn(user_id, self.draw())

    def remember(self, user_id: int, pseudonym: str) -> None:
        """Remember somebody whose row a claim has just written or met."""
        assert self.rows[user_id] == pseudonym  # noqa: S101 (nobody remembers what is not so)
        self._known.add(user_id)

    def draw(self) -> str:
        """Return the next pseudonym."""
        self._drawn += 1
        return f"p_{self._drawn:026}"

    def put(self, user_id: int, pseudonym: str) -> None:
        """Write a row, as part of a transaction that has checked its conditions."""
        self.rows[user_id] = pseudonym

    def learn(self, user_id: int, pseudonym: str) -> str:
        """Write a row, and remember it."""
        self.put(user_id, pseudonym)
        self._known.add(user_id)
        return pseudonym

    def forget(self) -> None:
        """Forget who was asked for, as a new process does; the rows stand."""
        self._known.clear()

    def will_fail(self) -> None:
        """Answer nothing from now on, but what is remembered."""
        self._is_failing = True


class OpenPeopleSeal:
    """Implements `PeopleSeal` for what is in memory only: it tells the operation, and nobody."""

    def prepare(self) -> None:
        """Nothing is to be loaded."""

    def seal(self, key: HmacKey, operation_id: str, account: int, candidate: int) -> bytes | None:  # noqa: ARG002 (its shape)
        """Return some bytes."""
        return operation_id.encode()
