"""What the edge is given: the use cases and its own settings. `bootstrap.py` makes it, once, on first use."""

from dataclasses import dataclass
from typing import Protocol

from chalicelib.application.place_booking import PlaceBookingCommand, Placed


class PlacesBookings(Protocol):
    """The use case behind CreateBooking: `application.place_booking.PlaceBooking`, or a fake."""

    def execute(self, command: PlaceBookingCommand) -> Placed:
        """Place the booking; every refusal and failure is a SwitchboardError."""
        ...


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """`allowed_origins` are compared as exact strings; `problem_type_base` is put before the slug of a problem."""

    allowed_origins: frozenset[str] = frozenset()
    maximum_body_bytes: int = 8192
    problem_type_base: str = "/problems/"


@dataclass(frozen=True, slots=True)
class Container:
    """All that a view can reach."""

    place_booking: PlacesBookings
    settings: EdgeSettings
