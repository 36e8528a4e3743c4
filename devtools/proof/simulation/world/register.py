"""The register of people: one for all containers, with requests that take time and fail, and what each container remembers."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from chalicelib.adapters.aws.vault.name_cache import NameCache
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.time_budget import Deadline
from devtools.memory.register import InMemoryRegister
from devtools.proof.simulation.oracle.history import History
from devtools.proof.simulation.world.platform import Platform
from devtools.proof.simulation.world.store import Requests

T = TypeVar("T")

CLIENT_ROW, CANDIDATE_ROW = "client's row", "candidate's row"


class WatchedRegister(InMemoryRegister):
    """The rows themselves; every pseudonym that one has ever had goes into the history."""

    def __init__(self, history: History) -> None:
        super().__init__()
        self._history = history

    def put(self, user_id: int, pseudonym: str) -> None:
        """Write a row."""
        super().put(user_id, pseudonym)
        self._history.names.append((user_id, pseudonym))

    def enter(self, user_id: int, pseudonym: str) -> str:
        """Write a row unless there is one; return the pseudonym that stands."""
        if user_id not in self.rows:
            self.put(user_id, pseudonym)
        return self.rows[user_id]


class SimulatedRegister:
    """Implements `Register` for one container, with the real cache of names that its vault shares."""

    def __init__(self, rows: WatchedRegister, names: NameCache, requests: Requests, platform: Platform) -> None:
        self._rows = rows
        self._names = names
        self._requests = requests
        self._platform = platform

    def recall(self, user_id: int) -> str | None:
        """Return a pseudonym that this container has lately read or made."""
        return self._names.get(user_id)

    def find(self, user_id: int, deadline: Deadline) -> str | None:
        """Return the pseudonym of a person, or fail."""
        return self.recall(user_id) or self.read(user_id, deadline)

    def make(self, user_id: int, deadline: Deadline) -> str:
        """Return the pseudonym of a person, making the row at the first time, or fail."""
        return self.find(user_id, deadline) or self.enter(user_id, deadline)

    def remember(self, user_id: int, pseudonym: str) -> None:
        """Remember somebody whose row a claim has just written or met."""
        self._names.put(user_id, pseudonym)

    def draw(self) -> str:
        """Return the next pseudonym."""
        return self._rows.draw()

    def read(self, user_id: int, deadline: Deadline) -> str | None:
        """Return what the row says, whatever is remembered, or fail."""
        what = self._row_of(user_id)
        found = self._counted(what, partial(self._requests.read, what, deadline, lambda: self._rows.rows.get(user_id)))
        return None if found is None else self._names.put(user_id, found)

    def enter(self, user_id: int, deadline: Deadline) -> str:
        """Write a row that was not there when it was read, or fail; another call may have been faster."""
        what, apply = self._row_of(user_id), partial(self._rows.enter, user_id, self.draw())
        return self._names.put(user_id, self._counted(what, partial(self._requests.write, what, deadline, apply)))

    def _row_of(self, user_id: int) -> str:
        return CLIENT_ROW if user_id == self._platform.running().account else CANDIDATE_ROW

    def _counted(self, what: str, request: Callable[[], T]) -> T:
        """Make a request, and count how it fails."""
        try:
            return request()
        except StoreUnavailableError as error:
            self._platform.journal.count(f"{what}: {error}")
            raise
