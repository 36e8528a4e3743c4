"""What the clock asks for, and no caller."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from chalice.app import Chalice, CloudWatchEvent, Rate

from chalicelib import log
from chalicelib.application.operations.housekeeping import Expired
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.container import Container, ExpiresOperations

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
        count = failed = 0
        try:
            for keeper in (container().housekeeping, container().also_expires()):
                for look in _looks(keeper, request_id, _deadline(context)):
                    count += look.flagged
                    failed += len(look.failures)
                    _tell(look.failures, request_id)
        except Exception as error:  # noqa: BLE001 (whatever it is: Lambda would log it with its text)
            failed += 1
            _tell([error], request_id)
        log.event(
            "operations.expired",
            level=logging.ERROR if count else logging.INFO,
            metric="OperationsExpired" if count else None,
            count=count,
            request_id=request_id,
        )
        if failed:
            raise ScheduleFailedError("operations could not be expired")

    handler: Callable[[dict[str, Any], object], None] = expire_operations
    return handler


def _looks(housekeeping: ExpiresOperations, request_id: str, deadline: Deadline) -> Iterator[Expired]:
    """Flag operations until there are none left; yield what each look has come to.

    One look in vain is no end: it may have found only operations whose function died, which are flagged by the next.
    """
    in_vain = 0
    while in_vain < LOOKS_IN_VAIN:
        look = housekeeping.expire_operations(request_id, deadline)
        yield look
        in_vain = 0 if look.flagged else in_vain + 1


def _tell(failures: Iterable[Exception], request_id: str) -> None:
    """Write a line for each failure."""
    for error in failures:
        log.failure("expire_operations.failed", error, request_id=request_id)


def _deadline(context: Any) -> Deadline:  # noqa: ANN401 (Lambda's own)
    """Return the end of this call, on the platform's own countdown: the edge reads no clock."""

    def elapsing() -> float:
        return -float(context.get_remaining_time_in_millis()) / 1000

    return Deadline(elapsing, elapsing(), -RESERVE_SECONDS)
