"""What an answer says about waiting: Retry-After (RFC 9110, section 10.2.3), in seconds or as a date."""

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

SHORTEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1, 3600

_SECONDS = re.compile(r"[0-9]{1,9}")
_DATE = re.compile(r"[A-Za-z]{3,9},? [ -~]{10,40}")  # the library's parser takes much that is no date of HTTP


def retry_after_seconds(header: str | None, now: datetime) -> int | None:
    """Return the seconds to wait from `now`, between a second and an hour; None where nothing readable is said.

    All three forms of a date are taken (the fixed one, RFC 850's and asctime's); one that is over means a second.
    """
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        return _within_bounds(int(text))
    if not _DATE.fullmatch(text):
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:  # asctime's form names no zone; HTTP's dates are UTC
        moment = moment.replace(tzinfo=UTC)
    return _within_bounds(math.ceil((moment - now).total_seconds()))


def _within_bounds(seconds: int) -> int:
    return min(max(seconds, SHORTEST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)
