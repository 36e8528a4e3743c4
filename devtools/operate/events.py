"""Print the audit events of an operation of `make run` and check their chain: `python -m devtools.operate.events op_…`.

With a day (`2026-01-15`) instead, print what was begun on it.
"""

import os
import sys
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws.dynamodb.audit_trail import DynamoDBAuditTrail
from chalicelib.adapters.aws.dynamodb.tables import PARTITION_KEY, operation_row
from chalicelib.domain.errors import StoreUnavailableError
from devtools.local.dynamodb import AUDIT_TABLE, DEFAULT_PORT, HOST, OPERATIONS_TABLE, local_client, local_database
from devtools.operate.chain import broken_at
from devtools.operate.opened import opened_on

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

USAGE = (
    "Name one operation, for example: make events OPERATION=op_01JZ…  (its id is in the Location of the answer), or the day "
    "of some: make events DAY=2026-01-15"
)
UNREADABLE = "The audit table on {} cannot be read. Is `make run` up, on that port?"
WRONG_USE, FAILED = 2, 1


def print_events(operation_id: str, port: str) -> int:
    """Print the stored bytes of each event as a line; return the exit status, which is not 0 for a chain that is not whole."""
    client = local_client(f"http://{HOST}:{port}")
    try:
        with local_database(f"http://{HOST}:{port}") as database:
            events = DynamoDBAuditTrail(database, AUDIT_TABLE, OPERATIONS_TABLE).events(operation_id)
        head = _head(client, operation_id)
    except StoreUnavailableError:
        print(UNREADABLE.format(f"{HOST}:{port}"), file=sys.stderr)
        return FAILED
    finally:
        client.close()
    if not events:
        print(f"There is no operation {operation_id} in the audit table.", file=sys.stderr)
        return FAILED
    for event in events:
        print(event.decode())
    broken = broken_at(events, head)
    if broken is not None:
        print(
            f"The chain is broken at event {broken}: it, or the one before it, is not what was written.",
            file=sys.stderr,
        )
        return FAILED
    return 0


def print_day(day: datetime, port: str) -> int:
    """Print the ids of what was begun on a UTC day, a line each; return the exit status."""
    client = local_client(f"http://{HOST}:{port}")
    try:
        ids = opened_on(client, AUDIT_TABLE, day)
    except (BotoCoreError, ClientError):
        print(UNREADABLE.format(f"{HOST}:{port}"), file=sys.stderr)
        return FAILED
    finally:
        client.close()
    print("\n".join(ids), end="\n" if ids else "")
    return 0


def _head(client: "DynamoDBClient", operation_id: str) -> str | None:
    """Return the hash of the newest event as the operation's record has it; None for a refusal, which has no record."""
    key = {PARTITION_KEY: {"S": operation_row(operation_id)}}
    try:
        item = client.get_item(TableName=OPERATIONS_TABLE, Key=key, ConsistentRead=True).get("Item")
    except (BotoCoreError, ClientError) as error:
        raise StoreUnavailableError("the operations table cannot be read") from error
    return None if item is None else bytes(item["head"]["B"]).hex()


def main(arguments: list[str]) -> int:
    """Print the events of the operation that the arguments name; return the exit status."""
    if len(arguments) != 1 or not (arguments[0].startswith("op_") or _day(arguments[0])):
        print(USAGE, file=sys.stderr)
        return WRONG_USE
    port = os.environ.get("DYNAMODB_PORT", str(DEFAULT_PORT))
    if not port.isdecimal():
        print("DYNAMODB_PORT must be a number.", file=sys.stderr)
        return WRONG_USE
    day = _day(arguments[0])
    return print_events(arguments[0], port) if day is None else print_day(day, port)


def _day(text: str) -> datetime | None:
    """Return the start of a UTC day, None when the text is none."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
