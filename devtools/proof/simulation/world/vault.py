"""The vault, with requests that take time and fail."""

from chalicelib.adapters.aws.vault.key_cache import LONGEST_SECONDS
from chalicelib.application.ports import AccountSeal
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.time_budget import Deadline
from devtools.memory.vault import InMemoryVault
from devtools.proof.simulation.world.platform import Platform
from devtools.proof.simulation.world.register import SimulatedRegister


class SimulatedVault:
    """Implements `Vault` for one container, which keeps a key for `kept_seconds`; it really seals.

    The row of a key is the person's in the register, which is read first; where there is none, it is made, as the adapter
    does it: with the key, or without one if KMS does not answer.
    """

    def __init__(
        self,
        platform: Platform,
        register: SimulatedRegister,
        keys: InMemoryVault,
        kept_seconds: float = LONGEST_SECONDS,
    ) -> None:
        self._platform = platform
        self._register = register
        self._keys = keys
        self._kept_seconds = kept_seconds
        self._seals: dict[int, tuple[AccountSeal, float]] = {}

    def unlock(self, account: int, deadline: Deadline) -> AccountSeal:
        """Return the seal of an account, or fail."""
        now = self._platform.scheduler.now
        seal, since = self._seals.get(account, (None, now))
        if seal is not None and now - since < self._kept_seconds and self._register.recall(account) is not None:
            return seal
        is_new = self._register.read(account, deadline) is None
        is_there = self.kms_answers(deadline)
        if is_new:
            self._register.enter(account, deadline)
        if not is_there:
            raise StoreUnavailableError("the vault did not answer")
        seal = self._keys.unlock(account, deadline)
        self._seals[account] = (seal, self._platform.scheduler.now)
        return seal

    def kms_answers(self, deadline: Deadline) -> bool:
        """Ask for the key of an account, new or as its row has it; tell whether it came."""
        fails = self._platform.weather.strikes(self._platform.weather.vault)
        is_in_time = self._platform.travel_or_run_late(deadline)
        self._platform.travel(0.0)
        if fails or not is_in_time:
            self._platform.say("unlock", "fails")
        return is_in_time and not fails
