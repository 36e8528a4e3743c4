"""The vault, on a KMS and a DynamoDB that answer by script."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest

from chalicelib.adapters.aws.database import DYNAMODB, DynamoDB
from chalicelib.adapters.aws.kms import KMS, Kms
from chalicelib.adapters.aws.vault.kms_vault import KmsVault
from devtools.local.dynamodb import local_place
from tests.fakes.system import LazyConcurrency
from tests.unit.adapters.aws.dynamodb.conftest import IMPATIENCE_SECONDS, CountingClock
from tests.unit.adapters.aws.dynamodb.stub import StubDynamoDB


@pytest.fixture(scope="module")
def module_server() -> Iterator[StubDynamoDB]:
    """Return the one server that stands for both services: KMS frames its calls as DynamoDB does."""
    server = StubDynamoDB()
    yield server
    server.close()


@pytest.fixture(scope="module")
def clients(module_server: StubDynamoDB) -> Iterator[tuple[Kms, DynamoDB]]:
    """Return the calls of production, only less patient."""
    place = local_place(module_server.endpoint_url)
    kms, dynamodb = (replace(place.service(each), try_seconds=IMPATIENCE_SECONDS) for each in (KMS, DYNAMODB))
    yield Kms(kms), DynamoDB(dynamodb)
    place.transport.close()


@pytest.fixture
def server(module_server: StubDynamoDB) -> Iterator[StubDynamoDB]:
    """Return the server with its script and memory empty; every reply must have been used."""
    module_server.requests.clear()
    yield module_server
    unused = module_server.replies[:]
    module_server.replies.clear()
    assert unused == []


@pytest.fixture
def clock() -> CountingClock:
    """Return a clock that stands still."""
    return CountingClock()


@pytest.fixture
def new_vault(server: StubDynamoDB, clients: tuple[Kms, DynamoDB], clock: CountingClock) -> Callable[[], KmsVault]:
    """Return what makes a vault that remembers nothing."""
    del server
    return partial(
        KmsVault,
        *clients,
        "operations",
        "alias/vault",
        clock,
        LazyConcurrency(),
        random_bytes=os.urandom,
        sleep=clock.sleep,
    )


@pytest.fixture
def vault(new_vault: Callable[[], KmsVault]) -> KmsVault:
    """Return a vault that remembers nothing."""
    return new_vault()
