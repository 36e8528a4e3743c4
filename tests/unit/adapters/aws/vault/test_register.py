"""The register: what it asks DynamoDB for, what it remembers, and for how long."""

import re

import pytest

from chalicelib.adapters.aws.database import DynamoDB
from chalicelib.adapters.aws.kms import Kms
from chalicelib.adapters.aws.vault.name_cache import MAXIMUM_NAMES, NameCache
from chalicelib.adapters.aws.vault.register import DynamoDBRegister
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.names import PSEUDONYM as FORM
from tests.unit.adapters.aws.dynamodb.conftest import CountingClock
from tests.unit.adapters.aws.dynamodb.stub import StubDynamoDB, error
from tests.unit.adapters.aws.vault.replies import ACCOUNT, NO_ROW, PSEUDONYM, found, in_time, row, written


@pytest.fixture
def register(clients: tuple[Kms, DynamoDB], clock: CountingClock) -> DynamoDBRegister:
    """Return a register that remembers nobody."""
    return DynamoDBRegister(
        clients[1], "operations", clock, NameCache(clock), lambda length: b"\x07" * length, clock.sleep
    )


def test_a_row_is_read_once_in_five_minutes(
    register: DynamoDBRegister, server: StubDynamoDB, clock: CountingClock
) -> None:
    """Until then the name is at hand without a call."""
    server.will(found(row()))
    assert register.recall(ACCOUNT) is None
    assert register.find(ACCOUNT, in_time(clock)) == register.find(ACCOUNT, in_time(clock)) == PSEUDONYM
    assert (register.recall(ACCOUNT), server.operations) == (PSEUDONYM, ["GetItem"])
    clock.tick(300)
    assert register.recall(ACCOUNT) is None


def test_nobody_is_made_by_looking(register: DynamoDBRegister, server: StubDynamoDB, clock: CountingClock) -> None:
    """Who has no row has no name."""
    server.will(NO_ROW)
    assert register.find(ACCOUNT, in_time(clock)) is None
    assert server.operations == ["GetItem"]


def test_a_row_is_made_of_what_is_missing(
    register: DynamoDBRegister, server: StubDynamoDB, clock: CountingClock
) -> None:
    """So the faster of two calls wins, and both have its name."""
    server.will(NO_ROW, written({"pk": {"S": f"PERSON#{ACCOUNT}"}, "pseudonym": {"S": PSEUDONYM}}))
    assert register.make(ACCOUNT, in_time(clock)) == register.make(ACCOUNT, in_time(clock)) == PSEUDONYM
    assert server.operations == ["GetItem", "UpdateItem"]
    asked = server.requests[1].document
    assert asked["ExpressionAttributeValues"][":pseudonym"] == {"S": register.draw()}


def test_whom_a_claim_has_named_is_known(
    register: DynamoDBRegister, server: StubDynamoDB, clock: CountingClock
) -> None:
    """It wrote the row, or met it, in a request of its own."""
    register.remember(ACCOUNT, PSEUDONYM)
    assert register.find(ACCOUNT, in_time(clock)) == register.make(ACCOUNT, in_time(clock)) == PSEUDONYM
    assert server.operations == []


def test_a_register_that_fails_is_our_error(
    register: DynamoDBRegister, server: StubDynamoDB, clock: CountingClock
) -> None:
    """Reading or writing."""
    server.will(error("AccessDeniedException"))
    with pytest.raises(StoreUnavailableError):
        register.find(ACCOUNT, in_time(clock))


def test_a_pseudonym_is_26_digits_and_capitals(register: DynamoDBRegister) -> None:
    """As the register draws them."""
    assert FORM.fullmatch(register.draw())
    assert re.fullmatch("p_.{26}", register.draw())


def test_the_oldest_name_makes_room(clock: CountingClock) -> None:
    """Memory is bounded; and who was erased is forgotten."""
    names = NameCache(clock)
    for user_id in range(MAXIMUM_NAMES + 1):
        names.put(user_id, "p_1")
    assert (names.get(0), names.get(1)) == (None, "p_1")
    names.drop(1)
    assert names.get(1) is None
