"""Many at once on a DynamoDB whose transactions are isolated: exactly as many may send as should."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from chalicelib.adapters.aws.database import DynamoDB
from chalicelib.adapters.aws.dynamodb.audit_trail import DynamoDBAuditTrail
from chalicelib.adapters.aws.dynamodb.operations import DynamoDBOperationStore
from chalicelib.adapters.aws.dynamodb.rate_limit import RateLimit
from chalicelib.adapters.system import SystemClock
from chalicelib.application.ports import BookingHeld, ClaimAnswer, Claimed, KeyHeld, RateLimited, Resolution
from chalicelib.domain.operation.operation import Operation, OperationState
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.time_budget import Deadline
from devtools.local.dynamodb import AUDIT_TABLE, OPERATIONS_TABLE, create_tables, local_database
from tests.contract.records import (
    NOT_SENT,
    UNKNOWN,
    claim_event,
    made,
    next_attempt,
    operation,
    resolution_event,
)
from tests.fakes.system import SequentialConcurrency

ROUNDS, THREADS = 30, 8
LIMIT = 3
CLOCK = SystemClock()


def store_on(client: DynamoDB, *limits: RateLimit) -> DynamoDBOperationStore:
    """Return a store with limits."""
    return DynamoDBOperationStore(
        client, OPERATIONS_TABLE, CLOCK.sleep, CLOCK, SequentialConcurrency(), AUDIT_TABLE, limits
    )


@pytest.fixture(scope="module")
def client(dynamodb_endpoint: str) -> Iterator[DynamoDB]:
    """Return a DynamoDB with both tables."""
    create_tables(dynamodb_endpoint, OPERATIONS_TABLE, AUDIT_TABLE)
    with local_database(dynamodb_endpoint) as database:
        yield database


@pytest.fixture(scope="module")
def store(client: DynamoDB) -> DynamoDBOperationStore:
    """Return a store without limits."""
    return store_on(client)


@pytest.fixture(scope="module")
def threads() -> Iterator[ThreadPoolExecutor]:
    """Return the threads of all rounds."""
    with ThreadPoolExecutor(THREADS) as threads:
        yield threads


def in_time() -> Deadline:
    """Return the deadline of a claim."""
    return Deadline.after(CLOCK.monotonic, 4.0)


def race(
    threads: ThreadPoolExecutor,
    store: DynamoDBOperationStore,
    rivals: Sequence[Operation],
    previous: OperationRecord | None = None,
) -> list[ClaimAnswer]:
    """Claim all rivals when all are ready; return their answers."""
    start = Barrier(len(rivals))

    def claim(rival: Operation, number: int) -> ClaimAnswer:
        event = claim_event(rival, previous, f"op_{number:026}")
        start.wait()
        return store.claim(rival, event, in_time(), previous)

    return list(threads.map(claim, rivals, range(len(rivals))))


@pytest.mark.parametrize("same_key", [True, False], ids=["one key", "a key each"])
def test_of_many_equal_claims_exactly_one_may_send(
    client: DynamoDB, store: DynamoDBOperationStore, threads: ThreadPoolExecutor, *, same_key: bool
) -> None:
    """In every round one is claimed, all others learn whose it is, and only one leaves an event."""
    trail = DynamoDBAuditTrail(client, AUDIT_TABLE, OPERATIONS_TABLE, CLOCK.sleep)
    held = KeyHeld if same_key else BookingHeld
    for round_number in range(ROUNDS):
        rivals = [_rival(round_number, rival, same_key=same_key) for rival in range(THREADS)]
        answers = race(threads, store, rivals)
        winners = [rival for rival, answer in zip(rivals, answers, strict=True) if answer == Claimed()]
        assert len(winners) == 1
        losers = [answer for answer in answers if isinstance(answer, held)]
        assert [answer.operation_id for answer in losers] == [winners[0].id] * (THREADS - 1)
        assert {rival.id for rival in rivals if trail.events(rival.id)} == {winners[0].id}
        assert len(trail.events(winners[0].id)) == 1


def test_of_many_next_attempts_exactly_one_may_send(store: DynamoDBOperationStore, threads: ThreadPoolExecutor) -> None:
    """All have read the same retryable operation in the same instant; the others learn that its key is held again."""
    for account in range(5000, 5000 + ROUNDS):
        first = made(store, operation(account, account=account, at=CLOCK.now()), NOT_SENT)
        rivals = [next_attempt(first, at=CLOCK.now())] * THREADS
        answers = race(threads, store, rivals, first)
        assert answers.count(Claimed()) == 1
        record = store.find(first.id, in_time())
        assert record is not None
        assert answers.count(KeyHeld(first.id, record)) == THREADS - 1
        assert (record.attempt, record.sequence) == (2, 3)


def test_a_limit_is_exact_however_many_come_at_once(client: DynamoDB, threads: ThreadPoolExecutor) -> None:
    """Of eight different bookings of one account three are claimed, never four and never two."""
    store = store_on(client, RateLimit(LIMIT, 60), RateLimit(30, 86_400))
    now = CLOCK.now().replace(second=30)  # one window for all of them
    for account in range(6000, 6000 + ROUNDS):
        rivals = [
            operation(account * THREADS + rival, key=None, account=account, at=now, book_user_id=rival + 1)
            for rival in range(THREADS)
        ]
        answers = race(threads, store, rivals)
        assert answers.count(Claimed()) == LIMIT
        assert answers.count(RateLimited(LIMIT, 60, 30)) == THREADS - LIMIT


def test_of_many_resolutions_exactly_one_is_written(store: DynamoDBOperationStore, threads: ThreadPoolExecutor) -> None:
    """Half found the booking, half found none; whoever is first has it, and the chain has one event more."""
    for account in range(7000, 7000 + ROUNDS):
        claimed = operation(account, account=account, at=CLOCK.now())
        unknown = made(store, claimed, UNKNOWN)
        start = Barrier(THREADS)

        def resolve(rival: int, unknown: OperationRecord = unknown, start: Barrier = start) -> bool:
            found = Resolution(OperationState.CONFIRMED, 100_000 + unknown.account)
            resolution = found if rival % 2 else Resolution(OperationState.NOT_CREATED)
            event = resolution_event(unknown, resolution, f"call-{rival}")
            start.wait()
            return store.resolve(unknown, resolution, event, in_time())

        assert list(threads.map(resolve, range(THREADS))).count(True) == 1
        record = store.find(unknown.id, in_time())
        assert record is not None
        assert record.sequence == 3
        owners = store.owners([100_000 + account], in_time())
        assert owners == ({} if record.booking_id is None else {record.booking_id: record.id})


def _rival(round_number: int, rival: int, *, same_key: bool) -> Operation:
    """Return one of the equal operations of a round: one booking, under one key or under different ones."""
    number = (2 * round_number + same_key) * THREADS + rival
    owner = "all" if same_key else rival
    return operation(
        number,
        key=f"round-{round_number}-{owner}",
        at=CLOCK.now(),
        book_user_id=1 + 2 * round_number + same_key,
    )
