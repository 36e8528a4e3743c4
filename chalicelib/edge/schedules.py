"""What the clock asks for, and no caller."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from chalice.app import Chalice, CloudWatchEvent, Rate

from chalicelib import log
from chalicelib.application.operations.housekeeping import Expired
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.container import Container, ExpiresOperations
from chalicelib.watch.call import watched
from chalicelib.watch.cause import cause_of

LOOKS_IN_VAIN = 2
RESERVE_SECONDS = 2.0  # for a last write that is under way, and for the line that tells what was done


class ScheduleFailedError(Exception):
    """What was asked for was not done; its line in the log says why. Lambda counts it, and its text shows nothing."""


def schedule(app: Chalice, container: Callable[[], Container]) -> Callable[[dict[str, Any], object], None]:
    """Register the hourly flagging of operations that nobody came back for; return its handler.

    Lambda looks the handler up by its name in the module of the app, so it has to be there as `expire_operations`.
    """

    @app.schedule(Rate(1, unit=Rate.HOURS), description="Flag operations that nobody came back for.")
    def expire_operations(event: CloudWatchEvent) -> None:
        """Flag them some at a time, until there are none or the time is up; the next hour does the rest.

        What was flagged is told whatever else failed: each of these a person has to look at.
        """
        context: Any = event.context
        request_id = str(context.aws_request_id)
        with watched() as call:
            run = _Run(container, request_id, _deadline(context))
            run.expire()
            run.look()
            log.event(
                "operations.expired",
                level=logging.ERROR if run.flagged else logging.INFO,
                measures=call.measures() | ({"OperationsExpired": run.flagged} if run.flagged else {}),
                count=run.flagged,
                request_id=request_id,
            )
        if run.failed:
            raise ScheduleFailedError("operations could not be expired")

    handler: Callable[[dict[str, Any], object], None] = expire_operations
    return handler


class _Run:
    """One run: how many operations it has flagged, and how much of it has failed, each with a line."""

    def __init__(self, container: Callable[[], Container], request_id: str, deadline: Deadline) -> None:
        self._container = container
        self._request_id = request_id
        self._deadline = deadline
        self.flagged = self.failed = 0

    def expire(self) -> None:
        """Flag operations, look after look: of one kind, of the other, and so on, until one turn flags nothing.

        A look is at the oldest of all kinds, and flags those of its own. Behind many of one kind, the other comes into sight
        only when these are flagged.
        """
        with self._told():
            keepers = (self._container().housekeeping, self._container().also_expires())
            turn = 0
            while self._expire_by(keepers[turn % len(keepers)]) or turn + 1 < len(keepers):
                turn += 1

    def _expire_by(self, keeper: ExpiresOperations) -> int:
        """Flag operations of one kind, as far as they are in sight; return how many."""
        before = self.flagged
        for look in _looks(keeper, self._request_id, self._deadline):
            self.flagged += look.flagged
            for error in look.failures:
                self._tell(error)
        return self.flagged - before

    def look(self) -> None:
        """Tell what is open after that, and which operation for longest."""
        with self._told():
            standing = self._container().look_at_open().execute(self._deadline)
            log.event(
                "operations.open",
                measures={"OpenOperations": standing.count, "OldestOpenSeconds": standing.oldest_seconds},
                count=standing.count,
                operation_id=standing.oldest_id,
                request_id=self._request_id,
            )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell of whatever is raised, which Lambda would log with its text."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 (whatever it is)
            self._tell(error)

    def _tell(self, error: Exception) -> None:
        self.failed += 1
        told = {"cause": cause_of(error), "settings": getattr(error, "names", None), "request_id": self._request_id}
        log.failure("expire_operations.failed", error, **told)


def _looks(housekeeping: ExpiresOperations, request_id: str, deadline: Deadline) -> Iterator[Expired]:
    """Flag operations until there are none left; yield what each look has come to.

    One look in vain is no end: it may have found only operations whose function died, which are flagged by the next.
    """
    in_vain = 0
    while in_vain < LOOKS_IN_VAIN:
        look = housekeeping.expire_operations(request_id, deadline)
        yield look
        in_vain = 0 if look.flagged else in_vain + 1


def _deadline(context: Any) -> Deadline:  # noqa: ANN401 (Lambda's own)
    """Return the end of this call, on the platform's own countdown: the edge reads no clock."""

    def elapsing() -> float:
        return -float(context.get_remaining_time_in_millis()) / 1000

    return Deadline(elapsing, elapsing(), -RESERVE_SECONDS)
