"""Values that would be recognised wherever they went."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

YEAR = datetime.now(UTC).year + 1
DAY = f"{YEAR}-06-21"
CANDIDATE = 200003  # names no price, so that thousands of bookings cost nothing
PHONE = "07911860047"
SKYPE = "canary.skype.name"
COMMENTS = "The canary sings at midnight"
KEY = "canary-idempotency-key"
TOKENS = ("client-token", "refreshed-client-token", "other-client-token", "performer-token")
SECRETS = (PHONE, PHONE[1:], SKYPE, COMMENTS, KEY, *TOKENS)


def booking(**changes: object) -> dict[str, Any]:
    """Return the members of a sound booking that holds every secret a booking can hold, with changes."""
    return {
        "BookUserID": CANDIDATE,
        "SessionDate": f"{DAY} 21:30",
        "Duration": 15,
        "Method": 1,
        "PhoneNumber": PHONE,
        "SkypeName": SKYPE,
        "Credits": 0,
        "AcceptBy": f"{DAY} 18:00",
        "Comments": COMMENTS,
    } | changes


def headers(token: str, key: str | None = None) -> dict[str, str]:
    """Return the headers of a request."""
    given = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key}
    return {name: value for name, value in given.items() if value is not None}


def heard_in(texts: Mapping[str, str]) -> Iterator[str]:
    """Tell where a secret is."""
    for place, text in texts.items():
        for secret in SECRETS:
            if secret in text:
                yield f"{secret!r} is in the {place}"
