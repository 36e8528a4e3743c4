"""The store when DynamoDB does not behave: nothing foreign leaves, nothing is written twice, no deadline is outlived."""

import json
from dataclasses import replace

import pytest

from chalicelib.adapters.aws.credentials import NoCredentialsError
from chalicelib.adapters.aws.database import DynamoDB
from chalicelib.adapters.aws.dynamodb import items
from chalicelib.adapters.aws.dynamodb.operations import DynamoDBOperationStore
from chalicelib.adapters.aws.faults import AwsError
from chalicelib.adapters.aws.signing import Credentials
from chalicelib.adapters.http.exchange_failure import ExchangeFailedError
from chalicelib.application.ports import BookingHeld, ClaimAnswer, Claimed, KeyHeld, Resolution
from chalicelib.domain.errors import BookingTakenError, StoreUnavailableError
from chalicelib.domain.operation.operation import Operation, OperationState, Outcome
from chalicelib.domain.time_budget import Deadline
from chalicelib.watch.call import watched
from tests.builders import operation_record
from tests.contract.records import (
    claim_event,
    conclusion_event,
    confirmed,
    enough_time,
    operation,
    resolution_event,
    resolve,
)
from tests.fakes.system import SequentialConcurrency
from tests.unit.adapters.aws.dynamodb.conftest import CountingClock, Lines
from tests.unit.adapters.aws.dynamodb.stub import (
    Reply,
    StubDynamoDB,
    answer,
    cancelled,
    error,
    raw,
    reset,
    say_nothing,
    truncate,
)

OPERATION, OTHER = operation(1), operation(2, key=None)
EVENT = claim_event(OPERATION)
OPERATION_ID = "op_01HZX3V6M8Q2R4T6W8Y0A2C4E6"
OUR_ROW = items.operation_being_sent(OPERATION, EVENT)
HELD_KEY = items.operation_being_sent(OPERATION, claim_event(OPERATION, call="op_another"))
HELD_GUARD = items.guard(OTHER)
THROTTLED = error("ThrottlingException")

TRANSIENT = {
    "throttled": THROTTLED,
    "over the table's limit": error("ProvisionedThroughputExceededException"),
    "over the account's limit": error("RequestLimitExceeded"),
    "fault of DynamoDB": error("InternalServerError", 500),
    "not available": answer(503, {}),
    "first try still running": error("TransactionInProgressException"),
    "conflict with another transaction": cancelled("None", "TransactionConflict", "None"),
    "throttled by an index": cancelled("ThrottlingError", "None", "None"),
    "over the limit of an index": cancelled("None", "None", "ProvisionedThroughputExceeded"),
    "silence": say_nothing,
    "reset": reset,
    "truncated answer": truncate,
    "empty answer of something else": raw(200, b""),
    "page of something else": raw(200, b"<html>Sign in to the network</html>"),
    "not a document": raw(200, b"[]"),
    "not text": raw(400, b"\xff\xfe"),
    "too deep": raw(500, b"[" * 100_000),
}
DEFINITE = {
    "not allowed": error("AccessDeniedException"),
    "not valid": error("ValidationException"),
    "no table": error("ResourceNotFoundException"),
    "item too large": cancelled("ValidationError", "None", "None"),
}


@pytest.fixture
def store(client: DynamoDB, clock: CountingClock) -> DynamoDBOperationStore:
    """Return the store on the scripted server."""
    return DynamoDBOperationStore(client, "operations", clock.sleep, clock, SequentialConcurrency(), "audit", ())


def claim(store: DynamoDBOperationStore, clock: CountingClock) -> ClaimAnswer:
    """Claim the operation."""
    return store.claim(OPERATION, EVENT, enough_time(clock))


def conclude(store: DynamoDBOperationStore, clock: CountingClock) -> None:
    """Conclude the operation as CONFIRMED."""
    store.conclude(OPERATION, confirmed(), conclusion_event(OPERATION, confirmed()), enough_time(clock))


@pytest.mark.parametrize("reply", TRANSIENT.values(), ids=TRANSIENT.keys())
def test_a_claim_is_tried_again_with_the_same_token_and_the_same_writes(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock, reply: Reply
) -> None:
    """What may pass in a moment gets another try, which DynamoDB can tell from a new claim."""
    dynamodb.will(reply)
    assert claim(store, clock) == Claimed()
    first, second = dynamodb.requests
    assert first == second
    assert len(first.document["ClientRequestToken"]) == 36
    assert clock.pauses == [0.05]


THROTTLINGS = {
    "throttled",
    "over the table's limit",
    "over the account's limit",
    "throttled by an index",
    "over the limit of an index",
}


@pytest.mark.parametrize("name", [*sorted(THROTTLINGS), "fault of DynamoDB", "conflict with another transaction"])
def test_each_call_that_was_one_too_many_is_counted(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock, name: str
) -> None:
    """Also where the next try succeeds; other troubles are none of that."""
    dynamodb.will(TRANSIENT[name])
    with watched() as call:
        claim(store, clock)
    assert call.measures() == ({"AwsThrottled": 1} if name in THROTTLINGS else {})


def test_states_are_counted_when_they_are_written(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """After a send and after a read; not what could not be written."""
    with watched() as call:
        conclude(store, clock)
        resolve(store, operation_record(state=OperationState.UNKNOWN), Resolution(OperationState.NOT_CREATED))
        dynamodb.will(*[error("AccessDeniedException")])
        with pytest.raises(StoreUnavailableError):
            conclude(store, clock)
    assert call.measures() == {"BookingsConfirmed": 1, "BookingsNotCreated": 1}


@pytest.mark.parametrize("reply", DEFINITE.values(), ids=DEFINITE.keys())
def test_what_will_not_pass_is_not_tried_again(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock, reply: Reply
) -> None:
    """A refusal for good ends the claim at once, as our error with theirs as its cause."""
    dynamodb.will(reply)
    with pytest.raises(StoreUnavailableError, match="nothing was sent") as caught:
        claim(store, clock)
    assert isinstance(caught.value.__cause__, AwsError)
    assert caught.value.retry_after_seconds == 5
    assert dynamodb.operations.count("TransactWriteItems") == 1


def without_credentials(client: DynamoDB) -> DynamoDB:
    """Return the same service, called by somebody who has no credentials."""

    def nowhere() -> Credentials:
        raise NoCredentialsError

    return DynamoDB(replace(client.service, place=replace(client.service.place, credentials=nowhere)))


def test_a_fault_of_our_own_side_is_not_tried_again(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """What cannot be signed, here for want of credentials, can never succeed."""
    with pytest.raises(StoreUnavailableError) as caught:
        claim(replace(store, client=without_credentials(store.client)), clock)
    assert isinstance(caught.value.__cause__, NoCredentialsError)
    assert (clock.pauses, dynamodb.requests) == ([], [])


def test_a_claim_is_tried_three_times_and_then_looked_for(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """The third failure ends it; no trace of it is found, so nothing is concluded."""
    dynamodb.will(reset, say_nothing, THROTTLED)
    with pytest.raises(StoreUnavailableError):
        claim(store, clock)
    assert dynamodb.operations == ["TransactWriteItems"] * 3 + ["GetItem"]
    assert clock.pauses == [0.05, 0.1]


def test_a_claim_that_was_applied_after_all_is_taken_back(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """Nothing will be sent, so our own unsent operation is concluded as NOT_SENT, and its guard freed."""
    dynamodb.will(reset, reset, reset, answer(200, {"Item": OUR_ROW}))
    with pytest.raises(StoreUnavailableError, match="nothing was sent"):
        claim(store, clock)
    read, conclusion = dynamodb.requests[3:]
    assert read.document["ConsistentRead"] is True
    assert read.document["Key"] == {"pk": {"S": f"OP#{OPERATION.id}"}}
    update, guard, event = conclusion.document["TransactItems"]
    assert update["Update"]["ExpressionAttributeValues"][":new_state"] == {"S": "NOT_SENT"}
    assert update["Update"]["ExpressionAttributeValues"][":new_is_retryable"] == {"BOOL": True}
    assert guard["Delete"]["Key"] == {"pk": {"S": f"GUARD#{OPERATION.guard}"}}
    assert json.loads(event["Put"]["Item"]["canonical"]["S"])["previous_hash"] == items.head_hex(EVENT)


def test_a_claim_is_taken_back_though_its_own_time_is_over(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """Use the claim's time up; the call has more, and without the look the booking would be held for a quarter of an hour."""
    dynamodb.will(reset, reset, answer(200, {"Item": OUR_ROW}))
    with pytest.raises(StoreUnavailableError):
        store.claim(OPERATION, EVENT, Deadline.after(clock.monotonic, 0.58))
    assert dynamodb.operations[2:] == ["GetItem", "TransactWriteItems"]


def test_only_our_own_claim_is_taken_back(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """An operation that has moved on since is left alone."""
    moved_on = {**OUR_ROW, "head": {"B": b"f" * 32}}
    dynamodb.will(reset, reset, reset, answer(200, {"Item": moved_on}))
    with pytest.raises(StoreUnavailableError):
        claim(store, clock)
    assert dynamodb.operations[3:] == ["GetItem"]


@pytest.mark.parametrize("failing", [[THROTTLED], [answer(200, {"Item": OUR_ROW}), error("AccessDeniedException")]])
def test_a_claim_that_cannot_be_taken_back_still_fails_as_itself(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock, failing: list[Reply]
) -> None:
    """Neither a failing read nor a failing conclusion hides that nothing was sent."""
    dynamodb.will(reset, reset, reset, *failing)
    with pytest.raises(StoreUnavailableError, match="nothing was sent"):
        claim(store, clock)


def test_a_condition_that_fails_on_our_own_first_write_is_a_success(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """The first try was applied and its answer lost; the old items say that they are ours."""
    ours = (OUR_ROW, items.guard(OPERATION), items.audit_event(EVENT))
    dynamodb.will(reset, cancelled(*ours))
    assert claim(store, clock) == Claimed()


def test_a_held_key_is_told_before_a_held_booking_whatever_order_they_are_seen_in(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """While the key's row is in conflict its condition is not known yet, so the claim is tried again."""
    dynamodb.will(cancelled("TransactionConflict", HELD_GUARD, "None"), cancelled(HELD_KEY, HELD_GUARD, "None"))
    assert claim(store, clock) == KeyHeld(OPERATION.id, items.record(HELD_KEY))


def test_a_booking_that_is_held_is_told_even_when_the_key_stays_in_conflict(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """After the last try the condition that did fail is the answer."""
    dynamodb.will(*[cancelled("TransactionConflict", HELD_GUARD, "None")] * 3)
    assert claim(store, clock) == BookingHeld(OTHER.id)


def test_a_row_in_the_way_that_does_not_say_whose_it_is_stops_the_claim(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """DynamoDB always says; whatever does not is no answer to build on."""
    dynamodb.will(cancelled({}, {}, "None"))
    with pytest.raises(StoreUnavailableError, match="nothing was sent"):
        claim(store, clock)


def test_a_claim_without_time_asks_nothing(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """No try starts that could not end in time; only the look for what may stand all the same has time of its own."""
    dynamodb.will(answer(200, {}))
    with pytest.raises(StoreUnavailableError, match="ran out"):
        store.claim(OPERATION, EVENT, Deadline.after(clock.monotonic, 0.4))
    assert dynamodb.operations == ["GetItem"]


def test_no_try_and_no_pause_reaches_past_the_deadline(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """With 0.6 s left there is time for a pause of 0.05 s and one more try, not for a third."""
    dynamodb.will(THROTTLED, THROTTLED)
    with pytest.raises(StoreUnavailableError):
        store.claim(OPERATION, EVENT, Deadline.after(clock.monotonic, 0.6))
    assert dynamodb.operations == ["TransactWriteItems", "TransactWriteItems", "GetItem"]
    assert clock.pauses == [0.05]


def test_a_conclusion_is_tried_four_times(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """More often than a claim: by then a booking may stand."""
    dynamodb.will(reset, THROTTLED, say_nothing)
    conclude(store, clock)
    assert [request == dynamodb.requests[0] for request in dynamodb.requests] == [True] * 4
    assert clock.pauses == [0.05, 0.1, 0.2]


def test_a_conclusion_that_cannot_be_written_is_our_error(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """The fourth failure ends it, with the cause kept."""
    dynamodb.will(*[reset] * 4)
    with pytest.raises(StoreUnavailableError) as caught:
        conclude(store, clock)
    assert isinstance(caught.value.__cause__, ExchangeFailedError)


def test_a_conclusion_that_fails_on_our_own_first_write_is_a_success(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """The operation's newest event is the one that we meant to write."""
    concluded = {**OUR_ROW, "head": items.head(conclusion_event(OPERATION, confirmed()))}
    dynamodb.will(reset, cancelled(concluded, "None", "None"))
    conclude(store, clock)


def test_a_booking_of_another_operation_is_named_as_such(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """The use case asks the account's list then; nothing was written."""
    dynamodb.will(cancelled("None", items.booking(OTHER.id, 77), "None"))
    with pytest.raises(BookingTakenError, match="another operation"):
        conclude(store, clock)


@pytest.mark.parametrize(
    "told",
    [
        (OperationState.AMBIGUOUS, "operation.ambiguous", "OperationAmbiguous"),
        (OperationState.EXPIRED_UNKNOWN, "operation.expired", None),
    ],
)
def test_what_no_read_can_settle_calls_for_a_person(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, lines: Lines, told: tuple[OperationState, str, str | None]
) -> None:
    """An error line with the operation and its metric; also where our own first write, whose answer was lost, is in the way."""
    state, name, metric = told
    record = operation_record(id=OPERATION_ID)
    assert resolve(store, record, Resolution(state))
    ours = {**OUR_ROW, "head": items.head(resolution_event(record, Resolution(state)))}
    dynamodb.will(cancelled(ours, "None"))
    assert resolve(store, record, Resolution(state))
    first, second = lines()
    for line in (first, second):
        assert (line["event"], line["level"], line["operation_id"]) == (name, "ERROR", OPERATION_ID)
        assert [key for key in line if key.startswith("Operation")] == ([] if metric is None else [metric])


@pytest.mark.parametrize(
    ("concluded", "outcome", "contact", "is_told"),
    [
        (OPERATION, confirmed(), None, True),
        (OPERATION, confirmed(), "sealed", False),
        (OPERATION, Outcome(OperationState.NOT_SENT, "late"), None, False),
        (operation(1, phone_number=None, comments=None), confirmed(), None, False),
    ],
    ids=["not sealed", "sealed", "not sent", "none given"],
)
def test_an_outcome_without_the_contact_that_was_sent_is_counted(  # noqa: PLR0913, PLR0917 (fixtures, and a case)
    store: DynamoDBOperationStore,
    clock: CountingClock,
    lines: Lines,
    concluded: Operation,
    outcome: Outcome,
    contact: str | None,
    is_told: bool,  # noqa: FBT001 (an expectation)
) -> None:
    """It is nowhere else; what was not sent, or had none, lacks nothing."""
    store.conclude(concluded, outcome, conclusion_event(concluded, outcome, contact=contact), enough_time(clock))
    told = [line for line in lines() if line["event"] == "contact.unsealed"]
    assert [(line["level"], line["operation_id"], line["ContactUnsealed"]) for line in told] == (
        [("WARNING", concluded.id, 1)] if is_told else []
    )


def test_nobody_is_called_for_what_was_settled_or_not_written(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, lines: Lines
) -> None:
    """Reads could tell, or another call was faster."""
    record = operation_record(id=OPERATION_ID)
    assert resolve(store, record, Resolution(OperationState.NOT_CREATED))
    dynamodb.will(cancelled(OUR_ROW, "None"))
    assert not resolve(store, record, Resolution(OperationState.AMBIGUOUS))
    assert lines() == []
