"""What the containers of an exploration know people by: names that tell who drew them, and a memory that is part of the state."""

from collections.abc import Sequence

from greenlet import getcurrent

from chalicelib.adapters.aws.vault.name_cache import SECONDS, NameCache
from chalicelib.domain.time_budget import Deadline
from devtools.memory.vault import InMemoryVault
from devtools.proof.exploration.world.platform import ExploredPlatform
from devtools.proof.exploration.world.requests import ExploredRequests
from devtools.proof.simulation.world.clock import SimulatedClock
from devtools.proof.simulation.world.register import SimulatedRegister, WatchedRegister
from devtools.proof.simulation.world.vault import SimulatedVault

UNLOCK_FAILS = "the vault fails"


class OpenNameCache(NameCache):
    """The cache of one container, which shows what it has."""

    def __init__(self, clock: SimulatedClock) -> None:
        super().__init__(clock)
        self._since: dict[int, tuple[str, float]] = {}
        self._seconds = clock.monotonic

    def put(self, user_id: int, name: str) -> str:
        """Keep a pseudonym, and return it."""
        self._since[user_id] = (name, self._seconds())
        return super().put(user_id, name)

    def content(self) -> Sequence[tuple[int, str, float]]:
        """Return the pseudonyms that are young enough, and since when they are there."""
        now = self._seconds()
        return sorted((id_, name, since) for id_, (name, since) in self._since.items() if now - since < SECONDS)


class ExploredRegister(SimulatedRegister):
    """Implements `Register` for one container; where everybody is known for ever, nobody is looked up."""

    def __init__(
        self,
        rows: WatchedRegister,
        names: NameCache,
        requests: ExploredRequests,
        platform: ExploredPlatform,
        *,
        is_all_known: bool,
    ) -> None:
        super().__init__(rows, names, requests, platform)
        self._explored = platform
        self._known = dict(rows.rows) if is_all_known else None
        self._drawn: dict[str, int] = {}

    def recall(self, user_id: int) -> str | None:
        """Return a pseudonym that this container has lately read or made."""
        if self._known is not None:
            return self._known[user_id]
        name = super().recall(user_id)
        self._explored.learn(name)
        return name

    def read(self, user_id: int, deadline: Deadline) -> str | None:
        """Return what the row says, or fail."""
        return super().read(user_id, deadline) if self._known is None else self._known[user_id]

    def draw(self) -> str:
        """Return the next pseudonym of the present task: whoever came first, it is the same."""
        call, _, task = self._explored.names[getcurrent()].partition(".")
        self._drawn[call + task] = self._drawn.get(call + task, 0) + 1
        return f"p_{self._drawn[call + task]:04}{int(task):04}{int(call):018}"


class ExploredVault(SimulatedVault):
    """Implements `Vault`, and asks for the key each time; equal texts are sealed equally, whoever seals first."""

    def __init__(self, platform: ExploredPlatform, register: ExploredRegister, keys: InMemoryVault) -> None:
        super().__init__(platform, register, keys, kept_seconds=0.0)
        self._explored = platform

    def kms_answers(self, deadline: Deadline) -> bool:
        """Choose whether the key comes."""
        del deadline
        return self._explored.step("unlock", (UNLOCK_FAILS,), is_shared=False) is None
