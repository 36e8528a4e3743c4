"""Access tokens, scopes and principals (RFC 6749, 6750)."""

from enum import StrEnum
from typing import NoReturn

from chalicelib.values import dataclass


class Scope(StrEnum):
    """The AdultWork scopes that Switchboard asks about."""

    PHONECHAT_BOOKINGS = "account_phonechat_bookings"
    CREDITS_HISTORY = "account_credits_history"


class AccessToken:
    """An opaque bearer token; it never shows itself in `repr`, `str`, logs or tracebacks."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def reveal(self) -> str:
        """Return the token's text, for the Authorization header of an upstream request and nothing else."""
        return self._secret

    def __repr__(self) -> str:
        return "AccessToken(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an access token is not written anywhere")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AccessToken) and other._secret == self._secret

    def __hash__(self) -> int:
        return hash(self._secret)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a token speaks for: `account` is the upstream UserID, `scopes` the names that are granted."""

    account: int
    scopes: frozenset[str]

    def has_scope(self, scope: Scope) -> bool:
        """Tell whether the user granted `scope`."""
        return scope.value in self.scopes
