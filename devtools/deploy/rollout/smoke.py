"""Whether what was deployed answers: its health, and a preflight as a browser sends it."""

import time
from collections.abc import Iterable

import requests

from devtools.deploy.rollout.cloud import DeployError
from switchboard_cli.doctor.account import Front

PATH = "/v1/PhoneChat/CreateBooking"
SECONDS = 30
TRIES = 10  # a new API is not known everywhere at once


def smoke_test(front: Front, origins: Iterable[str], pause_seconds: float) -> None:
    """Ask for the health, and as a page of each origin for leave to book.

    Raises:
        DeployError: an answer is not as it must be.
    """
    for attempt in range(TRIES):
        if (answer := _status(front)) == "200":
            break
        time.sleep(pause_seconds * (attempt + 1))
    else:
        raise DeployError(f"GET {front.url}/health answers {answer}, not 200. The function's log says more.")
    for origin in origins:
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        told = requests.options(front.url + PATH, headers={**front.headers, **asked}, timeout=SECONDS)
        if told.headers.get("Access-Control-Allow-Origin") != origin:
            raise DeployError(
                f"A page of {origin} may not book: the preflight answers {told.status_code} without leave."
            )


def _status(front: Front) -> str:
    """Return the status of the health, or what kept it from being asked."""
    try:
        return str(requests.get(f"{front.url}/health", headers=front.headers, timeout=SECONDS).status_code)
    except requests.RequestException as error:
        return type(error).__name__
