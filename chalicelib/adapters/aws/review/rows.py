"""What the reviewers' side reads out of rows, and the rows of its own. Pure."""

import base64
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.domain.audit.stored_look import LOOKS, is_of_looks
from chalicelib.domain.review.desk.look import LookEvent
from chalicelib.domain.review.desk.plan import Drive, Named, Span
from chalicelib.domain.review.desk.position import MILLISECOND, Direction, Position, whole_milliseconds

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

Attribute: TypeAlias = "AttributeValueTypeDef"
Row: TypeAlias = "dict[str, Any]"

INDEXES = {
    Drive.CLIENT: tables.BY_CLIENT,
    Drive.CANDIDATE: tables.BY_CANDIDATE,
    Drive.BOOKING: tables.BY_CANDIDATE,  # the changes of one booking: they have no candidate
    Drive.REQUEST: tables.BY_REQUEST,
}
REVIEW_PREFIX = LOOKS
# The first look of a reader's day is in the index of days, in a partition where no operation is: so a day's readers are found.
READERS_SHARD = "readers"
LOWEST, HIGHEST = "2000-01-01T00:00:00.000+00:00", "2999-12-31T23:59:59.999+00:00"


def text(value: str) -> Attribute:
    """Return a text attribute."""
    return {"S": value}


def partition(place: Named) -> tuple[tables.Index, Attribute]:
    """Return the index and the partition of a place that is not a day."""
    value = tables.booking_row(int(place.value)) if place.drive is Drive.BOOKING else str(place.value)
    return INDEXES[place.drive], text(value)


def stretch(span: Span) -> tuple[str, str]:
    """Return the earliest and the latest time, as rows spell it, that is of a span; a position's own time is among them."""
    low = LOWEST if span.start is None else spelled(whole_milliseconds(span.start))
    high = HIGHEST if span.end is None else spelled(whole_milliseconds(span.end) - MILLISECOND)
    if span.beyond is not None:
        at = spelled(span.beyond.at)
        low, high = (low, min(high, at)) if span.direction is Direction.OLDER else (max(low, at), high)
    return low, high


def spelled(moment: datetime) -> str:
    """Return a time as rows spell it."""
    return moment.isoformat(timespec="milliseconds")


def position(row: Row) -> Position:
    """Return where the entry of an index stands."""
    at = datetime.fromisoformat(row[tables.AT]["S"])
    return Position(at, operation_id(row))


def operation_id(row: Row) -> str:
    """Return the operation that a row belongs to, by its key."""
    return str(row[tables.PARTITION_KEY]["S"]).removeprefix(tables.operation_row(""))


def sealed_text(attribute: Row) -> str:
    """Return a sealed text, which rows hold as bytes where its spelling is the usual one."""
    if "B" in attribute:
        return base64.urlsafe_b64encode(bytes(attribute["B"])).rstrip(b"=").decode()
    return str(attribute["S"])


def chain_key(name: str) -> str:
    """Return the partition key of a chain: of an operation's id, or of looks by the name that digests have for it."""
    return name if is_of_looks(name) else tables.operation_row(name)


def look_key(chain: str) -> str:
    """Return the partition key of a chain of looks."""
    return REVIEW_PREFIX + chain


def readers_shard(day: date) -> str:
    """Return the partition of a UTC day that leads to the first look of each reader."""
    return f"{day:%Y-%m-%d}#{READERS_SHARD}"


def look_row(event: LookEvent, kept_for: timedelta | None = None) -> dict[str, Attribute]:
    """Return the row of a look, which ends `kept_for` after it; six digits keep text order and number order the same."""
    row = {
        tables.PARTITION_KEY: text(look_key(event.look.chain)),
        tables.SORT_KEY: text(f"{event.sequence:06d}"),
        "canonical": text(event.canonical().decode()),
    }
    if kept_for is not None:
        row[tables.ENDS] = items.expiry(event.look.at + kept_for)
    if event.sequence == 1:
        row[tables.AT] = text(spelled(event.look.at))
        row[tables.BY_DAY.attribute] = text(readers_shard(event.look.at.astimezone(UTC).date()))
    return row
