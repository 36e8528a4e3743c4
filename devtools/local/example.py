"""A booking that is valid today, for the demo and for what `make run` prints."""

import json
import shlex
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

TOKEN = "client-token"  # noqa: S105 (a token of the sandbox's cast)
PATH = "/v1/PhoneChat/CreateBooking"
ORIGIN = "http://localhost:5173"


def now_on_upstream_clock(zone: str = "Europe/London") -> datetime:
    """Return the present minute on the upstream's clock."""
    return datetime.now(ZoneInfo(zone))


def booking(now: datetime) -> dict[str, Any]:
    """Return a booking a week after `now`, at a minute of the day that moves with the clock.

    So an example made later is another booking, and no guard of an earlier one stands in its way. Times lie from 10:00
    to 21:59, away from the hours that summer time doubles or leaves out.
    """
    minute = 10 * 60 + (now.hour * 60 + now.minute) // 2
    session = datetime.combine(now.date() + timedelta(days=7), datetime.min.time()) + timedelta(minutes=minute)
    return {
        "BookUserID": 123456,
        "SessionDate": f"{session:%Y-%m-%d %H:%M}",
        "Duration": 15,
        "Method": 1,
        "PhoneNumber": "07123456789",
        "Credits": 32,
        "AcceptBy": f"{session - timedelta(days=1):%Y-%m-%d %H:%M}",
    }


def curl_booking(url: str, now: datetime) -> str:
    """Return a command line that books; its Idempotency-Key belongs to this minute."""
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "Content-Type": "application/json",
        "Idempotency-Key": f"example-{now:%Y%m%d-%H%M%S}",
        "Origin": ORIGIN,
    }
    lines = [f"curl -i {url}{PATH}", *(f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items())]
    return " \\\n  ".join([*lines, f"-d {shlex.quote(json.dumps(booking(now)))}"])


def curl_preflight(url: str) -> str:
    """Return a command line that asks what a browser asks before it books."""
    asked = ("Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization, content-type")
    lines = [f"curl -i -X OPTIONS {url}{PATH}", f"-H 'Origin: {ORIGIN}'", *(f"-H '{header}'" for header in asked)]
    return " \\\n  ".join(lines)
