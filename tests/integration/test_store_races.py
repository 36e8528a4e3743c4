"""Many at once on a DynamoDB whose transactions are isolated: exactly one may send."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from chalicelib.adapters.dynamodb.audit_trail import DynamoDBAuditTrail
from chalicelib.adapters.dynamodb.operations import DynamoDBOperationStore
from chalicelib.adapters.system import SystemClock
from chalicelib.application.ports import BookingHeld, ClaimAnswer, Claimed, KeyHeld
from chalicelib.domain.operation import Operation
from chalicelib.domain.time_budget import Deadline
from devtools.dynamodb import AUDIT_TABLE, OPERATIONS_TABLE, LocalDynamoDB, create_tables, local_client
from tests.contract.records import claim_event, operation

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

ROUNDS, THREADS = 30, 8


@pytest.fixture(scope="module")
def client() -> Iterator["DynamoDBClient"]:
    """Return a client of a server with both tables."""
    with LocalDynamoDB() as server:
        create_tables(server.endpoint_url)
        client = local_client(server.endpoint_url)
        yield client
        client.close()


@pytest.fixture(scope="module")
def threads() -> Iterator[ThreadPoolExecutor]:
    """Return the threads of all rounds."""
    with ThreadPoolExecutor(THREADS) as threads:
        yield threads


@pytest.mark.parametrize("same_key", [True, False], ids=["one key", "a key each"])
def test_of_many_equal_claims_exactly_one_may_send(
    client: "DynamoDBClient", threads: ThreadPoolExecutor, *, same_key: bool
) -> None:
    """In every round one is claimed, all others learn whose it is, and only one leaves an event."""
    clock = SystemClock()
    store = DynamoDBOperationStore(client, OPERATIONS_TABLE, AUDIT_TABLE, clock, clock.sleep)
    trail = DynamoDBAuditTrail(client, AUDIT_TABLE, clock.sleep)
    held = KeyHeld if same_key else BookingHeld
    for round_number in range(ROUNDS):
        rivals = [_rival(round_number, rival, same_key=same_key) for rival in range(THREADS)]
        answers = list(threads.map(_claim_at_once(store, clock), rivals))
        winners = [rival for rival, answer in zip(rivals, answers, strict=True) if answer == Claimed()]
        assert len(winners) == 1
        losers = [answer for answer in answers if isinstance(answer, held)]
        assert [answer.operation_id for answer in losers] == [winners[0].id] * (THREADS - 1)
        assert [rival.id for rival in rivals if trail.events(rival.id)] == [winners[0].id]


def _rival(round_number: int, rival: int, *, same_key: bool) -> Operation:
    """Return one of the equal operations of a round: one booking, under one key or under different ones."""
    number = (2 * round_number + same_key) * THREADS + rival
    owner = "all" if same_key else rival
    return operation(number, key=f"round-{round_number}-{owner}", book_user_id=1 + 2 * round_number + same_key)


class _claim_at_once:  # noqa: N801 (it is called like a function)
    """Claim when all rivals are ready."""

    def __init__(self, store: DynamoDBOperationStore, clock: SystemClock) -> None:
        self._store = store
        self._clock = clock
        self._start = Barrier(THREADS)

    def __call__(self, rival: Operation) -> ClaimAnswer:
        event = claim_event(rival)
        self._start.wait()
        return self._store.claim(rival, event, Deadline.after(self._clock.monotonic, 4.0))
