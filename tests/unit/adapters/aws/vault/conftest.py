"""The vault, on a KMS and a DynamoDB that answer by script."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config

from chalicelib.adapters.aws.vault.client import CLIENT_CONFIG, KmsClient
from chalicelib.adapters.aws.vault.kms_vault import KmsVault
from tests.fakes.system import LazyConcurrency
from tests.unit.adapters.aws.dynamodb.conftest import CountingClock
from tests.unit.adapters.aws.dynamodb.stub import StubDynamoDB

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

IMPATIENT = CLIENT_CONFIG.merge(Config(read_timeout=0.15, connect_timeout=0.15))


@pytest.fixture(scope="module")
def module_server() -> Iterator[StubDynamoDB]:
    """Return the one server that stands for both services: KMS frames its calls as DynamoDB does."""
    server = StubDynamoDB()
    yield server
    server.close()


@pytest.fixture(scope="module")
def clients(module_server: StubDynamoDB) -> Iterator[tuple[KmsClient, "DynamoDBClient"]]:
    """Return clients as in production, only less patient; making them takes longer than a test."""
    kms: KmsClient = boto3.client("kms", endpoint_url=module_server.endpoint_url, config=IMPATIENT)
    dynamodb = boto3.client("dynamodb", endpoint_url=module_server.endpoint_url, config=IMPATIENT)
    yield kms, dynamodb
    kms.close()
    dynamodb.close()


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
def new_vault(
    server: StubDynamoDB, clients: tuple[KmsClient, "DynamoDBClient"], clock: CountingClock
) -> Callable[[], KmsVault]:
    """Return what makes a vault that remembers nothing; it asks for one thing after the other."""
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
