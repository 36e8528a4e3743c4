"""Each filter's first page: what it asks of DynamoDB, and how long it takes, beside plain calls that read as much.

*Plain* is what nobody can do without: one Query for each partition that the filter's index has, and the first events of each
operation by key, 25 at a time, one call after the other. It merges nothing, checks nothing and records nothing.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chalicelib.adapters.aws.dynamodb import tables
from chalicelib.adapters.aws.review.batches import pieces
from chalicelib.application.review.door import Visit
from chalicelib.application.review.search_operations import OperationsPage, SearchCommand
from chalicelib.domain.review.desk.filters import Filter
from devtools.bench.audit.stories import (
    BUSY_CANDIDATE,
    BUSY_CLIENT,
    FIRST_BOOKING,
    candidate_of,
    client_of,
    id_of,
    name_of,
)
from devtools.local.dynamodb import AUDIT_TABLE, OPERATIONS_TABLE
from switchboard_cli.tables.world import World

SAMPLES, FEWEST = 21, 5
LONGEST_SECONDS = 20.0  # for one filter; after that, FEWEST samples are enough
FIRST_EVENTS = 4  # as many as the product reads with one request for 25 operations
CHAINS = 25


@dataclass(frozen=True, slots=True)
class Question:
    """One filter: what is asked of a table of some size, as `number` (an operation) and the newest time make it."""

    name: str
    command: Callable[[Visit, int, datetime], SearchCommand]


def _with(**members: Any) -> Callable[[Visit, int, datetime], SearchCommand]:  # noqa: ANN401 (any member of a filter)
    return lambda visit, _number, _newest: SearchCommand(visit, Filter(**members))


def _of_a_day(visit: Visit, number: int, newest: datetime) -> SearchCommand:
    return SearchCommand(visit, Filter(start=newest - timedelta(hours=9), end=newest - timedelta(seconds=number)))


QUESTIONS = (
    Question("newest", _with()),
    Question("a stretch of a day", _of_a_day),
    Question("client, a busy one", lambda visit, _n, _t: SearchCommand(visit, client=BUSY_CLIENT)),
    Question("client", lambda visit, number, _t: SearchCommand(visit, client=client_of(number))),
    Question("candidate, a busy one", lambda visit, _n, _t: SearchCommand(visit, candidate=BUSY_CANDIDATE)),
    Question("candidate", lambda visit, number, _t: SearchCommand(visit, candidate=candidate_of(number))),
    Question("booking", lambda visit, number, _t: SearchCommand(visit, Filter(booking=FIRST_BOOKING + number))),
    Question("operation", lambda visit, number, newest: SearchCommand(visit, Filter(operation=id_of(number, newest)))),
    Question("request id", lambda visit, number, _t: SearchCommand(visit, Filter(request_id=f"bench-{number:08}"))),
    Question("state: CONFIRMED", _with(state="CONFIRMED")),
    Question("state: AMBIGUOUS, rare", _with(state="AMBIGUOUS")),
    Question("rule", _with(rule="duration-minimum")),
    Question("upstream status", _with(upstream_status=402)),
    Question("client and state", lambda visit, _n, _t: SearchCommand(visit, Filter(state="REJECTED"), BUSY_CLIENT)),
)


@dataclass(slots=True)
class Asked:
    """What was asked of DynamoDB: requests by name, and how many rows and entries of indexes came back."""

    requests: Counter[str] = field(default_factory=Counter)
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """One filter in a table of one size. `ours` and `plain` are milliseconds, taken in turns."""

    name: str
    size: int
    requests: int
    rows: int
    examined: int
    found: int
    ours: list[float]
    plain: list[float]


class MeasuredWorld(World):
    """The world of the command line, whose calls to DynamoDB can be counted."""

    @contextmanager
    def counted(self) -> Iterator[Asked]:
        """Count what is asked meanwhile."""
        asked, events = Asked(), self._client.meta.events

        def note(parsed: Mapping[str, Any], model: Any, **_: object) -> None:  # noqa: ANN401 (botocore's own)
            asked.requests[model.name] += 1
            asked.rows += len(parsed.get("Items", ())) + ("Item" in parsed)
            asked.rows += sum(map(len, parsed.get("Responses", {}).values()))

        events.register("after-call.dynamodb", note)
        try:
            yield asked
        finally:
            events.unregister("after-call.dynamodb", note)

    def plain(self, command: SearchCommand, page: OperationsPage, newest: datetime) -> None:
        """Read what a page has read, and as much of it."""
        names = self._keys_of(command, page.examined, newest)
        for some in pieces(names[: page.examined], CHAINS):
            keys = [
                {"pk": {"S": name}, "sk": {"S": tables.event_sort_key(number)}}
                for name in some
                for number in range(1, FIRST_EVENTS + 1)
            ]
            self._client.batch_get_item(RequestItems={AUDIT_TABLE: {"Keys": keys, "ConsistentRead": True}})

    def _keys_of(self, command: SearchCommand, count: int, newest: datetime) -> list[str]:
        """Return the partition keys of the first operations of a filter's index."""
        asked = command.filter_
        if asked.booking is not None:
            name = {"S": tables.booking_row(asked.booking)}
            key: Any = {"pk": name}
            row: Any = self._client.get_item(TableName=OPERATIONS_TABLE, Key=key, ConsistentRead=True)
            changes = self._indexed(tables.BY_CANDIDATE, name, count)
            return [*changes, tables.operation_row(row["Item"]["operation_id"]["S"])]
        if asked.operation is not None:
            return [tables.operation_row(asked.operation)]
        if asked.request_id is not None:
            return self._indexed(tables.BY_REQUEST, {"S": asked.request_id}, count)
        for index, person in ((tables.BY_CLIENT, command.client), (tables.BY_CANDIDATE, command.candidate)):
            if person is not None:
                return self._indexed(index, {"S": name_of(int(person))}, count)
        shards = tables.day_shards(newest)
        return [name for shard in shards for name in self._indexed(tables.BY_DAY, {"S": shard}, count)]

    def _indexed(self, index: tables.Index, value: Mapping[str, str], count: int) -> list[str]:
        answer: Any = self._client.query(
            TableName=AUDIT_TABLE,
            IndexName=index.name,
            KeyConditionExpression="#part = :part",
            ExpressionAttributeNames={"#part": index.attribute},
            ExpressionAttributeValues={":part": value},
            ScanIndexForward=False,
            Limit=max(count, 1),
        )
        return [row["pk"]["S"] for row in answer["Items"]]


def pages(world: MeasuredWorld, size: int, newest: datetime) -> Iterator[Page]:
    """Measure every filter in a table of some size, each as soon as it is there."""
    for question in QUESTIONS:
        yield _page(world, question, size, newest)


def _page(world: MeasuredWorld, question: Question, size: int, newest: datetime) -> Page:
    # Of twenty operations, the one with 7 is an ordinary booking; they are spread over the whole table.
    numbers = [sample * (size // SAMPLES) // 20 * 20 + 7 for sample in range(SAMPLES)]
    visit = world.visit("the bench")
    first = question.command(visit, numbers[0], newest)
    world.search.execute(first)  # the first call makes connections
    with world.counted() as asked:
        page = world.search.execute(first)
    ours: list[float] = []
    plain: list[float] = []
    begun = time.perf_counter()
    for number in numbers:
        if len(ours) >= FEWEST and time.perf_counter() - begun > LONGEST_SECONDS:
            break
        command = question.command(visit, number, newest)
        started = time.perf_counter()
        found = world.search.execute(command)
        between = time.perf_counter()
        world.plain(command, found, newest)
        ours.append((between - started) * 1000)
        plain.append((time.perf_counter() - between) * 1000)
    requests = sum(asked.requests.values())
    return Page(question.name, size, requests, asked.rows, page.examined, len(page.found), ours, plain)
