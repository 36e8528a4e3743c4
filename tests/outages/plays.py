"""How each outage of the table is made to happen: what is broken, and what goes on meanwhile. Seconds are simulated."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from chalicelib.adapters.aws.dynamodb import tables
from devtools.local.dynamodb import local_client
from tests.integration.proxy import Proxy
from tests.outages.conftest import NAMES, numbers
from tests.outages.stage import API, DIGEST, HOUR, HOURLY, SETTINGS_PATH, Json, Recording, Running, Stage
from tests.unit.adapters.aws.dynamodb.stub import StubDynamoDB, error

DEAD = "http://127.0.0.1:9"  # the port of "discard", which nobody listens on
CREATE = "/v1/PhoneChat/CreateBooking"

Play = Callable[[Stage, Recording], None]
PLAYS: dict[str, tuple[Play, frozenset[str]]] = {}


def play(name: str, *stopped: str) -> Callable[[Play], Play]:
    """Make a function the play of an outage; of what is `stopped`, nothing healthy goes on beside it."""

    def listed(function: Play) -> Play:
        PLAYS[name] = function, frozenset(stopped)
        return function

    return listed


def three_bookings(running: Running, status: int) -> None:
    """Book three times in a minute, in vain."""
    for second in (0.0, 20.0, 40.0):
        answer = running.book(second, next(numbers))
        assert answer is not None
        assert answer["statusCode"] == status, answer


def broken(stage: Stage, recording: Recording, status: int, changes: Mapping[str, str]) -> None:
    """Book with another environment."""
    with stage.running(recording, **changes) as running:
        three_bookings(running, status)


@play("a setting is wrong", API)
def _(stage: Stage, recording: Recording) -> None:
    broken(stage, recording, 500, {"BREAKER_FAILURES": "many"})


@play("a table is gone", API)
def _(stage: Stage, recording: Recording) -> None:
    broken(stage, recording, 503, {"OPERATIONS_TABLE": "gone"})


@play("the secret is gone", API)
def _(stage: Stage, recording: Recording) -> None:
    broken(stage, recording, 503, {"SECRETS_NAME": "gone"})


@play("the secret was mistyped by a person", API)
def _(stage: Stage, recording: Recording) -> None:
    broken(stage, recording, 503, {"SECRETS_NAME": "mistyped"})


@play("the tables throttle", API)
def _(stage: Stage, recording: Recording) -> None:
    stub = StubDynamoDB()
    try:
        stub.will(*[error("ThrottlingException")] * 500)
        with stage.running(recording, AWS_ENDPOINT_URL_DYNAMODB=stub.endpoint_url) as running:
            three_bookings(running, 503)
            three_bookings(running, 503)
    finally:
        stub.close()


@play("AdultWork is down", API)
def _(stage: Stage, recording: Recording) -> None:
    broken(stage, recording, 503, {"ADULTWORK_BASE_URL": DEAD})


@play("AdultWork answers too late", API)
def _(stage: Stage, recording: Recording) -> None:
    with slow(stage, "latency", 5):
        broken(stage, recording, 504, {"READ_SECONDS": "0.3"})


@play("AdultWork is slow", API)
def _(stage: Stage, recording: Recording) -> None:
    patient = {"READ_SECONDS": "10", "READS_SECONDS": "20"}  # so that a busy machine makes no failure of it
    with stage.running(recording, **patient) as running, slow(stage, "latency", 2.1, SETTINGS_PATH):
        for second in (0.0, 300.0, 600.0):
            answer = running.request(second, "GET", SETTINGS_PATH)
            assert answer is not None
            assert answer["statusCode"] == 200, answer


@play("AdultWork is down for long, and the breaker opens", API)
def _(stage: Stage, recording: Recording) -> None:
    with stage.running(recording, ADULTWORK_BASE_URL=DEAD) as running:
        three_bookings(running, 503)
        three_bookings(running, 503)


@play("more calls at once than the function may serve", API)
def _(_: Stage, recording: Recording) -> None:
    recording.count(API, "Throttles", 0)


@play("the function is killed", API)
def _(stage: Stage, recording: Recording) -> None:
    with stage.running(recording) as running:
        assert running.book(0, next(numbers)) is not None
        with slow(stage, "slow-answer", 20, CREATE):
            assert running.book(10, next(numbers), dies_after=2) is None


@play("an outcome cannot be recorded", API)
def _(stage: Stage, recording: Recording) -> None:
    target = urlsplit(stage.surroundings["AWS_ENDPOINT_URL_DYNAMODB"]).port
    assert target is not None
    with Proxy(target) as proxy, stage.running(recording, AWS_ENDPOINT_URL_DYNAMODB=proxy.url) as running:
        assert running.book(0, next(numbers)) is not None
        proxy.take_only(1)
        answer = running.book(10, next(numbers))
        assert answer is not None
        assert answer["headers"].get("Audit-Status") == "pending", answer


@play("an outcome is unknown for more than 15 minutes", HOURLY)
def _(stage: Stage, recording: Recording) -> None:
    with unknown(stage, recording, timedelta(minutes=20)) as running:
        running.tick(HOURLY, 300)


@play("nobody came back for an unknown outcome in a day", HOURLY)
def _(stage: Stage, recording: Recording) -> None:
    with unknown(stage, recording, timedelta(hours=25)) as running:
        running.tick(HOURLY, 300)


@play("a row of the operations table cannot be read", API)
def _(stage: Stage, recording: Recording) -> None:
    with stage.running(recording) as running:
        answer = running.book(0, next(numbers))
        assert answer is not None
        operation_id = answer["headers"]["Location"].rpartition("/")[2]
        changed(stage, operation_id, "state", "NOBODY-KNOWS")
        running.request(10, "GET", f"/v1/operations/{operation_id}")


@play("the schedule of the hourly function is disabled", HOURLY)
def _(_: Stage, __: Recording) -> None:
    """Nothing is started."""


@play("the hourly function fails", HOURLY)
def _(stage: Stage, recording: Recording) -> None:
    with stage.running(recording, OPERATIONS_TABLE="gone") as running:
        for hour in range(2):
            running.tick(HOURLY, hour * HOUR + 300)


@play("the schedule of the digests is disabled", DIGEST)
def _(_: Stage, __: Recording) -> None:
    """Nothing is started."""


@play("the bucket of the digests is gone", DIGEST)
def _(stage: Stage, recording: Recording) -> None:
    with stage.running(recording, DIGEST_BUCKET="gone") as running:
        for hour in range(2):
            running.tick(DIGEST, hour * HOUR + 1500)


@contextmanager
def slow(stage: Stage, fault: str, seconds: float, path: str = "*") -> Iterator[None]:
    """Let AdultWork take its time."""
    stage.sandbox.faults.arm(path, fault, "forever", seconds=seconds)
    try:
        yield
    finally:
        stage.sandbox.faults.clear()


@contextmanager
def unknown(stage: Stage, recording: Recording, age: timedelta) -> Iterator[Running]:
    """Leave one booking without a known outcome, as old as that, among the running functions; settle it afterwards."""
    with stage.running(recording) as running:
        before = open_operations(stage)
        stage.sandbox.faults.arm(CREATE, "reset-before-commit", 1)
        running.book(0, next(numbers))
        (operation_id,) = open_operations(stage) - before
        then = datetime.now(UTC) - age
        changed(stage, operation_id, tables.CLAIMED_AT, then.isoformat(timespec="milliseconds"))
        yield running
        deleted(stage, operation_id)


def open_operations(stage: Stage) -> set[str]:
    """Return the operations without a final state."""
    client = local_client(stage.surroundings["AWS_ENDPOINT_URL_DYNAMODB"])
    rows = client.scan(TableName=NAMES["OperationsTable"], IndexName=tables.OPEN.name)["Items"]
    client.close()
    return {row[tables.PARTITION_KEY]["S"].removeprefix(tables.operation_row("")) for row in rows}


def changed(stage: Stage, operation_id: str, attribute: str, text: str) -> None:
    """Change a row by hand, as time does or a person."""
    client = local_client(stage.surroundings["AWS_ENDPOINT_URL_DYNAMODB"])
    client.update_item(
        TableName=NAMES["OperationsTable"],
        Key={tables.PARTITION_KEY: {"S": tables.operation_row(operation_id)}},
        UpdateExpression="SET #name = :text",
        ExpressionAttributeNames={"#name": attribute},
        ExpressionAttributeValues={":text": {"S": text}},
    )
    client.close()


def deleted(stage: Stage, operation_id: str) -> None:
    """Take a row away."""
    client = local_client(stage.surroundings["AWS_ENDPOINT_URL_DYNAMODB"])
    client.delete_item(
        TableName=NAMES["OperationsTable"], Key={tables.PARTITION_KEY: {"S": tables.operation_row(operation_id)}}
    )
    client.close()


def has(line: Json, wanted: Mapping[str, str | None]) -> bool:
    """Tell whether a line has members, with their values where some are named."""
    return all(name in line and (value is None or line[name] == value) for name, value in wanted.items())
