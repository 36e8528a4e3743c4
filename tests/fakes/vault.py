"""The vault in memory with the troubles of unit tests, and a seal that tells what it was given."""

from chalicelib.application.ports import AccountSeal
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.time_budget import Deadline
from devtools.memory.vault import InMemoryVault


class TroubledVault(InMemoryVault):
    """Implements `Vault`; it can be told to fail, and `unlocked` lists the accounts that were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.unlocked: list[int] = []
        self._is_failing = False

    def unlock(self, account: int, deadline: Deadline) -> AccountSeal:
        """Return the seal of an account, or fail as told."""
        self.unlocked.append(account)
        if self._is_failing:
            raise StoreUnavailableError("the vault was told to fail", retry_after_seconds=5)
        return super().unlock(account, deadline)

    def will_fail(self) -> None:
        """Unlock nothing from now on."""
        self._is_failing = True

    def will_work(self) -> None:
        """Unlock everything from now on."""
        self._is_failing = False


class TellingPeopleSeal:
    """Implements `PeopleSeal` by telling what it was given."""

    def prepare(self) -> None:
        """Nothing is to be loaded."""

    def seal(self, key: HmacKey, operation_id: str, account: int, candidate: int) -> bytes | None:
        """Return all of it."""
        return f"{key.id} {operation_id} {account} {candidate}".encode()
