"""What the vault asks KMS and DynamoDB for, when, and what it makes of the answers."""

import os
from collections.abc import Callable
from typing import NoReturn

import pytest

from chalicelib.adapters.aws.database import DynamoDB
from chalicelib.adapters.aws.kms import Kms
from chalicelib.adapters.aws.vault.data_key import DataKey
from chalicelib.adapters.aws.vault.kms_vault import KmsVault
from chalicelib.adapters.aws.vault.name_cache import NameCache
from chalicelib.application.ports import Concurrency
from chalicelib.domain.errors import SealBrokenError, StoreUnavailableError
from tests.fakes.system import LateConcurrency, LazyConcurrency, SequentialConcurrency
from tests.unit.adapters.aws.dynamodb.conftest import CountingClock
from tests.unit.adapters.aws.dynamodb.stub import StubDynamoDB, error
from tests.unit.adapters.aws.vault.replies import (
    ACCOUNT,
    DELETED,
    NO_ROW,
    OTHER_SECRET,
    OTHER_WRAPPED,
    PURPOSE,
    WRAPPED,
    base64_text,
    found,
    in_time,
    made,
    row,
    unwrapped,
    written,
)

CONTEXT = {"account": str(ACCOUNT)}
KEY = {"pk": {"S": f"PERSON#{ACCOUNT}"}}


def test_the_first_key_of_an_account_is_made_and_kept_wrapped(
    vault: KmsVault, server: StubDynamoDB, clock: CountingClock
) -> None:
    """The row has no plaintext and no expiry, and is written only if there is none."""
    server.will(NO_ROW, made(), written(row()))
    vault.unlock(ACCOUNT, in_time(clock))
    read, generate, put = server.requests
    assert (read.operation, read.document) == (
        "GetItem",
        {"TableName": "operations", "Key": KEY, "ConsistentRead": True},
    )
    assert (generate.operation, generate.document) == (
        "GenerateDataKey",
        {"KeyId": "alias/vault", "KeySpec": "AES_256", "EncryptionContext": CONTEXT},
    )
    assert (put.operation, put.document) == (
        "UpdateItem",
        {
            "TableName": "operations",
            "Key": KEY,
            "UpdateExpression": "SET "
            + ", ".join(f"#{each} = if_not_exists(#{each}, :{each})" for each in row() if each != "pk"),
            "ExpressionAttributeNames": {f"#{each}": each for each in row() if each != "pk"},
            "ExpressionAttributeValues": {
                f":{each}": put.document["ExpressionAttributeValues"][f":{each}"] if each == "pseudonym" else value
                for each, value in row().items()
                if each != "pk"
            },
            "ReturnValues": "ALL_NEW",
        },
    )


def test_a_key_that_stands_is_unwrapped_by_the_one_wrapping_key(
    vault: KmsVault, server: StubDynamoDB, clock: CountingClock
) -> None:
    """Two hops; KMS is told which key, and for whom."""
    server.will(found(row()), unwrapped())
    vault.unlock(ACCOUNT, in_time(clock))
    assert server.operations == ["GetItem", "Decrypt"]
    assert server.requests[1].document == {
        "CiphertextBlob": base64_text(WRAPPED),
        "KeyId": "alias/vault",
        "EncryptionContext": CONTEXT,
    }


def test_a_faster_containers_key_is_used_instead_of_our_own(
    new_vault: Callable[[], KmsVault], server: StubDynamoDB, clock: CountingClock
) -> None:
    """What stands in the table counts, or the other container could not open what this one seals."""
    server.will(NO_ROW, made(OTHER_SECRET, OTHER_WRAPPED), written(row()), unwrapped())
    sealed = new_vault().unlock(ACCOUNT, in_time(clock)).seal(b"secret", PURPOSE)
    assert server.operations == ["GetItem", "GenerateDataKey", "UpdateItem", "Decrypt"]
    assert server.requests[3].document["CiphertextBlob"] == base64_text(WRAPPED)
    server.will(found(row()), unwrapped())
    assert new_vault().unlock(ACCOUNT, in_time(clock)).open(sealed, PURPOSE) == b"secret"


def test_our_own_first_write_whose_answer_was_lost_is_recognised(
    vault: KmsVault, server: StubDynamoDB, clock: CountingClock
) -> None:
    """The second try finds our own row, and needs no Decrypt."""
    server.will(NO_ROW, made(), error("InternalServerError", 500), written(row()))
    vault.unlock(ACCOUNT, in_time(clock))
    assert server.operations == ["GetItem", "GenerateDataKey", "UpdateItem", "UpdateItem"]


def test_a_key_is_remembered_for_five_minutes(vault: KmsVault, server: StubDynamoDB, clock: CountingClock) -> None:
    """Until then unlocking costs nothing, not even time; then the row is read again."""
    server.will(found(row()), unwrapped())
    sealed = vault.unlock(ACCOUNT, in_time(clock)).seal(b"secret", PURPOSE)
    clock.tick(299.9)
    assert vault.unlock(ACCOUNT, in_time(clock, 0)).open(sealed, PURPOSE) == b"secret"
    assert len(server.requests) == 2
    clock.tick(0.1)
    server.will(found(row()), unwrapped())
    vault.unlock(ACCOUNT, in_time(clock))
    assert len(server.requests) == 4


def test_erasing_deletes_the_row_and_forgets_the_key(
    vault: KmsVault, server: StubDynamoDB, clock: CountingClock
) -> None:
    """The next unlock makes a new key, under which the old text stays shut."""
    server.will(found(row()), unwrapped(), DELETED)
    sealed = vault.unlock(ACCOUNT, in_time(clock)).seal(b"secret", PURPOSE)
    vault.erase(ACCOUNT, in_time(clock))
    assert server.requests[2].operation == "DeleteItem"
    assert server.requests[2].document == {"TableName": "operations", "Key": KEY}
    server.will(NO_ROW, made(OTHER_SECRET, OTHER_WRAPPED), written(row(OTHER_SECRET, OTHER_WRAPPED)))
    with pytest.raises(SealBrokenError):
        vault.unlock(ACCOUNT, in_time(clock)).open(sealed, PURPOSE)


def test_an_erasure_that_may_have_failed_is_an_error_and_forgets_the_key_all_the_same(
    vault: KmsVault, server: StubDynamoDB, clock: CountingClock
) -> None:
    """The row may be gone, so the next unlock must look."""
    server.will(found(row()), unwrapped(), error("InternalServerError", 500), error("InternalServerError", 500))
    vault.unlock(ACCOUNT, in_time(clock))
    with pytest.raises(StoreUnavailableError, match="erase it again"):
        vault.erase(ACCOUNT, in_time(clock))
    server.will(found(row()), unwrapped())
    vault.unlock(ACCOUNT, in_time(clock))
    assert server.operations[-2:] == ["GetItem", "Decrypt"]


def vault_with(clients: tuple[Kms, DynamoDB], clock: CountingClock, concurrency: Concurrency) -> KmsVault:
    """Return a vault that lets its calls run side by side as it is told."""
    return KmsVault(*clients, "operations", "alias/vault", clock, concurrency, random_bytes=os.urandom)


def test_a_new_key_is_asked_for_beside_the_row_so_that_the_first_time_takes_two_hops(
    clients: tuple[Kms, DynamoDB], server: StubDynamoDB, clock: CountingClock
) -> None:
    """It is on its way before anybody knows whether it will be needed."""
    server.will(made(), NO_ROW, written(row()))
    vault_with(clients, clock, SequentialConcurrency()).unlock(ACCOUNT, in_time(clock))
    assert server.operations == ["GenerateDataKey", "GetItem", "UpdateItem"]


def test_a_new_key_that_was_not_needed_is_forgotten(
    clients: tuple[Kms, DynamoDB], server: StubDynamoDB, clock: CountingClock
) -> None:
    """The account has one: only that seals, and the other was neither put down nor waited for, had it failed or not."""
    for asked in (made(OTHER_SECRET, OTHER_WRAPPED), error("AccessDeniedException")):
        server.requests.clear()
        server.will(asked, found(row()), unwrapped())
        sealed = vault_with(clients, clock, SequentialConcurrency()).unlock(ACCOUNT, in_time(clock)).seal(b"s", PURPOSE)
        assert server.operations == ["GenerateDataKey", "GetItem", "Decrypt"]
        server.will(found(row()), unwrapped())
        assert (
            vault_with(clients, clock, LazyConcurrency()).unlock(ACCOUNT, in_time(clock)).open(sealed, PURPOSE) == b"s"
        )


def test_a_new_key_that_is_late_is_our_error(
    clients: tuple[Kms, DynamoDB], server: StubDynamoDB, clock: CountingClock
) -> None:
    """Not the upstream's, which is how calls beside ours say it."""
    server.will(NO_ROW)
    with pytest.raises(StoreUnavailableError) as caught:
        vault_with(clients, clock, LateConcurrency()).unlock(ACCOUNT, in_time(clock))
    assert caught.value.retry_after_seconds == 5


def test_without_a_cipher_nothing_is_unlocked_whether_the_key_is_in_memory_or_not(
    clients: tuple[Kms, DynamoDB], server: StubDynamoDB, clock: CountingClock
) -> None:
    """It is found out before anything is to be sealed, and is our error, like all trouble of the vault."""

    def cannot_load(key: DataKey) -> NoReturn:
        del key
        raise ImportError("made for another machine")

    vault = KmsVault(
        *clients,
        "operations",
        "alias/vault",
        clock,
        LazyConcurrency(),
        random_bytes=os.urandom,
        load_cipher=cannot_load,
    )
    server.will(found(row()), unwrapped())
    for _ in range(2):
        with pytest.raises(StoreUnavailableError) as caught:
            vault.unlock(ACCOUNT, in_time(clock))
        assert isinstance(caught.value.__cause__, ImportError)
    assert server.operations == ["GetItem", "Decrypt"]


def test_without_kms_the_client_gets_a_name_and_the_key_later(
    clients: tuple[Kms, DynamoDB], server: StubDynamoDB, clock: CountingClock
) -> None:
    """The row is made without a key; the next unlock adds one, and the name stays."""
    names = NameCache(clock)
    vault = KmsVault(
        *clients, "operations", "alias/vault", clock, LazyConcurrency(), random_bytes=os.urandom, names=names
    )
    bare = {name: value for name, value in row().items() if name not in {"key_id", "wrapped"}}
    server.will(NO_ROW, error("AccessDeniedException"), written(bare))
    with pytest.raises(StoreUnavailableError):
        vault.unlock(ACCOUNT, in_time(clock))
    assert names.get(ACCOUNT) == row()["pseudonym"]["S"]
    server.will(found(bare), error("AccessDeniedException"))
    with pytest.raises(StoreUnavailableError):
        vault.unlock(ACCOUNT, in_time(clock))
    server.will(found(bare), made(), written(row()))
    vault.unlock(ACCOUNT, in_time(clock))
    assert server.operations[-3:] == ["GetItem", "GenerateDataKey", "UpdateItem"]


def test_a_row_that_has_no_key_after_one_was_written_is_our_error(
    clients: tuple[Kms, DynamoDB], server: StubDynamoDB, clock: CountingClock
) -> None:
    """DynamoDB cannot answer so; nothing is sealed under a key that is nowhere."""
    bare = {name: value for name, value in row().items() if name not in {"key_id", "wrapped"}}
    server.will(NO_ROW, made(), written(bare))
    with pytest.raises(StoreUnavailableError):
        vault_with(clients, clock, LazyConcurrency()).unlock(ACCOUNT, in_time(clock))
