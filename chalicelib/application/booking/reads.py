"""Steps 2 and 4 of the pipeline: token and facts, read in parallel so that together they are one hop."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from chalicelib.application.ports import BookingGateway, Concurrency, TokenIntrospector
from chalicelib.domain.access import AccessToken, Principal, Scope
from chalicelib.domain.booking.facts import BookingRequirements, Facts
from chalicelib.domain.booking.rules.facts import FactsNeeded
from chalicelib.domain.errors import InvalidTokenError, UpstreamError, UpstreamRefusedError
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PendingFacts:
    """Facts that are on their way. They are not waited for when the scope is missing.

    `is_new_caller` tells that the token had to be introspected: it is the first call of its account in a while.
    """

    requirements: Callable[[], BookingRequirements | None]
    balance: Callable[[], Decimal | None]
    forget: Callable[[], None]
    is_new_caller: bool

    def read(self) -> tuple[Facts, UpstreamError | None]:
        """Return the facts, what cannot be read as unknown, and why the first such one cannot.

        A refused read drops what was learnt about the token.

        Raises:
            InvalidTokenError: the upstream does not take the token, which comes before any rule.
        """
        try:
            requirements, no_requirements = _known(self.requirements)
            balance, no_balance = _known(self.balance)
        except InvalidTokenError:
            self.forget()
            raise
        failure = no_requirements or no_balance
        if isinstance(failure, UpstreamRefusedError):
            self.forget()
        return Facts(requirements, balance), failure


def _known(read: Callable[[], T | None]) -> tuple[T | None, UpstreamError | None]:
    """Return what is read; where the upstream does not tell, None and how it failed."""
    try:
        return read(), None
    except UpstreamError as error:
        return None, error


def _nothing() -> None:
    """Return a fact that nobody needs."""


@dataclass(frozen=True, slots=True)
class Reads:
    """All reads of a booking at once, with the caller's own token.

    On a cold permission cache the facts are read speculatively, beside the introspection; on a warm one the
    introspection costs nothing, and the balance is asked for only when its scope is granted.
    """

    introspector: TokenIntrospector
    gateway: BookingGateway
    concurrency: Concurrency

    def start(self, token: AccessToken, needed: FactsNeeded, deadline: Deadline) -> tuple[Principal, PendingFacts]:
        """Return the principal, with the facts that are needed on their way.

        Raises:
            InvalidTokenError: the upstream does not know the token.
            UpstreamUnavailableError: no readable answer by the deadline.
        """
        known = self.introspector.recall(token)
        requirements = self._requirements(token, needed.candidate, deadline)
        may_ask = known is None or known.has_scope(Scope.CREDITS_HISTORY)
        balance = self._balance(token, deadline) if needed.balance and may_ask else _nothing
        principal = known or self.introspector.introspect(token, deadline)
        if not principal.has_scope(Scope.CREDITS_HISTORY):  # then it is unknown, whatever came of asking
            balance = _nothing

        def forget() -> None:
            self.introspector.forget(token)

        return principal, PendingFacts(requirements, balance, forget, is_new_caller=known is None)

    def _requirements(
        self, token: AccessToken, candidate: int | None, deadline: Deadline
    ) -> Callable[[], BookingRequirements | None]:
        """Begin to read what a booking of the candidate asks for, if there is one."""
        if candidate is None:
            return _nothing
        return self.concurrency.start(lambda: self.gateway.requirements(token, candidate, deadline), deadline)

    def _balance(self, token: AccessToken, deadline: Deadline) -> Callable[[], Decimal | None]:
        """Begin to read the client's credits."""
        return self.concurrency.start(lambda: self.gateway.balance(token, deadline), deadline)
