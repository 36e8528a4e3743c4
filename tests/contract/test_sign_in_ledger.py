"""The ledger of sign-in, on both stand-ins for DynamoDB."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from moto import mock_aws

from chalicelib.adapters.aws.dynamodb.sign_ins import DynamoDBSignInLedger
from chalicelib.adapters.aws.dynamodb.tables import OPERATIONS
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.sign_in_errors import TooManySignInsError
from chalicelib.domain.time_budget import Deadline
from devtools.local.dynamodb import create_table
from tests.fakes.clock import FixedClock

_numbers = count()


class Keys:
    """Implements `HmacKeys`."""

    def in_use(self) -> tuple[HmacKey, ...]:
        """Return one key."""
        return (HmacKey(b"k" * 32),)


@pytest.fixture(params=["moto", "ministack"])
def ledger(request: pytest.FixtureRequest) -> Iterator[DynamoDBSignInLedger]:
    """Return a ledger on a new table."""
    with ExitStack() as opened:
        client = request.getfixturevalue(f"{request.param}_client")
        database = request.getfixturevalue(f"{request.param}_database")
        if request.param == "moto":
            opened.enter_context(mock_aws())
        name = f"sign-ins-{next(_numbers)}"
        create_table(client, replace(OPERATIONS, expiry=None), name)
        yield DynamoDBSignInLedger(database, name, Keys(), 2, FixedClock().sleep)


def deadline(ledger: DynamoDBSignInLedger) -> Deadline:
    """Return one that is far enough."""
    return Deadline.after(ledger.client.monotonic, 5)


def test_an_address_has_its_share_of_each_minute(ledger: DynamoDBSignInLedger) -> None:
    """Others have theirs, and the next minute is a new one."""
    now = FixedClock().now() + timedelta(seconds=20)
    for _ in range(2):
        ledger.count("192.0.2.1", now, deadline(ledger))
    with pytest.raises(TooManySignInsError) as caught:
        ledger.count("192.0.2.1", now, deadline(ledger))
    assert caught.value.retry_after_seconds == 40
    ledger.count("192.0.2.2", now, deadline(ledger))
    ledger.count("192.0.2.1", now + timedelta(seconds=40), deadline(ledger))


def test_a_secret_is_claimed_by_one_until_its_time_is_over_or_it_is_released(ledger: DynamoDBSignInLedger) -> None:
    """By nobody else before."""
    now = FixedClock().now()
    until = now + timedelta(seconds=15)
    assert ledger.claim("one", until, now, deadline(ledger))
    assert not ledger.claim("one", until, until - timedelta(milliseconds=1), deadline(ledger))
    assert ledger.claim("another", until, now, deadline(ledger))
    assert ledger.claim("one", until + timedelta(seconds=15), until, deadline(ledger))
    ledger.release("one", deadline(ledger))
    assert ledger.claim("one", until, now, deadline(ledger))


def test_a_ledger_that_is_not_there_says_so(ledger: DynamoDBSignInLedger) -> None:
    """Nothing is sent without it."""
    gone = replace(ledger, table="no-such-table")
    with pytest.raises(StoreUnavailableError):
        gone.claim("one", FixedClock().now(), FixedClock().now(), deadline(gone))
