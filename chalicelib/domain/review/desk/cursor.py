"""Cursors: where a page ended and which way it goes on, in a text that only we read, and believe nothing of unchecked.

Nothing secret is in a cursor and no right hangs on it: who changes one comes out at another place of the same search. So it is
validated, and not signed: the reviewers' function holds no secret.
"""

import base64
import json
import re
from datetime import UTC, datetime

from chalicelib.domain.canonical import canonical_bytes
from chalicelib.domain.review.desk.filters import Filter
from chalicelib.domain.review.desk.position import ABOVE_ALL, Direction, Position
from chalicelib.domain.reviewer_errors import InvalidQueryError
from chalicelib.domain.violation import Violation

VERSION = 1
LONGEST = 300  # characters

_ID = re.compile(rf"(op_[0-9A-HJKMNP-TV-Z]{{26}})?{re.escape(ABOVE_ALL)}?")
_TEXT = re.compile(r"[A-Za-z0-9_-]+")
_AT = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}\+00:00")


def write_cursor(direction: Direction, position: Position, filter_: Filter) -> str:
    """Return the cursor of a search that goes on beyond a position."""
    at = position.at.astimezone(UTC).isoformat(timespec="milliseconds")
    document = canonical_bytes([VERSION, direction.value, at, position.operation_id, filter_.digest()])
    return base64.urlsafe_b64encode(document).rstrip(b"=").decode()


def read_cursor(text: str, filter_: Filter) -> tuple[Direction, Position]:
    """Return which way a search goes on, and beyond which position.

    Raises:
        InvalidQueryError: it is no cursor of ours, or one of another search.
    """
    try:
        direction, position, digest = _parts(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise _invalid("Send a cursor exactly as an answer gave it, or none to begin anew.") from error
    if digest != filter_.digest():
        raise _invalid("This cursor belongs to other filters. Send the filters that it was given for, or no cursor.")
    return direction, position


def _parts(text: str) -> tuple[Direction, Position, str]:
    """Take a cursor apart. Raises ValueError or TypeError for what is none."""
    if len(text) > LONGEST or not _TEXT.fullmatch(text):
        msg = "not spelled like a cursor"
        raise ValueError(msg)
    version, direction, at, operation_id, digest = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    if version != VERSION or not _AT.fullmatch(at) or not _ID.fullmatch(operation_id):
        msg = "not made like a cursor"
        raise ValueError(msg)
    return Direction(direction), Position(datetime.fromisoformat(at), operation_id), digest


def _invalid(message: str) -> InvalidQueryError:
    return InvalidQueryError("The query cannot be used.", violations=[Violation("/cursor", "cursor", message)])
