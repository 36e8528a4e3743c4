"""Steps 2 and 4 of the pipeline: token and facts, read in parallel so that together they are one hop."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from chalicelib.application.ports import BookingGateway, Concurrency, TokenIntrospector
from chalicelib.domain.access import AccessToken, Principal, Scope
from chalicelib.domain.errors import InvalidTokenError, UpstreamRefusedError
from chalicelib.domain.facts import BookingRequirements, Facts
from chalicelib.domain.time_budget import Deadline


@dataclass(frozen=True, slots=True)
class PendingFacts:
    """Facts that are on their way; `read` waits for them. They are not waited for when the scope is missing."""

    requirements: Callable[[], BookingRequirements]
    balance: Callable[[], Decimal | None]
    forget: Callable[[], None]

    def read(self) -> Facts:
        """Return the facts, or raise what the reads raised; a refused read drops what was learnt about the token."""
        try:
            return Facts(self.requirements(), self.balance())
        except (InvalidTokenError, UpstreamRefusedError):
            self.forget()
            raise


@dataclass(frozen=True, slots=True)
class Reads:
    """All reads of a booking at once, with the caller's own token.

    On a cold permission cache the facts are read speculatively, beside the introspection; on a warm one the
    introspection costs nothing, and the balance is asked for only when its scope is granted.
    """

    introspector: TokenIntrospector
    gateway: BookingGateway
    concurrency: Concurrency

    def start(self, token: AccessToken, candidate: int, deadline: Deadline) -> tuple[Principal, PendingFacts]:
        """Return the principal, with the facts on their way.

        Raises:
            InvalidTokenError: the upstream does not know the token.
            UpstreamUnavailableError: no readable answer by the deadline.
        """
        known = self.introspector.recall(token)

        def forget() -> None:
            self.introspector.forget(token)

        requirements = self.concurrency.start(lambda: self.gateway.requirements(token, candidate, deadline), deadline)
        if known is not None and not known.has_scope(Scope.CREDITS_HISTORY):
            return known, PendingFacts(requirements, lambda: None, forget)
        balance = self.concurrency.start(lambda: self.gateway.balance(token, deadline), deadline)
        principal = known or self.introspector.introspect(token, deadline)
        if not principal.has_scope(Scope.CREDITS_HISTORY):  # then it is unknown, whatever came of asking
            return principal, PendingFacts(requirements, lambda: None, forget)
        return principal, PendingFacts(requirements, balance, forget)
