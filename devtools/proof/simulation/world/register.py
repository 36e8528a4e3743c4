"""The register of people, with reads that take time and fail."""

from functools import partial

from chalicelib.domain.time_budget import Deadline
from devtools.memory.register import InMemoryRegister
from devtools.proof.simulation.world.store import Requests


class SimulatedRegister:
    """Implements `Register` on the tables' own rows."""

    def __init__(self, rows: InMemoryRegister, requests: Requests) -> None:
        self._rows = rows
        self._requests = requests

    def recall(self, user_id: int) -> str | None:
        """Return a pseudonym that some container has read."""
        return self._rows.recall(user_id)

    def find(self, user_id: int, deadline: Deadline) -> str | None:
        """Return the pseudonym of a person, or fail."""
        known = self._rows.recall(user_id)
        return known or self._requests.read("register", deadline, partial(self._rows.find, user_id, deadline))

    def make(self, user_id: int, deadline: Deadline) -> str:
        """Return the pseudonym of a person, making the row at the first time, or fail."""
        known = self._rows.recall(user_id)
        return known or self._requests.write("register", deadline, partial(self._rows.make, user_id, deadline))

    def remember(self, user_id: int, pseudonym: str) -> None:
        """Remember somebody whose row a claim has just written or met."""
        self._rows.remember(user_id, pseudonym)

    def draw(self) -> str:
        """Return the next pseudonym."""
        return self._rows.draw()
