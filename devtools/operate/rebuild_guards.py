"""`make rebuild-guards`: make the rows of a lost operations table again, from the audit trail into an empty table.

Nobody may book meanwhile: rebuild into a new table, and let the function have it when this is done. An interrupted run is gone
on with by RESUME=1, and so is a table that was restored to an earlier second: what is missing is put, an operation that stands as
it was some events ago is brought forward, and a guard that was freed since is taken away. No other row is changed.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws.dynamodb.items import PEOPLE, STRIPPED, Item
from chalicelib.adapters.aws.dynamodb.tables import PARTITION_KEY, SORT_KEY, event_sort_key, guard_row, operation_row
from chalicelib.adapters.aws.dynamodb.writes import ABSENT, OURS, UNCHANGED, free_guard
from chalicelib.adapters.aws.people_seal import opened
from chalicelib.adapters.aws.person_row import PSEUDONYM
from chalicelib.adapters.aws.secrets import read_secrets
from chalicelib.domain.errors import SealBrokenError
from chalicelib.domain.keyed_hash import HmacKey
from devtools.local.dynamodb import AUDIT_TABLE, HOST, OPERATIONS_TABLE, local_client
from devtools.operate.rebuilding import BrokenChainError, Chain, People, key_of

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

WORKERS = 8
PROGRESS_EVERY_SECONDS = 5.0
PATIENT = Config(retries={"total_max_attempts": 10, "mode": "standard"}, max_pool_connections=WORKERS)
USAGE = "Usage: make rebuild-guards [FROM=audit table] [TO=operations table] [RESUME=1] [AWS=1]"
WRONG_USE, FAILED = 2, 1
FORWARD, FREED, TAKEN = "forward", "freed", "taken"
ANSWER = "answer"  # kept for repeats; no event tells it


class NotEmptyError(Exception):
    """The operations table holds rows already."""


@dataclass(slots=True)
class Rebuilding:
    """One run; `counts` tell what was done, and `troubles` what a person has to look at."""

    client: "DynamoDBClient"
    audit: str
    operations: str
    now: datetime
    keys: Sequence[HmacKey] = ()
    counts: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)
    _taken: list[tuple[Item, str]] = field(default_factory=list, init=False)

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
        for row, name in self._taken:  # by now the guards that were freed are gone
            kind = self._put(row, name)
            self.counts[kind] += 1
            if kind == TAKEN:
                self.troubles.append(f"{name}: {key_of(row)} belongs to another operation")

    def summary(self) -> str:
        """Return the figures so far."""
        counts = self.counts
        return (
            f"{counts['chains']:,} chains read: {counts['OP']:,} operations, {counts['GUARD']:,} guards and "
            f"{counts['BOOKING']:,} bookings put, {counts['standing']:,} rows stood already, {counts[FORWARD]:,} operations "
            f"brought forward and {counts[FREED]:,} guards freed; {counts['PERSON']:,} people named; "
            f"of {counts['unknown']:,} operations nobody can tell whose they were: no guard stands for these"
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
        stored = [item for page in pages for item in page["Items"]]
        events = [item["canonical"]["S"].encode() for item in stored]
        done = Counter(chains=1)
        try:
            chain = Chain.read(events, self._people(name, stored))
            rows = chain.rows(self.now)
        except SealBrokenError as error:
            self.troubles.append(f"{name}: {error}")
            return done
        except (BrokenChainError, LookupError, ValueError, TypeError) as error:
            self.troubles.append(f"{name}: nothing is made from these events: {error!r}")
            return done
        done["unknown"] += chain.claim is not None and chain.people is None
        done[FREED] += self._free(chain)
        for row in rows:
            kind = self._put(row, name)
            if kind == "standing" and key_of(row) == name:
                kind = self._bring_forward(row, chain)
            if kind == TAKEN:
                self._taken.append((row, name))
            else:
                done[kind] += 1
        return done

    def _free(self, chain: Chain) -> bool:
        """Take away a guard that an operation held once, if it stands and is still that operation's."""
        guard = chain.freed_guard()
        if guard is None:
            return False
        write = free_guard(self.operations, str(chain.documents[0]["operation_id"]), guard, OURS)["Delete"]
        try:
            self.client.delete_item(**write)
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _bring_forward(self, row: Item, chain: Chain) -> str:
        """Put an operation's row in the place of the one that stands, if that is an earlier one; its kept answer stays."""
        key = {PARTITION_KEY: row[PARTITION_KEY]}
        standing = self.client.get_item(TableName=self.operations, Key=key, ConsistentRead=True)["Item"]
        if STRIPPED in standing or not chain.is_behind(standing):
            return "standing"
        answer = {ANSWER: standing[ANSWER]} if ANSWER in standing else {}
        self.client.put_item(
            TableName=self.operations,
            Item={**row, **answer},
            ConditionExpression=UNCHANGED,
            ExpressionAttributeValues={":head": standing["head"]},
        )
        return FORWARD

    def _people(self, name: str, stored: Sequence[Mapping[str, Any]]) -> People | None:
        """Return who an operation is of, by its newest claim that tells it under a key that is known.

        Raises:
            SealBrokenError: it was changed.
        """
        operation_id = name.removeprefix(operation_row(""))
        sealed = [bytes(item[PEOPLE]["B"]) for item in reversed(stored) if PEOPLE in item]
        told = (opened(one, operation_id, self.keys) for one in sealed)
        return next((people for people in told if people is not None), None)

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
            if any(standing.get(one) != row.get(one) for one in ("operation_id", PSEUDONYM)):
                return self._taken_by_another(row, name)
            return "named" if PSEUDONYM in row else "standing"
        return key_of(row).partition("#")[0]

    def _taken_by_another(self, row: Item, name: str) -> str:
        """Return that a guard is another's, which may be about to be freed; say so at once of what is never freed."""
        if key_of(row).startswith(guard_row("")):
            return TAKEN
        self.troubles.append(f"{name}: {key_of(row)} belongs to another operation")
        return "standing"


def rebuild(
    client: "DynamoDBClient", audit: str, operations: str, *, resume: bool, keys: Sequence[HmacKey] = ()
) -> int:
    """Rebuild, tell how it went, and return the exit status: not 0 when something was left out."""
    rebuilding = Rebuilding(client, audit, operations, datetime.now(UTC), keys)
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
    try:
        keys = read_secrets(os.environ).hmac_keys
    except ValueError as error:
        print(
            f"{error}. It opens who each operation is of: give it as the environment of the function had it.",
            file=sys.stderr,
        )
        return WRONG_USE
    port = os.environ.get("DYNAMODB_PORT")
    make = partial(boto3.client, "dynamodb", config=PATIENT) if port is None else partial(local_client, _local(port))
    with closing(make()) as client:
        return rebuild(client, audit, operations, resume=os.environ.get("RESUME") == "1", keys=keys)


def _local(port: str) -> str:
    return f"http://{HOST}:{port}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
