"""Whatever KMS and DynamoDB do wrong ends as one error, in time, and shows no key."""

import traceback

import pytest

from chalicelib.adapters.aws.database import DYNAMODB, DynamoDB
from chalicelib.adapters.aws.kms import KMS, Kms
from chalicelib.adapters.aws.vault.kms_vault import KmsVault
from chalicelib.adapters.http.exchange_failure import ExchangeFailedError
from chalicelib.domain.errors import StoreUnavailableError
from devtools.local.dynamodb import local_place
from tests.fakes.system import LazyConcurrency
from tests.unit.adapters.aws.dynamodb.conftest import CountingClock, Lines
from tests.unit.adapters.aws.dynamodb.stub import Reply, StubDynamoDB, answer, error, raw, reset, say_nothing, truncate
from tests.unit.adapters.aws.vault.replies import (
    ACCOUNT,
    NO_ROW,
    OTHER_SECRET,
    SECRET,
    WRAPPED,
    base64_text,
    found,
    in_time,
    made,
    row,
    unwrapped,
)

PASSING = {
    "throttled by DynamoDB": error("ProvisionedThroughputExceededException"),
    "throttled by KMS": error("ThrottlingException"),
    "a server error": error("InternalServerError", 500),
    "a reset": reset,
    "no answer": say_nothing,
    "a truncated answer": truncate,
    "a page of HTML": raw(200, b"<html>"),
    "an empty 200 of a stranger": raw(200, b"{}"),
}
LASTING = {
    "access denied": error("AccessDeniedException"),
    "no such table or key": error("ResourceNotFoundException"),
    "not wrapped for this account": error("InvalidCiphertextException"),
    "wrapped by another key": error("IncorrectKeyException"),
}
# Each kind of row or answer that no key comes out of.
UNUSABLE = {
    "a row without a key": [found({"pk": {"S": "PERSON#1001"}})],
    "a row that names another key": [found(row()), unwrapped(OTHER_SECRET)],
    "a key that is too short": [found(row()), unwrapped(SECRET[:16])],
    "a new key that is too long": [NO_ROW, made(SECRET * 2)],
    "no plaintext": [found(row()), answer(200, {})],
    "no row in the failed condition": [NO_ROW, made(), error("ConditionalCheckFailedException")],
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
@pytest.mark.parametrize("step", [0, 1])
def test_what_passes_is_tried_again_once(
    vault: KmsVault, server: StubDynamoDB, clock: CountingClock, fault: Reply, step: int
) -> None:
    """At the read of the row and at KMS."""
    replies = [found(row()), unwrapped()]
    replies.insert(step, fault)
    server.will(*replies)
    vault.unlock(ACCOUNT, in_time(clock))
    assert len(server.requests) == 3
    assert clock.pauses == [0.05]


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_what_does_not_pass_is_our_error(
    vault: KmsVault, server: StubDynamoDB, clock: CountingClock, fault: Reply
) -> None:
    """After two tries; nothing is remembered, so the next call asks again."""
    server.will(fault, fault)
    with pytest.raises(StoreUnavailableError) as caught:
        vault.unlock(ACCOUNT, in_time(clock))
    assert caught.value.retry_after_seconds == 5
    assert caught.value.__cause__ is not None
    assert len(server.requests) == 2


@pytest.mark.parametrize("fault", LASTING.values(), ids=LASTING)
def test_what_will_not_pass_is_not_tried_again(
    vault: KmsVault, server: StubDynamoDB, clock: CountingClock, fault: Reply
) -> None:
    """A second try would only cost time."""
    server.will(found(row()), fault)
    with pytest.raises(StoreUnavailableError):
        vault.unlock(ACCOUNT, in_time(clock))
    assert server.operations == ["GetItem", "Decrypt"]


def test_a_line_names_why_there_is_no_seal(
    vault: KmsVault, server: StubDynamoDB, clock: CountingClock, lines: Lines
) -> None:
    """The booking goes on without, so nobody else tells."""
    server.will(found(row()), error("DisabledException"))
    with pytest.raises(StoreUnavailableError):
        vault.unlock(ACCOUNT, in_time(clock))
    (line,) = lines()
    assert (line["event"], line["level"], line["cause"]) == ("vault.locked", "ERROR", "AwsError:DisabledException")


def test_a_new_key_that_may_not_be_written_is_not_used(
    vault: KmsVault, server: StubDynamoDB, clock: CountingClock
) -> None:
    """What it sealed could never be opened again."""
    server.will(NO_ROW, made(), error("AccessDeniedException"))
    with pytest.raises(StoreUnavailableError):
        vault.unlock(ACCOUNT, in_time(clock))
    assert server.operations == ["GetItem", "GenerateDataKey", "UpdateItem"]


@pytest.mark.parametrize("replies", UNUSABLE.values(), ids=UNUSABLE)
def test_an_unusable_answer_unlocks_nothing_and_shows_no_key(
    vault: KmsVault, server: StubDynamoDB, clock: CountingClock, replies: list[Reply]
) -> None:
    """A wrong key is never sealed with, and no exception on the way has a key or its wrapping in its text."""
    server.will(*replies)
    with pytest.raises(StoreUnavailableError) as caught:
        vault.unlock(ACCOUNT, in_time(clock))
    text = "".join(traceback.format_exception(caught.value))
    for secret in (SECRET, OTHER_SECRET, WRAPPED):
        assert not any(shape in text for shape in (repr(secret)[2:-1], base64_text(secret)[:12], secret.hex()))


def test_without_time_nothing_is_asked(vault: KmsVault, server: StubDynamoDB, clock: CountingClock) -> None:
    """A try that starts too late would outlive the deadline."""
    with pytest.raises(StoreUnavailableError, match="time") as caught:
        vault.unlock(ACCOUNT, in_time(clock, 0.49))
    assert caught.value.retry_after_seconds == 5
    assert server.requests == []


def test_with_little_time_there_is_no_second_try(vault: KmsVault, server: StubDynamoDB, clock: CountingClock) -> None:
    """A pause and a try must fit."""
    server.will(error("InternalServerError", 500))
    with pytest.raises(StoreUnavailableError):
        vault.unlock(ACCOUNT, in_time(clock, 0.54))
    assert server.operations == ["GetItem"]
    assert clock.pauses == []


def test_services_that_are_not_there_are_our_error(clock: CountingClock) -> None:
    """Refused connections too."""
    gone = StubDynamoDB()
    gone.close()
    place = local_place(gone.endpoint_url)
    kms, dynamodb = Kms(place.service(KMS)), DynamoDB(place.service(DYNAMODB))
    vault = KmsVault(
        kms, dynamodb, "operations", "key", clock, LazyConcurrency(), random_bytes=bytes, sleep=clock.sleep
    )
    with pytest.raises(StoreUnavailableError) as caught:
        vault.unlock(ACCOUNT, in_time(clock))
    assert isinstance(caught.value.__cause__, ExchangeFailedError)
    assert (caught.value.__cause__.reason, caught.value.__cause__.is_sent) == ("connection-refused", False)
