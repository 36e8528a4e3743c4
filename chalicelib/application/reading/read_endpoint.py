"""Read one endpoint for a caller: the scope is checked, then AdultWork is asked. Nothing is claimed, recorded or kept."""

from typing import Protocol

from chalicelib.application.ports import Clock, TokenIntrospector
from chalicelib.application.scope import require_scope
from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import InvalidTokenError
from chalicelib.domain.reading.endpoint import Endpoint
from chalicelib.domain.reading.parameter import Asked
from chalicelib.domain.reading.told import Told
from chalicelib.domain.time_budget import Deadline, TimeBudget
from chalicelib.values import dataclass


class EndpointReader(Protocol):
    """AdultWork's reads."""

    def read(self, endpoint: Endpoint, asked: Asked, token: AccessToken, deadline: Deadline) -> Told:
        """Return what AdultWork answers, in the shape of the endpoint.

        Raises:
            InvalidTokenError: it does not take the token.
            UpstreamRefusedError: it understood, and declines.
            UpstreamUnavailableError: no readable answer by the deadline.
        """
        ...


@dataclass(frozen=True, slots=True)
class ReadEndpoint:
    """Read any endpoint that is declared."""

    introspector: TokenIntrospector
    reader: EndpointReader
    clock: Clock
    budget: TimeBudget

    def execute(self, endpoint: Endpoint, asked: Asked, token: AccessToken, seconds_left: float) -> Told:
        """Return what AdultWork answers; `seconds_left` is what the platform still grants.

        Raises:
            CallerError: the token or its scope is not good for this.
            UpstreamError: AdultWork declines, or cannot be read.
        """
        deadline = Deadline.after(self.clock.monotonic, min(self.budget.reads, seconds_left))
        try:
            if endpoint.scope is not None:
                principal = self.introspector.recall(token) or self.introspector.introspect(token, deadline)
                require_scope(self.introspector, principal, token, endpoint.scope)
            return self.reader.read(endpoint, asked, token, deadline)
        except InvalidTokenError:
            self.introspector.forget(token)
            raise
