"""The rows of people: their names, and what they say. Pure."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from chalicelib.adapters.aws.dynamodb import changes, items, tables
from chalicelib.adapters.aws.dynamodb.audit_trail import COUNT_KEPT
from chalicelib.application.people.ports import Errand, Task
from chalicelib.domain.operation.operation import OperationState, guard_name
from chalicelib.domain.people.person import Hold, Person
from chalicelib.domain.people.trace import StandingRow

Row: TypeAlias = Mapping[str, Any]

PERSON_PREFIX = "PERSON#"
ERRANDS = "CUSTODY"  # one row: a set of text for each kind of errand
BY_CLIENT, BY_CANDIDATE = ("by-client", "client"), ("by-candidate", "candidate")
PEOPLE = "people"  # beside an event, and no part of it: identities, sealed, for whoever makes a lost table again
HELD = ("held_by", "held_at", "held_why")
# Whatever tells who an operation is about, what they asked for and what they were told. What stays says how it stands: a repeat
# of its key is told that it was used, and its chain can be compared with its record.
TELLING = (
    *("account", "book_user_id", "session_date", "duration", "method", "credits", changes.BOOKINGS),
    *("fingerprint", "answer", "is_retryable", "reason", tables.OPEN.attribute),
)
COUNTED_WINDOWS = (60, 86_400)  # seconds: the windows that bookings are counted in
# DynamoDB deletes a row that is over within a few days; what is older than this is gone.
DELETED_WITHIN = timedelta(days=2)
HOUR, SEPARATOR = timedelta(hours=1), "@"


def key(partition: str) -> dict[str, Any]:
    """Return the key of a row of `operations`."""
    return {tables.PARTITION_KEY: items.text(partition)}


def person_key(user_id: int) -> dict[str, Any]:
    """Return the key of a person's row."""
    return key(f"{PERSON_PREFIX}{user_id}")


def person(user_id: int, row: Row) -> Person:
    """Return who a row of the register tells of."""
    hold = None
    if HELD[0] in row:
        by, at, why = (row[name]["S"] for name in HELD)
        hold = Hold(by, datetime.fromisoformat(at), why)
    created_at = datetime.fromisoformat(row["created_at"]["S"]) if "created_at" in row else None
    return Person(user_id, row["pseudonym"]["S"], created_at, "wrapped" in row, hold)


def errands(row: Row) -> list[Errand]:
    """Return what the row of errands tells."""
    return [
        Errand(task, pseudonym, datetime.fromisoformat(at) if at else None)
        for task in Task
        for pseudonym, _, at in (text.partition(SEPARATOR) for text in sorted(row.get(task.value, {}).get("SS", ())))
    ]


def errand_text(errand: Errand) -> str:
    """Return how the row tells of an errand."""
    at = errand.erased_at
    return errand.pseudonym if at is None else f"{errand.pseudonym}{SEPARATOR}{items.instant(at)['S']}"


def guard_of(row: Row) -> str | None:
    """Return the name of what an operation booked; None where its row tells of nobody any more."""
    if {"account", items.CHANGE, changes.BOOKINGS} <= row.keys():
        return changes.record_of(dict(row)).guard
    if not {"account", "book_user_id", "session_date"} <= row.keys():
        return None
    return guard_name(int(row["account"]["N"]), int(row["book_user_id"]["N"]), row["session_date"]["S"])


def standing(row: Row, guard: str, guard_row: Row | None, now: datetime) -> StandingRow:
    """Return how an operation's row stands; a guard that is another operation's, or over, does not hold for it."""
    until = None
    is_ours = guard_row is not None and guard_row["operation_id"]["S"] == _operation_id(row)
    if guard_row is not None and is_ours and not items.is_over(dict(guard_row), now):
        until = datetime.fromtimestamp(int(guard_row[tables.EXPIRES_AT]["N"]), UTC)
    return StandingRow(OperationState(row["state"]["S"]), bytes(row["head"]["B"]).hex(), guard, until)


def _operation_id(row: Row) -> str:
    return str(row[tables.PARTITION_KEY]["S"]).removeprefix(tables.operation_row(""))


def count_names(user_id: int, now: datetime) -> Iterator[str]:
    """Yield the name of every row that may still count bookings or refusals of a UserID."""
    for seconds in COUNTED_WINDOWS:
        last = int(now.timestamp()) // seconds
        for window in range(last, last - int(DELETED_WITHIN.total_seconds()) // seconds - 2, -1):
            yield tables.rate_row(user_id, seconds, window)
            yield tables.change_rate_row(user_id, seconds, window)
    for number in range(int((COUNT_KEPT + DELETED_WITHIN) / HOUR) + 2):
        yield tables.refusals_row(user_id, now.astimezone(UTC) - number * HOUR)
