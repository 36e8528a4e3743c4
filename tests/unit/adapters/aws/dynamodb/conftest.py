"""The adapters, on a DynamoDB that answers by script."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from chalicelib.adapters.aws.database import DYNAMODB, DynamoDB
from devtools.local.dynamodb import local_place
from tests.fakes.clock import FixedClock
from tests.unit.adapters.aws.dynamodb.stub import StubDynamoDB

Lines: TypeAlias = Callable[[], list[dict[str, Any]]]

IMPATIENCE_SECONDS = 0.15


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[StubDynamoDB]:
    """Return the server of a module's tests."""
    server = StubDynamoDB()
    yield server
    server.close()


@pytest.fixture(scope="module")
def module_client(dynamodb: StubDynamoDB) -> Iterator[DynamoDB]:
    """Return the calls of production, only less patient."""
    place = local_place(dynamodb.endpoint_url)
    yield DynamoDB(replace(place.service(DYNAMODB), try_seconds=IMPATIENCE_SECONDS))
    place.transport.close()


@pytest.fixture
def client(dynamodb: StubDynamoDB, module_client: DynamoDB) -> Iterator[DynamoDB]:
    """Return them with the server's script and memory empty; every reply must have been used."""
    dynamodb.requests.clear()
    yield module_client
    unused = dynamodb.replies[:]
    dynamodb.replies.clear()
    assert unused == []


class CountingClock(FixedClock):
    """A clock that remembers how long it was slept on."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Let the time pass, and remember it."""
        self.pauses.append(seconds)
        super().sleep(seconds)


@pytest.fixture
def clock() -> CountingClock:
    """Return a clock that stands still."""
    return CountingClock()
