"""What the tests of the transport share: a client for a scripted upstream, and an authority for its certificates."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chalicelib.adapters.adultwork.client import AdultWorkClient
from chalicelib.adapters.http.authorities import tls_context
from chalicelib.adapters.http.transport import Transport
from devtools.proof.trials.scene.clock import MovableClock
from tests.fakes.certificates import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return an authority of this run's own."""
    return Authority.create(tmp_path_factory.mktemp("authority") / "authority.pem")


@pytest.fixture
def clock() -> MovableClock:
    """Return the client's clock."""
    return MovableClock()


@pytest.fixture
def client_of(authority: Authority, clock: MovableClock) -> Iterator[Callable[[str], AdultWorkClient]]:
    """Return what makes a client of an upstream, which trusts the authority; its connections are closed at the end."""
    transport = Transport(tls_context(str(authority.path)))
    yield lambda url: AdultWorkClient(url, "application/xml", dict, transport, clock, read_seconds=3.0)
    transport.close()


@pytest.fixture
def other_authority(tmp_path: Path) -> Authority:
    """Return an authority that nobody trusts."""
    return Authority.create(tmp_path / "other.pem")
