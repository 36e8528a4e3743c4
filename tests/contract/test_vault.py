"""Every vault, the one in memory and the one on KMS, seals, opens, refuses and erases alike."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

import boto3
import pytest
from moto import mock_aws

from chalicelib.adapters.aws.database import DYNAMODB, DynamoDB
from chalicelib.adapters.aws.dynamodb.tables import OPERATIONS
from chalicelib.adapters.aws.kms import KMS, Kms
from chalicelib.adapters.aws.service import Place
from chalicelib.adapters.aws.vault.kms_vault import KmsVault
from chalicelib.application.ports import Vault
from chalicelib.domain.errors import SealBrokenError, StoreUnavailableError
from chalicelib.domain.time_budget import Deadline
from devtools.local.dynamodb import REGION, create_table
from tests.fakes.clock import FixedClock
from tests.fakes.system import LazyConcurrency
from tests.fakes.vault import TroubledVault

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

ACCOUNT, OTHER_ACCOUNT = 1001, 1002
PURPOSE = "answer:op_1"
DEADLINE = Deadline.after(FixedClock().monotonic, 4.0)
_numbers = count()


class ErasableVault(Vault, Protocol):
    """A vault as operators know it."""

    def erase(self, account: int, deadline: Deadline) -> None:
        """Delete the data key of an account."""
        ...


@dataclass(frozen=True, slots=True)
class Vaults:
    """`another` returns a vault on the same keys that remembers none; `break_keys` makes all keys unavailable."""

    vault: ErasableVault
    another: Callable[[], ErasableVault]
    break_keys: Callable[[], object]


@pytest.fixture(scope="session")
def moto_kms() -> Iterator[Any]:
    """Return one client for the session; it reaches moto while `mock_aws` is on, and nothing else ever."""
    client = boto3.client("kms", region_name=REGION)
    yield client
    client.close()


@pytest.fixture(scope="session")
def ministack_kms(dynamodb_endpoint: str) -> Iterator[Any]:
    """Return boto3's client of the KMS that ministack has beside its DynamoDB."""
    client = boto3.client("kms", region_name=REGION, endpoint_url=dynamodb_endpoint)
    yield client
    client.close()


@pytest.fixture(params=["memory", "moto", "ministack"])
def vaults(request: pytest.FixtureRequest) -> Iterator[Vaults]:
    """Return each vault in turn, without a key."""
    if request.param == "memory":
        vault = TroubledVault()
        yield Vaults(vault, lambda: vault, vault.will_fail)
    elif request.param == "moto":
        kms, dynamodb = request.getfixturevalue("moto_kms"), request.getfixturevalue("moto_client")
        place = request.getfixturevalue("moto_place")
        with mock_aws():
            yield _on_new_table(place, kms, dynamodb)
    else:
        kms, dynamodb = request.getfixturevalue("ministack_kms"), request.getfixturevalue("ministack_client")
        yield _on_new_table(request.getfixturevalue("ministack_database").service.place, kms, dynamodb)


def _on_new_table(place: Place, kms: Any, dynamodb: "DynamoDBClient") -> Vaults:  # noqa: ANN401 (made at run time)
    """Return a vault on a new table and a new wrapping key, which boto3's clients make."""
    table = f"vault-{next(_numbers)}"
    create_table(dynamodb, OPERATIONS, table)
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    clock = FixedClock()

    def another() -> ErasableVault:
        ours = Kms(place.service(KMS)), DynamoDB(place.service(DYNAMODB))
        return KmsVault(*ours, table, key_id, clock, LazyConcurrency(), random_bytes=os.urandom, sleep=clock.sleep)

    return Vaults(another(), another, lambda: dynamodb.delete_table(TableName=table))


@pytest.mark.parametrize("plaintext", [b"", b"\x00", b"07700900123", bytes(range(256)) * 32])
def test_what_was_sealed_is_opened_again(vaults: Vaults, plaintext: bytes) -> None:
    """Byte for byte, also by a container that was not there when it was sealed."""
    sealed = vaults.vault.unlock(ACCOUNT, DEADLINE).seal(plaintext, PURPOSE)
    for vault in (vaults.vault, vaults.another()):
        assert vault.unlock(ACCOUNT, DEADLINE).open(sealed, PURPOSE) == plaintext


def test_sealed_text_shows_nothing_and_never_repeats(vaults: Vaults) -> None:
    """It is plain ASCII for a text attribute, without the phone in it, and equal data look different each time."""
    seal = vaults.vault.unlock(ACCOUNT, DEADLINE)
    texts = {seal.seal(b"07700900123", PURPOSE) for _ in range(10)}
    assert len(texts) == 10
    assert all(re.fullmatch("[A-Za-z0-9_=-]+", text) and "07700900123" not in text for text in texts)


def test_a_seal_holds_for_its_purpose_and_account_only(vaults: Vaults) -> None:
    """Sealed data that were moved to another operation or another account are not opened."""
    seal = vaults.vault.unlock(ACCOUNT, DEADLINE)
    sealed = seal.seal(b"secret", PURPOSE)
    with pytest.raises(SealBrokenError):
        seal.open(sealed, "answer:op_2")
    with pytest.raises(SealBrokenError):
        vaults.vault.unlock(OTHER_ACCOUNT, DEADLINE).open(sealed, PURPOSE)


def test_any_changed_character_breaks_the_seal(vaults: Vaults) -> None:
    """At every place of the text, the last one too, whose spare bits base64 ignores."""
    seal = vaults.vault.unlock(ACCOUNT, DEADLINE)
    sealed = seal.seal(b"a secret!", PURPOSE)
    for place, character in enumerate(sealed):
        other = "B" if character == "A" else chr(ord(character) ^ 1)
        with pytest.raises(SealBrokenError):
            seal.open(sealed[:place] + other + sealed[place + 1 :], PURPOSE)


@pytest.mark.parametrize(
    "text", ["", "A", "AQ", "not sealed", "ünsealed", "=" * 80, "A" * 80, "\ud800", "A" * 80 + "\n"]
)
def test_what_was_never_sealed_is_not_opened(vaults: Vaults, text: str) -> None:
    """Any text ends as SealBrokenError."""
    with pytest.raises(SealBrokenError):
        vaults.vault.unlock(ACCOUNT, DEADLINE).open(text, PURPOSE)


def test_after_an_erasure_old_data_stay_shut_and_new_data_are_sealed(vaults: Vaults) -> None:
    """Erasing the key erases what was sealed under it; the account goes on under a new key, the others under theirs."""
    sealed = vaults.vault.unlock(ACCOUNT, DEADLINE).seal(b"old", PURPOSE)
    kept = vaults.vault.unlock(OTHER_ACCOUNT, DEADLINE).seal(b"kept", PURPOSE)
    vaults.vault.erase(ACCOUNT, DEADLINE)
    for vault in (vaults.vault, vaults.another()):
        seal = vault.unlock(ACCOUNT, DEADLINE)
        with pytest.raises(SealBrokenError):
            seal.open(sealed, PURPOSE)
        assert seal.open(seal.seal(b"new", PURPOSE), PURPOSE) == b"new"
        assert vault.unlock(OTHER_ACCOUNT, DEADLINE).open(kept, PURPOSE) == b"kept"


def test_a_key_that_was_never_there_can_be_erased(vaults: Vaults) -> None:
    """An operator who is not sure erases once more."""
    vaults.vault.erase(ACCOUNT, DEADLINE)
    seal = vaults.vault.unlock(ACCOUNT, DEADLINE)
    assert seal.open(seal.seal(b"new", PURPOSE), PURPOSE) == b"new"


def test_keys_that_cannot_be_had_are_our_error(vaults: Vaults) -> None:
    """Neither a new account nor a known one is unlocked, and the caller learns when to try again."""
    vaults.vault.unlock(ACCOUNT, DEADLINE)
    vaults.break_keys()
    for account in (ACCOUNT, OTHER_ACCOUNT):
        with pytest.raises(StoreUnavailableError) as caught:
            vaults.another().unlock(account, DEADLINE)
        assert caught.value.retry_after_seconds == 5
