"""What sign-in needs of the world, each as one Protocol."""

from dataclasses import field
from datetime import datetime
from typing import Protocol

from chalicelib.domain.access import AccessToken
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the login grants; the access token holds for `seconds`. Without a `refresh_token` it is not renewed."""

    access_token: AccessToken
    seconds: int
    refresh_token: str | None = field(default=None, repr=False)


class UnifiedLogin(Protocol):
    """AdultWork's Unified Login, spoken to as the one client that the secret belongs to."""

    def address(self, redirect_uri: str, state: str) -> str:
        """Return where a browser goes to sign in."""
        ...

    def redeem(self, code: str, redirect_uri: str, deadline: Deadline) -> Tokens:
        """Exchange an authorization code, by one request.

        Raises:
            SignInRefusedError: the login declined.
            SignInUnavailableError: no usable answer; `is_sent` tells whether the code may be used up.
        """
        ...

    def refresh(self, refresh_token: str, deadline: Deadline) -> Tokens:
        """Exchange a refresh token, by one request. Raises what `redeem` raises."""
        ...


class Seal(Protocol):
    """Texts that nobody else can read or change, or pass off as those of another purpose."""

    def seal(self, plaintext: bytes, purpose: str) -> str:
        """Return the sealed text, in the letters of base64url.

        Raises:
            StoreUnavailableError: the key could not be had.
        """
        ...

    def open(self, sealed: str, purpose: str) -> bytes | None:
        """Return what was sealed; None when it was not sealed here, or for something else. Raises what `seal` raises."""
        ...


class SignInLedger(Protocol):
    """What is being exchanged at this moment, and how often an address has asked: marks and counts, and no token.

    Every method raises StoreUnavailableError when the ledger cannot be reached by the deadline.
    """

    def count(self, address: str, now: datetime, deadline: Deadline) -> None:
        """Count a request of an address.

        Raises:
            TooManySignInsError: it has made as many as it may in this minute.
        """
        ...

    def claim(self, secret: str, until: datetime, now: datetime, deadline: Deadline) -> bool:
        """Mark a secret as in use until a moment; tell whether nobody else had marked it."""
        ...

    def release(self, secret: str, deadline: Deadline) -> None:
        """Take the mark away."""
        ...
