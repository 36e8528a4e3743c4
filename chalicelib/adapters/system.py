"""The machine: its clocks, its randomness and its threads. The only place that reads the first two."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime
from typing import TypeVar

from chalicelib import log
from chalicelib.domain.errors import Trouble, UpstreamUnavailableError
from chalicelib.domain.operation.operation import operation_id
from chalicelib.domain.time_budget import Deadline
from chalicelib.watch.call import current, watched

T = TypeVar("T")


class SystemClock:
    """The real clocks."""

    def now(self) -> datetime:
        """Return the time of day, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class UlidSource:
    """Operation ids: `op_` and a ULID, 48 bits of the time in milliseconds and 80 of chance."""

    def operation_id(self, now: datetime) -> str:
        """Return an id that sorts by time."""
        return operation_id(int(now.timestamp() * 1000) << 80 | int.from_bytes(os.urandom(10)))


def random_bytes(length: int) -> bytes:
    """Return bytes that nobody can guess."""
    return os.urandom(length)


class ThreadConcurrency:
    """Calls beside ours, on a few threads that are kept; what they note is noted of the call that they work for.

    A call that waits for further ones must not start them here: when all threads do that, none is left to be waited for.
    """

    def __init__(self, maximum_threads: int) -> None:
        self._executor = ThreadPoolExecutor(maximum_threads, thread_name_prefix="read")

    def start(self, call: Callable[[], T], deadline: Deadline) -> Callable[[], T]:
        """Start `call`; the returned function waits for its result until the deadline."""
        future = self._executor.submit(copy_context().run, call)

        def result() -> T:
            # The calls keep the deadline themselves; the half second of grace lets their own, better error win.
            try:
                return future.result(deadline.remaining() + 0.5)
            except TimeoutError as error:
                raise UpstreamUnavailableError(
                    "AdultWork did not answer the checks in time; this request sent nothing. It is safe to try again.",
                    trouble=Trouble.LATE,
                    retry_after_seconds=5,
                ) from error

        return result

    def set_off(self, errand: Callable[[], None]) -> None:
        """Start work that nobody waits for; what it notes has a line of its own, as that of the call may be written by then."""
        trace = current().trace

        def told() -> None:
            with watched(trace) as seen:
                try:
                    errand()
                except Exception as error:  # noqa: BLE001 (nobody else would ever hear of it)
                    log.failure("errand.failed", error)
                if measures := seen.measures():
                    log.event("errand.done", measures=measures)

        self._executor.submit(told)
