"""`make rebuild-guards`: make the rows of a lost operations table again, from the audit trail into an empty table.

Nobody may book meanwhile: rebuild into a new table, and let the function have it when this is done. An interrupted run is gone
on with by RESUME=1; only what is missing is put, so rows that stand are never changed.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws.dynamodb.items import Item
from chalicelib.adapters.aws.dynamodb.tables import PARTITION_KEY, SORT_KEY, event_sort_key, operation_row
from chalicelib.adapters.aws.dynamodb.writes import ABSENT
from devtools.local.dynamodb import AUDIT_TABLE, HOST, OPERATIONS_TABLE, local_client
from devtools.operate.rebuilding import BrokenChainError, Chain, key_of

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

WORKERS = 8
PROGRESS_EVERY_SECONDS = 5.0
PATIENT = Config(retries={"total_max_attempts": 10, "mode": "standard"}, max_pool_connections=WORKERS)
USAGE = "Usage: make rebuild-guards [FROM=audit table] [TO=operations table] [RESUME=1] [AWS=1]"
WRONG_USE, FAILED = 2, 1


class NotEmptyError(Exception):
    """The operations table holds rows already."""


@dataclass(slots=True)
class Rebuilding:
    """One run; `counts` tell what was done, and `troubles` what a person has to look at."""

    client: "DynamoDBClient"
    audit: str
    operations: str
    now: datetime
    counts: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)

    def require_empty(self) -> None:
        """Refuse a table that somebody uses.

        Raises:
            NotEmptyError: it holds a row.
        """
        if self.client.scan(TableName=self.operations, Limit=1, ConsistentRead=True)["Items"]:
            raise NotEmptyError(f"{self.operations} is not empty.")

    def run(self, *, is_told: bool = False) -> None:
        """Rebuild the rows of every chain."""
        told = time.monotonic()
        with ThreadPoolExecutor(WORKERS) as workers:
            for written in workers.map(self._rebuild, self._opened()):
                self.counts += written
                if is_told and time.monotonic() - told > PROGRESS_EVERY_SECONDS:
                    told = time.monotonic()
                    print(self.summary(), flush=True)

    def summary(self) -> str:
        """Return the figures so far."""
        counts = self.counts
        return (
            f"{counts['chains']:,} chains read: {counts['OP']:,} operations, {counts['GUARD']:,} guards and "
            f"{counts['BOOKING']:,} bookings put, {counts['standing']:,} rows stood already"
        )

    def _opened(self) -> Iterator[str]:
        """Yield the operation of every chain: the trail is looked through once, for the events that open one."""
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.audit,
            ConsistentRead=True,
            FilterExpression=f"{SORT_KEY} = :first AND begins_with({PARTITION_KEY}, :operation)",
            ProjectionExpression=PARTITION_KEY,
            ExpressionAttributeValues={":first": {"S": event_sort_key(1)}, ":operation": {"S": operation_row("")}},
        )
        for page in pages:
            yield from (row[PARTITION_KEY]["S"] for row in page["Items"])

    def _rebuild(self, name: str) -> Counter[str]:
        """Put what one chain tells; return what was done."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.audit,
            KeyConditionExpression=f"{PARTITION_KEY} = :name",
            ExpressionAttributeValues={":name": {"S": name}},
            ConsistentRead=True,
        )
        events = [item["canonical"]["S"].encode() for page in pages for item in page["Items"]]
        done = Counter(chains=1)
        try:
            rows = Chain.read(events).rows(self.now)
        except (BrokenChainError, LookupError, ValueError, TypeError) as error:
            self.troubles.append(f"{name}: nothing is made from these events: {error!r}")
            return done
        for row in rows:
            done[self._put(row, name)] += 1
        return done

    def _put(self, row: Item, name: str) -> str:
        """Put a row unless one stands; return its kind, or that one stood."""
        try:
            self.client.put_item(
                TableName=self.operations,
                Item=row,
                ConditionExpression=ABSENT,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self.client.exceptions.ConditionalCheckFailedException as error:
            standing: Mapping[str, Any] = error.response.get("Item", {})  # type: ignore[assignment]
            if standing.get("operation_id") != row.get("operation_id"):
                self.troubles.append(f"{name}: {key_of(row)} belongs to another operation")
            return "standing"
        return key_of(row).partition("#")[0]


def rebuild(client: "DynamoDBClient", audit: str, operations: str, *, resume: bool) -> int:
    """Rebuild, tell how it went, and return the exit status: not 0 when something was left out."""
    rebuilding = Rebuilding(client, audit, operations, datetime.now(UTC))
    try:
        if not resume:
            rebuilding.require_empty()
        rebuilding.run(is_told=True)
    except NotEmptyError as error:
        print(f"{error} Rebuild into an empty table; RESUME=1 goes on with an interrupted run.", file=sys.stderr)
        return FAILED
    except (BotoCoreError, ClientError) as error:
        print(f"A table cannot be read or written: {error}. Go on with RESUME=1.", file=sys.stderr)
        return FAILED
    print(rebuilding.summary())
    print("\n".join(rebuilding.troubles), end="\n" if rebuilding.troubles else "", file=sys.stderr)
    return FAILED if rebuilding.troubles else 0


def main(arguments: list[str]) -> int:
    """Rebuild from the audit table to the operations table that the arguments name; return the exit status."""
    if len(arguments) not in {0, 2}:
        print(USAGE, file=sys.stderr)
        return WRONG_USE
    audit, operations = arguments or (AUDIT_TABLE, OPERATIONS_TABLE)
    port = os.environ.get("DYNAMODB_PORT")
    make = partial(boto3.client, "dynamodb", config=PATIENT) if port is None else partial(local_client, _local(port))
    with closing(make()) as client:
        return rebuild(client, audit, operations, resume=os.environ.get("RESUME") == "1")


def _local(port: str) -> str:
    return f"http://{HOST}:{port}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
