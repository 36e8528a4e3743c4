"""Where a person is told of: found by index, read by key, and stripped of whatever tells who it was."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.adapters.aws.dynamodb import items, tables, writes
from chalicelib.adapters.aws.people import ends, person_rows
from chalicelib.adapters.aws.people.register import CANCELLED, NOT_HELD, NOT_WRITTEN, SAME_PERSON
from chalicelib.adapters.aws.review import rows
from chalicelib.adapters.aws.review.batches import LARGEST_BATCH, pieces, read_rows
from chalicelib.adapters.aws.review.calls import THREADS, audit_errors, in_time
from chalicelib.domain.people.person import Person
from chalicelib.domain.people.trace import Trace
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

PIECE = 25  # operations: each takes two writes of a transaction, which has room for a hundred
NAMES_ONLY = {"ProjectionExpression": tables.PARTITION_KEY}


@dataclass(frozen=True, slots=True)
class DynamoDBTraces:
    """A Traces on both tables; events and contacts that are given an end get it after these times, none where they are None."""

    client: "DynamoDBClient"
    operations_table: str
    audit_table: str
    events_kept_for: timedelta | None = None
    contacts_kept_for: timedelta | None = None
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(THREADS, thread_name_prefix="person")
    )

    def operations(self, pseudonym: str, account: int | None, deadline: Deadline) -> Iterator[Sequence[str]]:
        """Yield the operations and refusals of a person, in pieces."""
        told: set[str] = set()
        waiting: list[str] = []
        with audit_errors():
            for row in self._named(pseudonym, account, deadline):
                name = rows.operation_id(row)
                if name not in told:
                    told.add(name)
                    waiting.append(name)
                if len(waiting) == PIECE:
                    yield waiting
                    waiting = []
        if waiting:
            yield waiting

    @audit_errors()
    def traces(self, operation_ids: Sequence[str], now: datetime, deadline: Deadline) -> Sequence[Trace]:
        """Return what is stored of each operation."""
        standing = {
            rows.operation_id(row): row for row in self._rows(map(tables.operation_row, operation_ids), deadline)
        }
        guards = {name: guard for name, row in standing.items() if (guard := person_rows.guard_of(row)) is not None}
        found = self._rows(map(tables.guard_row, dict.fromkeys(guards.values())), deadline)
        guard_rows = {row[tables.PARTITION_KEY]["S"]: row for row in found}

        def trace(name: str) -> Trace:
            row, guard = standing.get(name), guards.get(name)
            stands = None
            if row is not None and guard is not None:
                stands = person_rows.standing(row, guard, guard_rows.get(tables.guard_row(guard)), now)
            identities, names = self._told(name, deadline)
            return Trace(name, stands, identities, self._contacts(name, deadline), names)

        return list(self.threads.map(trace, operation_ids))

    @audit_errors(NOT_WRITTEN)
    def strip(self, traces: Sequence[Trace], person: Person | None, now: datetime, deadline: Deadline) -> bool:
        """Take away whatever tells who it was: of rows in transactions that a hold refuses, then of events."""
        for some in pieces(traces, PIECE):
            if not self._strip_rows(some, person, now, deadline):
                return False
            beside = [(trace.operation_id, number) for trace in some for number in trace.identities]
            list(self.threads.map(lambda one: self._forget_identities(one[0], one[1], deadline), beside))
        return True

    @audit_errors()
    def counted(self, user_id: int, now: datetime, deadline: Deadline) -> int:
        """Return how many rows count the bookings and refusals of a UserID."""
        return len(self._counts(user_id, now, deadline))

    @audit_errors(NOT_WRITTEN)
    def forget_counts(self, user_id: int, now: datetime, deadline: Deadline) -> int:
        """Delete these."""
        found = self._counts(user_id, now, deadline)
        list(self.threads.map(lambda name: self._delete(name, deadline), found))
        return len(found)

    @audit_errors(NOT_WRITTEN)
    def keep(self, operation_ids: Sequence[str], deadline: Deadline) -> int:
        """Take the end off every event and contact."""
        return sum(self.threads.map(lambda name: self._ends.take_off(name, deadline), operation_ids))

    @audit_errors(NOT_WRITTEN)
    def let_end(self, operation_ids: Sequence[str], held: frozenset[str], deadline: Deadline) -> int:
        """Give events and contacts their end back, but of operations of who is held."""
        return sum(self.threads.map(lambda name: self._ends.give_back(name, held, deadline), operation_ids))

    @property
    def _ends(self) -> ends.Ends:
        return ends.Ends(self.client, self.audit_table, self.events_kept_for, self.contacts_kept_for)

    def _named(self, pseudonym: str, account: int | None, deadline: Deadline) -> Iterator[dict[str, Any]]:
        """Yield the entries of both indexes, and of the index of open operations."""
        for index, attribute in (person_rows.BY_CLIENT, person_rows.BY_CANDIDATE):
            yield from self._query(self.audit_table, index, attribute, rows.text(pseudonym), deadline)
        if account is None:
            return
        shard = rows.text(tables.open_shard(account))
        for row in self._query(self.operations_table, tables.OPEN.name, tables.OPEN.attribute, shard, deadline):
            if row[tables.ACCOUNT]["N"] == str(account):
                yield row

    def _query(
        self, table: str, index: str, attribute: str, value: rows.Attribute, deadline: Deadline
    ) -> Iterator[dict[str, Any]]:
        arguments: Any = {
            "TableName": table,
            "IndexName": index,
            "KeyConditionExpression": "#part = :part",
            "ExpressionAttributeNames": {"#part": attribute},
            "ExpressionAttributeValues": {":part": value},
        }
        yield from ends.pages(self.client, arguments, deadline)

    def _rows(self, names: Any, deadline: Deadline, projection: Any = None) -> list[dict[str, Any]]:  # noqa: ANN401 (any iterable; boto3's)
        keys = [person_rows.key(name) for name in names]
        read = self.threads.map(
            lambda some: read_rows(self.client, self.operations_table, some, deadline, projection),
            pieces(keys, LARGEST_BATCH),
        )
        return [row for some in read for row in some]

    def _told(self, operation_id: str, deadline: Deadline) -> tuple[tuple[int, ...], frozenset[str]]:
        """Return the numbers of events with sealed identities beside them, and the pseudonyms that indexes find it by."""
        named = (person_rows.BY_CLIENT[1], person_rows.BY_CANDIDATE[1])
        arguments: Any = {
            **ends.of_partition(self.audit_table, tables.operation_row(operation_id)),
            "ProjectionExpression": ", ".join((tables.SORT_KEY, person_rows.PEOPLE, *named)),
        }
        found = list(ends.pages(self.client, arguments, deadline))
        identities = tuple(int(row[tables.SORT_KEY]["S"]) for row in found if person_rows.PEOPLE in row)
        return identities, frozenset(row[name]["S"] for row in found for name in named if "S" in row.get(name, {}))

    def _contacts(self, operation_id: str, deadline: Deadline) -> int:
        arguments = ends.of_partition(self.audit_table, tables.contact_row(operation_id)) | NAMES_ONLY
        return sum(1 for _ in ends.pages(self.client, arguments, deadline))

    def _strip_rows(self, traces: Sequence[Trace], person: Person | None, now: datetime, deadline: Deadline) -> bool:
        parts: Any = [] if person is None else [{"ConditionCheck": self._while_free(person)}]
        parts += [{"Update": self._stripped(trace)} for trace in traces if trace.row is not None]
        guards = dict.fromkeys(trace.row.guard for trace in traces if trace.row is not None)
        parts += [{"Delete": self._without_guard(guard, now)} for guard in guards]
        if not parts:
            return True
        try:
            in_time(lambda: self.client.transact_write_items(TransactItems=parts), deadline)
        except ClientError as error:
            if error.response["Error"]["Code"] != CANCELLED:
                raise
            return False
        return True

    def _while_free(self, person: Person) -> dict[str, Any]:
        return {
            "TableName": self.operations_table,
            "Key": person_rows.person_key(person.user_id),
            "ConditionExpression": f"{SAME_PERSON} AND {NOT_HELD}",
            "ExpressionAttributeValues": {":pseudonym": items.text(person.pseudonym)},
        }

    def _stripped(self, trace: Trace) -> dict[str, Any]:
        names = {f"#{number}": name for number, name in enumerate(person_rows.TELLING)}
        head = "" if trace.row is None else trace.row.head
        return {
            "TableName": self.operations_table,
            "Key": person_rows.key(tables.operation_row(trace.operation_id)),
            "UpdateExpression": f"SET {items.STRIPPED} = :yes REMOVE {', '.join(names)}",
            "ConditionExpression": writes.UNCHANGED,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {":yes": {"BOOL": True}, ":head": items.hashed(head)},
        }

    def _without_guard(self, guard: str, now: datetime) -> dict[str, Any]:
        """Return the deletion of a guard that does not hold any more; DynamoDB deletes it days later."""
        return {
            "TableName": self.operations_table,
            "Key": person_rows.key(tables.guard_row(guard)),
            "ConditionExpression": writes.ABSENT_OR_EXPIRED,
            "ExpressionAttributeValues": {":now": items.expired_before(now)},
        }

    def _forget_identities(self, operation_id: str, number: int, deadline: Deadline) -> None:
        ends.change(
            self.client, self.audit_table, tables.operation_row(operation_id), tables.event_sort_key(number),
            f"REMOVE {person_rows.PEOPLE}", deadline,
        )  # fmt: skip

    def _counts(self, user_id: int, now: datetime, deadline: Deadline) -> list[str]:
        found = self._rows(person_rows.count_names(user_id, now), deadline, NAMES_ONLY)
        return [row[tables.PARTITION_KEY]["S"] for row in found]

    def _delete(self, name: str, deadline: Deadline) -> None:
        in_time(lambda: self.client.delete_item(TableName=self.operations_table, Key=person_rows.key(name)), deadline)
