"""Every upstream that there is: in memory, and the real transport on the sandbox, in both forms that it answers in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import certifi

from chalicelib.adapters.adultwork.account import AdultWorkIntrospector
from chalicelib.adapters.adultwork.client import AdultWorkClient
from chalicelib.adapters.adultwork.permission_cache import PermissionCache
from chalicelib.adapters.adultwork.phonechat import CREATE_BOOKING, AdultWorkGateway
from chalicelib.adapters.http.authorities import tls_context
from chalicelib.adapters.http.transport import Transport
from chalicelib.adapters.system import SystemClock, ThreadConcurrency
from chalicelib.application.ports import BookingGateway, TokenIntrospector
from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import InvalidTokenError
from chalicelib.domain.time_budget import Deadline
from sandbox import SandboxServer
from tests.builders import LONDON, NOW
from tests.fakes.upstream import InMemoryGateway, InMemoryIntrospector

CONTEXT = tls_context(certifi.where())
UPSTREAMS = ("memory", "xml", "json")


class Upstream(Protocol):
    """An upstream that can be told to misbehave."""

    @property
    def gateway(self) -> BookingGateway:
        """Return the port to the bookings."""
        ...

    @property
    def introspector(self) -> TokenIntrospector:
        """Return the port to the tokens."""
        ...

    def sent(self) -> int:
        """Return how many bookings arrived."""
        ...

    def asked(self) -> int:
        """Return how many times a token was introspected."""
        ...

    def will_time_out_after_send(self) -> None:
        """Take the next booking, and do not answer it."""
        ...

    def will_refuse_connections(self) -> None:
        """Let nothing in."""
        ...

    def will_decline(self, status: int, message: str, retry_after_seconds: int | None) -> None:
        """Decline the next booking."""
        ...

    def will_not_know(self, token: AccessToken) -> None:
        """Take no notice of a token any more."""
        ...


class InMemoryUpstream:
    """The fakes."""

    def __init__(self) -> None:
        self.gateway = InMemoryGateway()
        self.introspector = InMemoryIntrospector()
        self.will_time_out_after_send = self.gateway.will_time_out_after_send
        self.will_refuse_connections = self.gateway.will_refuse_connections
        self.will_decline = self.gateway.will_decline

    def sent(self) -> int:
        """Return how many bookings arrived; a refused connection lets none through."""
        return len(self.gateway.sent)

    def asked(self) -> int:
        """Return how many times a token was introspected."""
        return self.introspector.calls

    def will_not_know(self, token: AccessToken) -> None:
        """Refuse every token."""
        del token
        self.introspector.failure = InvalidTokenError("AdultWork does not take this access token.")


@dataclass(frozen=True)
class SandboxUpstream:
    """The real transport, over real HTTP."""

    server: SandboxServer
    gateway: AdultWorkGateway
    introspector: AdultWorkIntrospector

    def sent(self) -> int:
        """Return how many bookings arrived."""
        return self.server.journal.count(CREATE_BOOKING)

    def asked(self) -> int:
        """Return how many times a token was introspected."""
        return self.server.journal.count("/v1/account/verifyCredentials")

    def will_time_out_after_send(self) -> None:
        """Take the next booking, and do not answer it."""
        self.server.faults.arm(CREATE_BOOKING, "slow-answer", seconds=5)

    def will_refuse_connections(self) -> None:
        """Let nothing in."""
        self.server.faults.arm("*", "connect-refuse", seconds=5)

    def will_decline(self, status: int, message: str, retry_after_seconds: int | None) -> None:
        """Decline the next booking."""
        self.server.faults.arm(
            CREATE_BOOKING, "status", status=status, message=message, retry_after=retry_after_seconds
        )

    def will_not_know(self, token: AccessToken) -> None:
        """Answer 401, as to any token that is not of the cast."""
        del token
        self.server.faults.arm("*", "status", "forever", status=401)


@contextmanager
def running(form: str) -> Iterator[SandboxUpstream]:
    """Run a sandbox that is asked for `xml` or `json`; its clock stands where the builders' bookings are to come."""
    clock = SystemClock()
    transport = Transport(CONTEXT)
    with SandboxServer(now=lambda: NOW) as server:
        client = AdultWorkClient(server.url, f"application/{form}", dict, transport, clock, read_seconds=3)
        cache = PermissionCache(clock, 60, b"secret")
        introspector = AdultWorkIntrospector(client, ThreadConcurrency(2), cache)
        yield SandboxUpstream(server, AdultWorkGateway(client, LONDON), introspector)
        transport.close()


def after(seconds: float) -> Deadline:
    """Return a deadline on the real clock."""
    return Deadline.after(SystemClock().monotonic, seconds)
