"""What plays of outages have in common: how they are listed, and how the stage is broken and mended by hand."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from chalicelib.adapters.aws.dynamodb import tables
from tests.outages.conftest import NAMES, answered, numbers
from tests.outages.stage import Json, Recording, Running, Stage

CREATE = "/v1/PhoneChat/CreateBooking"

Play = Callable[[Stage, Recording], None]


class Plays(dict[str, tuple[Play, frozenset[str]]]):
    """Plays by the name of their outage, and the functions that nothing healthy is done by meanwhile."""

    def of(self, name: str, *stopped: str) -> Callable[[Play], Play]:
        """Make a function the play of an outage; of what is `stopped`, nothing healthy goes on beside it."""

        def listed(function: Play) -> Play:
            self[name] = function, frozenset(stopped)
            return function

        return listed


def three_bookings(running: Running, status: int) -> None:
    """Book three times in a minute."""
    for second in (0.0, 20.0, 40.0):
        answered(running.book(second, next(numbers)), status)


def broken(stage: Stage, recording: Recording, status: int, changes: Mapping[str, str]) -> None:
    """Book with another environment."""
    with stage.running(recording, **changes) as running:
        three_bookings(running, status)


@contextmanager
def slow(stage: Stage, fault: str, seconds: float, path: str = "*") -> Iterator[None]:
    """Let AdultWork take its time."""
    stage.sandbox.faults.arm(path, fault, "forever", seconds=seconds)
    try:
        yield
    finally:
        stage.sandbox.faults.clear()


@contextmanager
def unknown(stage: Stage, recording: Recording, age: timedelta) -> Iterator[tuple[Running, str]]:
    """Leave one booking without a known outcome, as old as that, among the running functions; forget it afterwards."""
    with stage.running(recording) as running:
        before = open_operations(stage)
        stage.sandbox.faults.arm(CREATE, "reset-before-commit", 1)
        running.book(0, next(numbers))
        (operation_id,) = open_operations(stage) - before
        then = datetime.now(UTC) - age
        change(stage, operation_id, tables.CLAIMED_AT, then.isoformat(timespec="milliseconds"))
        try:
            yield running, operation_id
        finally:
            stage.database.delete_item(TableName=NAMES["OperationsTable"], Key=row_of(operation_id))


def open_operations(stage: Stage) -> set[str]:
    """Return the operations without a final state."""
    rows = stage.database.scan(TableName=NAMES["OperationsTable"], IndexName=tables.OPEN.name)["Items"]
    return {row[tables.PARTITION_KEY]["S"].removeprefix(tables.operation_row("")) for row in rows}


def operation_of(answer: Json | None) -> str:
    """Return the operation of a booking that was made."""
    return str(answered(answer, 201)["headers"]["Location"].rpartition("/")[2])


def row_of(operation_id: str) -> Json:
    """Return the key of an operation's row."""
    return {tables.PARTITION_KEY: {"S": tables.operation_row(operation_id)}}


def change(stage: Stage, operation_id: str, attribute: str, text: str) -> None:
    """Change an operation's row by hand, as time does or a person."""
    stage.database.update_item(
        TableName=NAMES["OperationsTable"],
        Key=row_of(operation_id),
        UpdateExpression="SET #name = :text",
        ExpressionAttributeNames={"#name": attribute},
        ExpressionAttributeValues={":text": {"S": text}},
    )


@contextmanager
def event_changed(stage: Stage, operation_id: str, old: str, new: str) -> Iterator[None]:
    """Change the text of an operation's first event by hand; put it back afterwards."""
    key = {**row_of(operation_id), tables.SORT_KEY: {"S": tables.event_sort_key(1)}}
    row = stage.database.get_item(TableName=NAMES["AuditTable"], Key=key)["Item"]
    text = row["canonical"]["S"]
    assert old in text
    stage.database.put_item(TableName=NAMES["AuditTable"], Item={**row, "canonical": {"S": text.replace(old, new)}})
    try:
        yield
    finally:
        stage.database.put_item(TableName=NAMES["AuditTable"], Item=row)


def has(line: Json, wanted: Mapping[str, str | None]) -> bool:
    """Tell whether a line has members, with their values where some are named."""
    return all(name in line and (value is None or line[name] == value) for name, value in wanted.items())
