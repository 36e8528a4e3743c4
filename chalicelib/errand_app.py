"""The Lambda entry of custodians' errands, each hour: no framework, no caller, the clock alone."""

import os
from typing import Any

from chalicelib import log
from chalicelib.composition.errands import build
from chalicelib.domain.time_budget import Deadline
from chalicelib.watch.cause import cause_of

RESERVE_SECONDS = 5.0  # for the line that tells what was done


class ErrandsFailedError(Exception):
    """An errand could not be run; its line in the log says why. Lambda counts it, and its text shows nothing."""


def run_errands(event: object, context: Any) -> None:  # noqa: ANN401 (Lambda's own)
    """Do what custodians have left to the clock."""
    del event
    log.configure(os.environ)
    request_id = str(context.aws_request_id)
    try:
        ran = build(os.environ).execute(_deadline(context))
    except Exception as error:  # noqa: BLE001 (whatever it is: Lambda would log it with its text)
        told = {"cause": cause_of(error), "settings": getattr(error, "names", None), "request_id": request_id}
        log.failure("run_errands.failed", error, **told)
        raise ErrandsFailedError("errands could not be run") from None
    log.event("errands.run", count=ran.rows, request_id=request_id)


def _deadline(context: Any) -> Deadline:  # noqa: ANN401 (the same)
    """Return the end of this call, on the platform's own countdown."""

    def elapsing() -> float:
        return -float(context.get_remaining_time_in_millis()) / 1000

    return Deadline(elapsing, elapsing(), -RESERVE_SECONDS)
