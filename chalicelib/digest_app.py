"""The Lambda entry of the hourly digests: no framework, no caller, the clock alone."""

import logging
import os
from typing import Any

from chalicelib import log
from chalicelib.composition.digests import build
from chalicelib.domain.time_budget import Deadline
from chalicelib.watch.cause import cause_of

RESERVE_SECONDS = 5.0  # for the line that tells what was done


class DigestsFailedError(Exception):
    """A digest could not be made; its line in the log says why. Lambda counts it, and its text shows nothing."""


def make_digests(event: object, context: Any) -> None:  # noqa: ANN401 (Lambda's own)
    """Make the digest of every complete hour that has none."""
    del event
    log.configure(os.environ)
    request_id = str(context.aws_request_id)
    try:
        made = build(os.environ).execute(_deadline(context))
    except Exception as error:  # noqa: BLE001 (whatever it is: Lambda would log it with its text)
        told = {"cause": cause_of(error), "settings": getattr(error, "names", None), "request_id": request_id}
        log.failure("make_digests.failed", error, **told)
        raise DigestsFailedError("digests could not be made") from None
    counted = {"DigestsMade": made.digests}
    log.event("digests.made", measures=counted, count=made.digests, request_id=request_id)
    if made.unreadable:
        counted = {"DigestsUnreadable": made.unreadable}
        log.event(
            "digests.unreadable", level=logging.ERROR, measures=counted, count=made.unreadable, request_id=request_id
        )
    if made.is_behind:
        log.event("digests.behind", level=logging.WARNING, metric="DigestsBehind", request_id=request_id)


def _deadline(context: Any) -> Deadline:  # noqa: ANN401 (the same)
    """Return the end of this call, on the platform's own countdown."""

    def elapsing() -> float:
        return -float(context.get_remaining_time_in_millis()) / 1000

    return Deadline(elapsing, elapsing(), -RESERVE_SECONDS)
