"""Places in the one order that reviewers see operations in: by the time they began, and by id where that is equal."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

MILLISECOND = timedelta(milliseconds=1)
ABOVE_ALL = "~"  # no id has it, and in ASCII it comes after every character that one has


class Direction(StrEnum):
    """Which way a page goes on."""

    OLDER = "older"
    NEWER = "newer"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """The place of an operation, or a place between two: `at` is UTC in whole milliseconds, as events tell it."""

    at: datetime
    operation_id: str

    @classmethod
    def before_all_at(cls, moment: datetime) -> "Position":
        """Return the place just before everything that began at a moment."""
        return cls(moment, "")

    @classmethod
    def after_all_before(cls, moment: datetime) -> "Position":
        """Return the place just after everything that began before a moment."""
        return cls(moment - MILLISECOND, ABOVE_ALL)

    def just_above(self) -> "Position":
        """Return the place just after this operation, so that what is older than it begins with the operation itself."""
        return (
            self if self.operation_id.endswith(ABOVE_ALL) else replace(self, operation_id=self.operation_id + ABOVE_ALL)
        )


def whole_milliseconds(moment: datetime) -> datetime:
    """Return a moment in UTC, rounded up to a whole millisecond: what began at or after it still does."""
    utc = moment.astimezone(UTC)
    over = utc.microsecond % 1000
    return utc if not over else utc + timedelta(microseconds=1000 - over)
