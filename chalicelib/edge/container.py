"""What the edge is given: the use cases and its own settings. `bootstrap.py` makes it, once, on first use."""

from collections.abc import Callable
from dataclasses import field
from datetime import UTC
from typing import Any, NoReturn, Protocol

from chalicelib.application.booking.place_booking import Answered, PlaceBookingCommand
from chalicelib.application.booking.validate_booking import Quote, ValidateBookingCommand
from chalicelib.application.operations.get_operation import GetOperationCommand, OperationView
from chalicelib.application.operations.housekeeping import Expired
from chalicelib.application.operations.look_at_open import Standing
from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking.longest_form import longest_form_bytes
from chalicelib.domain.booking.policy import MAXIMUM_COMMENTS_LENGTH, BookingPolicy
from chalicelib.domain.errors import NotFoundError
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.reading.endpoint import Endpoint
from chalicelib.domain.reading.parameter import Asked
from chalicelib.domain.reading.told import Told
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.links import Links
from chalicelib.values import dataclass


class PlacesBookings(Protocol):
    """The use case behind CreateBooking: `application.place_booking.PlaceBooking`, or a fake."""

    def execute(self, command: PlaceBookingCommand) -> Answered:
        """Place the booking; what is no final answer is a SwitchboardError."""
        ...


class ValidatesBookings(Protocol):
    """The use case behind ValidateBooking: `application.booking.validate_booking.ValidateBooking`, or a fake."""

    def execute(self, command: ValidateBookingCommand) -> Quote:
        """Return what the checks say; every refusal and failure is a SwitchboardError."""
        ...


class ReadsEndpoints(Protocol):
    """The use case behind the reads: `application.reading.read_endpoint.ReadEndpoint`, or a fake."""

    def execute(self, endpoint: Endpoint, asked: Asked, token: AccessToken, seconds_left: float) -> Told:
        """Return what AdultWork answers; every refusal and failure is a SwitchboardError."""
        ...


class GetsOperations(Protocol):
    """The use case behind the status resource: `application.get_operation.GetOperation`, or a fake."""

    def execute(self, command: GetOperationCommand) -> OperationView[OperationRecord]:
        """Return the operation as it stands; every refusal and failure is a SwitchboardError."""
        ...


class ExpiresOperations(Protocol):
    """The use case behind the hourly schedule: `application.housekeeping.Housekeeping`, or a fake."""

    def expire_operations(self, request_id: str, deadline: Deadline) -> Expired:
        """Flag some of the operations that nobody came back for; a store that cannot be read is a SwitchboardError."""
        ...


class LooksAtOpen(Protocol):
    """The use case that counts what is open: `application.operations.look_at_open.LookAtOpen`, or a fake."""

    def execute(self, deadline: Deadline) -> Standing:
        """Tell how many operations are open, and since when; a store that cannot be read is a SwitchboardError."""
        ...


class NothingOpen:
    """Stands in for the use case where there is no schedule, as in a local run."""

    def execute(self, deadline: Deadline) -> Standing:  # noqa: ARG002 (the shape of the use case)
        """Count nothing."""
        return Standing()


def no_reads() -> ReadsEndpoints:
    """Stand in for the use case where nothing is read.

    Raises:
        NotFoundError: always.
    """
    raise NotFoundError("There is nothing at this path.")


class NothingExpires:
    """Stands in for the use case where there is no schedule, as in a local run."""

    def expire_operations(self, request_id: str, deadline: Deadline) -> Expired:  # noqa: ARG002 (the shape of the use case)
        """Flag nothing."""
        return Expired()


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """`allowed_origins` are compared as exact strings; `allowed_headers` are what a page may send beside our own.

    `links` are those of a request that came in without anything before the service's paths; see `Links.at`. `policy` is what
    bookings are judged by, which the documentation tells. Without `has_sign_in` the paths of sign-in are not there; its cookies
    are secure but on loopback.
    """

    allowed_origins: frozenset[str] = frozenset()
    allowed_headers: tuple[str, ...] = ()
    maximum_body_bytes: int = longest_form_bytes(MAXIMUM_COMMENTS_LENGTH)
    links: Links = field(default_factory=Links)
    policy: BookingPolicy = field(default_factory=lambda: BookingPolicy(zone=UTC))
    has_sign_in: bool = False
    has_secure_cookies: bool = True


class Serving(Protocol):
    """What the middleware needs of a container, whatever else that has."""

    @property
    def settings(self) -> EdgeSettings:
        """Return the edge's own settings."""
        ...


def no_sign_in() -> NoReturn:
    """Stand in where sign-in is off: nobody asks for it.

    Raises:
        RuntimeError: always.
    """
    raise RuntimeError("sign-in is off")


def no_changes() -> NoReturn:
    """Stand in for the use cases of changes where nothing is changed.

    Raises:
        NotFoundError: always.
    """
    raise NotFoundError("There is nothing at this path.")


@dataclass(frozen=True, slots=True)
class Container:
    """All that a view or a schedule can reach.

    `read_endpoint`, `changes`, `sign_in` and `look_at_open` make what asks for them at the first call, so that no booking loads
    it. `also_expires` makes what flags forgotten changes.
    """

    place_booking: PlacesBookings
    get_operation: GetsOperations
    settings: EdgeSettings
    validate_booking: ValidatesBookings
    housekeeping: ExpiresOperations = field(default_factory=NothingExpires)
    read_endpoint: Callable[[], ReadsEndpoints] = no_reads
    sign_in: Callable[[], Any] = no_sign_in
    changes: Callable[[], Any] = no_changes
    also_expires: Callable[[], ExpiresOperations] = NothingExpires
    look_at_open: Callable[[], LooksAtOpen] = NothingOpen
