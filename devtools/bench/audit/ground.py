"""The ground of the bench: a stack of its own, filled through the writers of rows, and the digests over what is in it."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from chalicelib.adapters.aws.dynamodb import items
from chalicelib.adapters.aws.dynamodb.items import Item
from chalicelib.adapters.aws.person_row import PREFIX, person_row
from chalicelib.adapters.aws.review.batches import pieces
from chalicelib.adapters.aws.review.digest_bucket import S3DigestShelf
from chalicelib.adapters.aws.review.digest_kms import KmsDigestKey
from chalicelib.domain.audit.coverage import DigestedHour
from chalicelib.domain.audit.digest import HOUR, Digest, Entry, due_at, hour_of, make_digest, newest_due, placed
from chalicelib.domain.audit.stored_event import StoredEvent
from chalicelib.domain.time_budget import Deadline
from devtools.bench.audit.stories import Story, name_of, story
from devtools.local.dynamodb import AUDIT_TABLE, OPERATIONS_TABLE, LocalDynamoDB, create_tables
from devtools.local.review.digests import DIGEST_KEY, create_digest_store, local_service
from devtools.operate.rebuilding import Chain

Row = tuple[str, Item]  # its table, and itself

ROWS_AT_ONCE = 25  # DynamoDB takes no more
STORIES_AT_ONCE = 500
WRITERS = 4
BACK = timedelta(hours=3)  # the newest operation is that old: all that came of it is covered by a digest
DIGESTS_SECONDS = 24 * 3600.0
TOLD_EVERY_SECONDS = 5.0


@dataclass(slots=True)
class Progress:
    """Tells how far a long piece of work is, on the standard error."""

    what: str
    whole: int
    done: int = 0
    _started: float = field(default_factory=time.monotonic)
    _told: float = field(default_factory=time.monotonic)

    def took(self, count: int) -> None:
        """Count some more, and tell now and then."""
        self.done += count
        now = time.monotonic()
        if now - self._told > TOLD_EVERY_SECONDS or self.done == self.whole:
            self._told = now
            seconds = now - self._started
            print(f"  {seconds:4.0f} s  {self.what}: {self.done:,} of {self.whole:,}", file=sys.stderr, flush=True)


class Ground:
    """A database of its own; a context manager. `newest` is when the newest operation began."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self.newest = (datetime.now(UTC) - BACK).replace(microsecond=0)
        self.size = 0
        self.port = 0
        self.endpoint_url = ""
        self._entries: dict[datetime, list[tuple[datetime, Entry]]] = {}
        self._registered: set[int] = set()

    def __enter__(self) -> Self:
        database = self._open.enter_context(LocalDynamoDB())
        self.endpoint_url, self.port = database.endpoint_url, database.port or 0
        create_tables(self.endpoint_url)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def fill(self, size: int) -> None:
        """Add older operations until there are `size`."""
        progress = Progress("operations made", size, self.size)
        client = local_service("dynamodb", self.endpoint_url)
        numbers = range(self.size, size)
        with ThreadPoolExecutor(WRITERS) as writers:
            for some in pieces(numbers, STORIES_AT_ONCE):
                told = [story(number, self.newest) for number in some]
                list(
                    writers.map(
                        lambda rows: _write(client, rows), pieces([*self._register(told), *_rows(told)], ROWS_AT_ONCE)
                    )
                )
                for one in told:
                    self._remember(one)
                progress.took(len(some))
        client.close()
        self.size = size

    def _register(self, stories: Iterable[Story]) -> list[Row]:
        """Return the register's rows of whoever has none yet."""
        people = {user_id for told in stories for user_id in told.people} - self._registered
        self._registered |= people
        return [(OPERATIONS_TABLE, person_row(user_id, name_of(user_id), self.newest)) for user_id in people]

    def digest(self, bucket: str) -> int:
        """Make the digests of all hours into a bucket, each when it was due; return how many."""
        create_digest_store(self.endpoint_url, bucket)
        s3, kms = local_service("s3", self.endpoint_url), local_service("kms", self.endpoint_url)
        shelf, key = S3DigestShelf(s3, bucket), KmsDigestKey(kms, DIGEST_KEY)
        deadline = Deadline.after(time.monotonic, DIGESTS_SECONDS)
        first, last = min(self._entries), newest_due(datetime.now(UTC))
        hours = [first + number * HOUR for number in range((last - first) // HOUR + 1)]
        progress, previous = Progress("digests made", len(hours)), None
        for hour in hours:
            previous = self._digest(hour, previous, shelf, key, deadline)
            progress.took(1)
        return len(hours)

    def _digest(
        self, hour: datetime, previous: Digest | None, shelf: S3DigestShelf, key: KmsDigestKey, deadline: Deadline
    ) -> Digest:
        digest, listing = make_digest(previous, hour, due_at(hour), self._entries.get(hour, ()))
        shelf.add(hour, DigestedHour(key.signed(digest.canonical(), deadline), listing), deadline)
        return digest

    def _remember(self, told: Story) -> None:
        for hour, entry in placed(map(StoredEvent.read, told.canonical)):
            self._entries.setdefault(hour_of(hour), []).append((hour, entry))


def _rows(stories: Iterable[Story]) -> Iterator[Row]:
    """Yield every row of some operations that still stands now, as the product writes them."""
    now = datetime.now(UTC)
    for told in stories:
        yield from ((AUDIT_TABLE, items.audit_event(event)) for event in told.events)
        yield from _operations(told, now)


def _operations(told: Story, now: datetime) -> Iterable[Row]:
    """Return the rows of an operation, without those of its people: many operations share them."""
    return (
        (OPERATIONS_TABLE, row)
        for row in Chain.read(told.canonical, told.people).rows(now)
        if not row["pk"]["S"].startswith(PREFIX)
    )


def _write(client: Any, rows: Sequence[Row]) -> None:  # noqa: ANN401 (boto3's)
    """Put some rows.

    Raises:
        RuntimeError: the stand-in has left some out.
    """
    asked: dict[str, list[Any]] = {}
    for table, row in rows:
        asked.setdefault(table, []).append({"PutRequest": {"Item": row}})
    if client.batch_write_item(RequestItems=asked)["UnprocessedItems"]:
        raise RuntimeError("rows were left out")
