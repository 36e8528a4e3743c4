"""The client's settings, which keep botocore within our deadlines."""

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.adapters.aws.dynamodb.client import dynamodb_client
from chalicelib.adapters.aws.dynamodb.operations import DynamoDBOperationStore
from chalicelib.domain.errors import StoreUnavailableError
from tests.contract.records import claim_event, enough_time, operation
from tests.fakes.system import SequentialConcurrency
from tests.unit.adapters.aws.dynamodb.conftest import CountingClock
from tests.unit.adapters.aws.dynamodb.stub import StubDynamoDB


def test_the_client_tries_once_and_waits_a_second_at_most() -> None:
    """Its defaults, five tries of 60 s each, would outlive the function."""
    client = dynamodb_client(region="eu-west-2")
    config: Any = client.meta.config  # its type does not declare what it was made with
    assert (config.connect_timeout, config.read_timeout) == (1, 1)
    assert config.retries == {"total_max_attempts": 1, "mode": "legacy"}
    assert client.meta.region_name == "eu-west-2"
    client.close()


def test_a_dynamodb_that_is_not_there_is_our_error(clock: CountingClock) -> None:
    """Refused connections end as StoreUnavailableError, after all tries of the claim and of looking for it."""
    gone = StubDynamoDB()
    gone.close()
    client = dynamodb_client(endpoint=gone.endpoint_url)
    store = DynamoDBOperationStore(client, "operations", clock.sleep, clock, SequentialConcurrency(), "audit", ())
    with pytest.raises(StoreUnavailableError) as caught:
        store.claim(operation(), claim_event(operation()), enough_time(clock))
    assert isinstance(caught.value.__cause__, EndpointConnectionError)
    assert clock.pauses == [0.05, 0.1, 0.05]
    client.close()
