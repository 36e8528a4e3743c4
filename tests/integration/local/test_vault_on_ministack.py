"""Data keys on real HTTP: containers that race agree on one key, and a restart keeps it."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import boto3
import pytest

from chalicelib.adapters.aws.database import DYNAMODB, DynamoDB
from chalicelib.adapters.aws.kms import KMS, Kms
from chalicelib.adapters.aws.vault.kms_vault import KmsVault
from chalicelib.adapters.system import SystemClock, ThreadConcurrency
from chalicelib.domain.errors import SealBrokenError
from chalicelib.domain.time_budget import Deadline
from devtools.local.dynamodb import OPERATIONS_TABLE, REGION, LocalDynamoDB, create_tables, local_place

RIVALS, ROUNDS = 4, 15
PURPOSE = "contact:op_1"


class Containers:
    """Vaults on one server, each as a fresh container would have it; a context manager closes their clients."""

    def __init__(self, endpoint_url: str, key_id: str | None = None) -> None:
        create_tables(endpoint_url)
        self.place = local_place(endpoint_url)
        self.key_id = key_id or _new_key(endpoint_url)
        self.clock = SystemClock()

    def start(self) -> KmsVault:
        """Return a vault that remembers nothing."""
        kms, dynamodb = Kms(self.place.service(KMS)), DynamoDB(self.place.service(DYNAMODB))
        return KmsVault(
            kms,
            dynamodb,
            OPERATIONS_TABLE,
            self.key_id,
            self.clock,
            ThreadConcurrency(1),
            random_bytes=os.urandom,
        )

    def deadline(self) -> Deadline:
        """Return what a claim gets."""
        return Deadline.after(self.clock.monotonic, 4.0)

    def close(self) -> None:
        """Close the connections."""
        self.place.transport.close()


def _new_key(endpoint_url: str) -> str:
    client = boto3.client("kms", endpoint_url=endpoint_url, region_name=REGION)
    with closing(client):
        return client.create_key()["KeyMetadata"]["KeyId"]


@pytest.fixture(scope="module")
def containers() -> Iterator[Containers]:
    """Return containers on one server."""
    with LocalDynamoDB() as server:
        containers = Containers(server.endpoint_url)
        yield containers
        containers.close()


def test_containers_that_race_for_an_accounts_first_key_use_the_same_one(containers: Containers) -> None:
    """Whoever wrote the row first, what one seals every other opens; and so does a container that starts later."""
    for account in range(1, ROUNDS + 1):
        start = Barrier(RIVALS)

        def unlock_and_seal(rival: int, account: int = account, start: Barrier = start) -> str:
            vault = containers.start()
            start.wait()
            return vault.unlock(account, containers.deadline()).seal(str(rival).encode(), PURPOSE)

        with ThreadPoolExecutor(RIVALS) as threads:
            texts = list(threads.map(unlock_and_seal, range(RIVALS)))
        seal = containers.start().unlock(account, containers.deadline())
        assert [seal.open(text, PURPOSE) for text in texts] == [str(rival).encode() for rival in range(RIVALS)]


def test_a_key_outlives_the_server_that_it_was_made_on(tmp_path: Path) -> None:
    """After a restart what was sealed before is opened, by the same wrapping key and the same row."""
    with LocalDynamoDB(state=tmp_path) as first:
        before = Containers(first.endpoint_url)
        sealed = before.start().unlock(1001, before.deadline()).seal(b"secret", PURPOSE)
        before.close()
    with LocalDynamoDB(state=tmp_path) as second:
        after = Containers(second.endpoint_url, before.key_id)
        assert after.start().unlock(1001, after.deadline()).open(sealed, PURPOSE) == b"secret"
        after.close()


def test_another_container_remembers_an_erased_key_for_minutes_only(containers: Containers) -> None:
    """One that starts after the erasure never has it."""
    warm, erasing = containers.start(), containers.start()
    sealed = warm.unlock(7001, containers.deadline()).seal(b"secret", PURPOSE)
    erasing.erase(7001, containers.deadline())
    assert warm.unlock(7001, containers.deadline()).open(sealed, PURPOSE) == b"secret"
    with pytest.raises(SealBrokenError):
        containers.start().unlock(7001, containers.deadline()).open(sealed, PURPOSE)
