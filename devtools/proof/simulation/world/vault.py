"""The vault, with requests that take time and fail."""

from chalicelib.application.ports import AccountSeal
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.time_budget import Deadline
from devtools.memory.register import InMemoryRegister
from devtools.memory.vault import InMemoryVault
from devtools.proof.simulation.world.platform import Platform


class SimulatedVault:
    """Implements `Vault`; it really seals."""

    def __init__(self, platform: Platform, register: InMemoryRegister) -> None:
        self._platform = platform
        self._vault = InMemoryVault(register=register)

    def unlock(self, account: int, deadline: Deadline) -> AccountSeal:
        """Return the seal of an account, or fail."""
        fails = self._platform.weather.strikes(self._platform.weather.vault)
        is_in_time = self._platform.travel_or_run_late(deadline)
        seal = self._vault.unlock(account, deadline)
        self._platform.travel(0.0)
        if fails or not is_in_time:
            self._platform.say("unlock", "fails")
            raise StoreUnavailableError("the vault did not answer")
        return seal

    def erase(self, account: int, deadline: Deadline) -> None:
        """Delete the key of an account: what was sealed under it cannot be opened any more."""
        self._vault.erase(account, deadline)
