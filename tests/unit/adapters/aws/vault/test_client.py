"""The KMS client: its settings, which keep botocore within our deadlines, and when it is made."""

import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, get_ident
from typing import Any, cast

import pytest

from chalicelib.adapters.aws.vault.client import KmsClient, KmsOnFirstUse, kms_client
from chalicelib.adapters.aws.vault.kms_vault import KmsVault
from chalicelib.domain.errors import StoreUnavailableError
from tests.fakes.system import LazyConcurrency
from tests.unit.adapters.aws.dynamodb.conftest import CountingClock
from tests.unit.adapters.aws.dynamodb.stub import StubDynamoDB
from tests.unit.adapters.aws.vault.replies import ACCOUNT, found, in_time, row, unwrapped

THREADS = 6


class EchoingKms:
    """A KMS client that answers with what it was asked, and knows when it was closed."""

    def __init__(self) -> None:
        self.is_closed = False

    def generate_data_key(self, **asked: Any) -> Mapping[str, Any]:  # noqa: ANN401 (whatever it is asked)
        """Return what was asked."""
        return {"made": asked}

    def decrypt(self, **asked: Any) -> Mapping[str, Any]:  # noqa: ANN401 (whatever it is asked)
        """Return what was asked."""
        return {"opened": asked}

    def close(self) -> None:
        """Note it."""
        self.is_closed = True


class Maker:
    """Makes one client after another, and knows on which thread."""

    def __init__(self) -> None:
        self.made: list[EchoingKms] = []
        self.threads: list[int] = []

    def __call__(self) -> KmsClient:
        """Return a new client."""
        self.threads.append(get_ident())
        self.made.append(EchoingKms())
        return self.made[-1]


def test_the_client_tries_once_and_waits_a_second_at_most() -> None:
    """Its defaults, five tries of 60 s each, would outlive the function."""
    client = cast("Any", kms_client(region="eu-west-2"))
    config = client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (1, 1)
    assert config.retries == {"total_max_attempts": 1, "mode": "standard"}
    assert client.meta.region_name == "eu-west-2"
    client.close()


def test_the_client_leaves_the_shared_session_alone() -> None:
    """That one belongs to the thread that starts the process, and must not make two clients at a time."""
    program = (
        "import boto3; from chalicelib.adapters.aws.vault.client import kms_client; "
        "kms_client(region='eu-west-2').close(); print(boto3.DEFAULT_SESSION)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ)  # noqa: S603 (our own program)
    assert done.stdout.strip() == "None"


def test_a_client_is_made_by_the_first_call_on_its_thread() -> None:
    """Neither before, nor again; calls go through with what they were given."""
    make = Maker()
    kms = KmsOnFirstUse(make)
    assert make.made == []
    with ThreadPoolExecutor(1) as thread:
        asked = {"KeyId": "alias/k", "KeySpec": "AES_256", "EncryptionContext": {"account": "1"}}
        assert thread.submit(lambda: kms.generate_data_key(**cast("Any", asked))).result() == {"made": asked}
    sealed: dict[str, Any] = {"CiphertextBlob": b"?", "KeyId": "alias/k", "EncryptionContext": {"account": "1"}}
    assert kms.decrypt(**sealed) == {"opened": sealed}
    assert len(make.made) == 1
    assert make.threads != [get_ident()]


def test_threads_that_come_at_once_share_one_client() -> None:
    """Making two would cost twice, and leave one open."""
    make, start = Maker(), Barrier(THREADS)
    kms = KmsOnFirstUse(make)

    def call(number: int) -> Mapping[str, Any]:
        start.wait()
        return kms.decrypt(CiphertextBlob=b"?", KeyId=str(number), EncryptionContext={})

    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(call, range(THREADS)))
    assert [answer["opened"]["KeyId"] for answer in answers] == [str(number) for number in range(THREADS)]
    assert len(make.made) == 1


def test_closing_closes_what_was_made() -> None:
    """And makes nothing for it."""
    make = Maker()
    kms = KmsOnFirstUse(make)
    kms.close()
    assert make.made == []
    kms.decrypt(CiphertextBlob=b"?", KeyId="k", EncryptionContext={})
    kms.close()
    assert [client.is_closed for client in make.made] == [True]


def test_a_client_that_cannot_be_made_is_our_error_and_tried_again_later(
    server: StubDynamoDB, clients: tuple[KmsClient, Any], clock: CountingClock
) -> None:
    """A missing region, say, is no reason to let a foreign error out, nor to give up for good."""
    kms, dynamodb = clients
    faults = [OSError("no service description"), OSError("still none")]

    def make() -> KmsClient:
        if faults:
            raise faults.pop()
        return kms

    vault = KmsVault(
        KmsOnFirstUse(make), dynamodb, "operations", "alias/vault", clock, LazyConcurrency(), random_bytes=bytes
    )
    server.will(found(row()))
    with pytest.raises(StoreUnavailableError):
        vault.unlock(ACCOUNT, in_time(clock))
    server.will(found(row()), unwrapped())
    vault.unlock(ACCOUNT, in_time(clock))
    assert server.operations == ["GetItem", "GetItem", "Decrypt"]


def test_a_vault_that_knows_an_accounts_key_needs_no_client(
    server: StubDynamoDB, clients: tuple[KmsClient, Any], clock: CountingClock
) -> None:
    """Nor does making a vault."""
    kms, dynamodb = clients
    make = Maker()
    vault = KmsVault(kms, dynamodb, "operations", "alias/vault", clock, LazyConcurrency(), random_bytes=bytes)
    server.will(found(row()), unwrapped())
    vault.unlock(ACCOUNT, in_time(clock))
    KmsVault(KmsOnFirstUse(make), dynamodb, "operations", "alias/vault", clock, LazyConcurrency(), random_bytes=bytes)
    vault.unlock(ACCOUNT, in_time(clock))
    assert (make.made, len(server.requests)) == ([], 2)
