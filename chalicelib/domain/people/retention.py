"""For how long each class of records is kept, by setting; what a legal hold is on has no end."""

from datetime import datetime, timedelta

from chalicelib.values import dataclass

OPERATIONS_AFTER_GUARD = timedelta(days=30)  # no setting: the hash key has to be kept for as long (docs/protocol.md)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long rows live: `events` and `contacts` from when they happened, `looks` of reviewers the same.

    `operations` counts from the end of a booking's guard, which is 24 hours after its session.
    """

    events: timedelta
    contacts: timedelta
    looks: timedelta
    operations: timedelta = OPERATIONS_AFTER_GUARD

    def kept_since(self, now: datetime) -> datetime:
        """Return the moment from which on every event is there; older ones may be past their retention."""
        return now - self.events
