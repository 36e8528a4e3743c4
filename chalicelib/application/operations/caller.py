"""Whose call it is, as far as settling earlier operations needs to know."""

from collections.abc import Callable

from chalicelib.application.ports import AccountSeal
from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import StoreUnavailableError, UpstreamUnavailableError
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """A token, the account that it speaks for, that account's seal, which may still be on its way, and its pseudonym."""

    token: AccessToken
    account: int
    request_id: str
    pending_seal: Callable[[], AccountSeal]
    recall_name: Callable[[], str | None] = lambda: None

    def name(self) -> str | None:
        """Return the pseudonym of the account's client, as soon as it is known."""
        return self.recall_name()

    def seal(self) -> AccountSeal | None:
        """Wait for the seal; None when it cannot be had right now, or not in time."""
        try:
            return self.pending_seal()
        except (StoreUnavailableError, UpstreamUnavailableError):  # the second is how a call beside ours is late
            return None
