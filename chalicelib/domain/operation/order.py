"""What was sent, and when, as far as a booking that AdultWork tells of can be compared with it."""

from datetime import datetime
from decimal import Decimal
from typing import Protocol


class Order(Protocol):
    """What a booking tells again: a request has it, and so has an operation as the store remembers it."""

    @property
    def book_user_id(self) -> int:
        """Return the candidate."""
        ...

    @property
    def session_date(self) -> str:
        """Return the minute, `YYYY-MM-DD HH:MM` on the upstream's clock."""
        ...

    @property
    def duration(self) -> int:
        """Return the minutes that it lasts."""
        ...

    @property
    def method(self) -> int:
        """Return how they talk."""
        ...

    @property
    def credits(self) -> Decimal:
        """Return the price."""
        ...


class Sent(Protocol):
    """Whose booking it would be, and when it would have been created: an operation, claimed just now or remembered."""

    @property
    def id(self) -> str:
        """Return the operation's id."""
        ...

    @property
    def claimed_at(self) -> datetime:
        """Return when the attempt was claimed, in UTC."""
        ...

    @property
    def lease_until(self) -> datetime:
        """Return when it was surely over, in UTC."""
        ...
