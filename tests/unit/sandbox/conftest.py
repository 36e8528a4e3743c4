"""Give every sandbox test a server of its own whose clock stands still."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from sandbox import SandboxServer
from tests.unit.sandbox.caller import Caller


@dataclass
class StandingClock:
    """Tell the same moment until moved."""

    moment: datetime = datetime(2018, 1, 20, 12, 34, 56, 789_000, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.moment

    def move(self, **step: float) -> None:
        """Move on by a step in the words of timedelta."""
        self.moment += timedelta(**step)


@pytest.fixture
def clock() -> StandingClock:
    """Return the clock of the server."""
    return StandingClock()


@pytest.fixture
def server(clock: StandingClock) -> Iterator[SandboxServer]:
    """Return a running server on a free port."""
    with SandboxServer(now=clock) as running:
        yield running


@pytest.fixture
def client(server: SandboxServer) -> Caller:
    """Return a caller with both scopes and 300 credits who asks for JSON."""
    return Caller(server)


@pytest.fixture
def xml_client(server: SandboxServer) -> Caller:
    """Return the same caller asking for XML."""
    return Caller(server, accept="application/xml")
