"""The bookings that the benchmark makes: each one valid, each at another minute, so that no guard holds it."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from devtools.local.example import ORIGIN, PATH
from devtools.local.paths import Match
from devtools.local.rest_event import HttpRequest, to_event

CREATED = 201
TOKEN, SECOND_TOKEN, THIRD_TOKEN = "client-token", "refreshed-client-token", "other-client-token"
CANDIDATE, DURATION, CREDITS = 123456, 15, 32
MINUTES_A_DAY = 600  # from 10:00 on: away from the hours that summer time doubles or leaves out
FIRST_DAY = timedelta(days=30)


class WrongAnswerError(Exception):
    """A sample was not a correct booking, so there is nothing to compare."""


@dataclass(slots=True)
class Bookings:
    """The events of one run, no two alike."""

    first_day: datetime = field(default_factory=lambda: datetime.now(UTC) + FIRST_DAY)
    _numbers: "count[int]" = field(default_factory=count)

    def events(self, number: int, token: str = TOKEN) -> list[dict[str, Any]]:
        """Return some more gateway events, each with a key of its own."""
        return [self._event(token) for _ in range(number)]

    def _event(self, token: str) -> dict[str, Any]:
        days, minutes = divmod(next(self._numbers), MINUTES_A_DAY)
        morning = self.first_day.replace(hour=10, minute=0, second=0, microsecond=0)
        session = morning + timedelta(days=days, minutes=minutes)
        body = {
            "BookUserID": CANDIDATE,
            "SessionDate": f"{session:%Y-%m-%d %H:%M}",
            "Duration": DURATION,
            "Method": 1,
            "PhoneNumber": "07700900123",
            "Credits": CREDITS,
            "AcceptBy": f"{session - timedelta(days=1):%Y-%m-%d %H:%M}",
            "Comments": "Ring twice, please; the line is slow.",
        }
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.uuid4()),
            "Origin": ORIGIN,
        }
        request = HttpRequest("POST", PATH, "", tuple(headers.items()), json.dumps(body).encode(), "127.0.0.1")
        return to_event(request, Match(PATH, {}), str(uuid.uuid4()))


def require_booked(events: Sequence[dict[str, Any]], answers: Sequence[tuple[int, str]]) -> None:
    """Check that each answer is the booking that its event asked for, with exact values.

    Raises:
        WrongAnswerError: one is not.
    """
    for event, (status, body) in zip(events, answers, strict=True):
        asked = json.loads(event["body"])
        told = json.loads(body) if status == CREATED else {}
        is_booked = (
            isinstance(told.get("BookingID"), int)
            and told.get("Candidate", {}).get("UserID") == asked["BookUserID"]
            and told.get("SessionDate", "").startswith(asked["SessionDate"].replace(" ", "T"))
            and told.get("Comments") == asked["Comments"]
            and (told.get("Duration"), told.get("Credits"), told.get("AcceptedDate", "")) == (DURATION, CREDITS, None)
        )
        if not is_booked:
            raise WrongAnswerError(f"{status}: {body}")
