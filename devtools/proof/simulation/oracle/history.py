"""What really happened in one run, as nobody inside it can see it: the oracle's evidence."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from chalicelib.application.booking.place_booking import Answered
from chalicelib.application.operations.get_operation import OperationView
from chalicelib.domain.booking.booking import BookingRequest
from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.operation.record import AnyRecord, OperationRecord
from devtools.proof.simulation.intents import Intent

CALL = "call "  # and its number: the request id of a call


@dataclass(slots=True)
class Post:
    """One CreateBooking that left us. `has_claim` tells whether its attempt stood in the store at that moment.

    `is_retry_allowed` is true when it provably booked nothing in a way that lets the same operation try again.
    """

    call: int
    operation_id: str | None
    attempt: int
    account: int
    request: BookingRequest
    sent_at: float
    has_claim: bool
    is_retry_allowed: bool = False


@dataclass(slots=True)
class UpstreamBooking:
    """A booking that exists upstream; `post` is None when it was not made through us. `visible_at` is in seconds."""

    id: int
    account: int
    book_user_id: int
    session_date: str
    duration: int
    method: int
    credits: Decimal
    created_at: datetime
    visible_at: float
    status: str = "Pending"
    phone_number: str | None = None
    skype_name: str | None = None
    comments: str | None = None
    post: Post | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One change of an operation in the store, at a second, by the request of a call."""

    at: float
    before: AnyRecord | None
    after: AnyRecord
    call: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What one call answered, whether or not the client heard it.

    `record` is how the operation of a success stood then, `wanted` what was asked for by who wanted to book.
    """

    call: int
    account: int
    answer: Answered | OperationView[OperationRecord] | SwitchboardError
    record: OperationRecord | None
    wanted: Intent | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call asked for, when it began: `wanted` is the booking; `is_sending` tells of its container."""

    at: float
    is_sending: bool
    account: int
    wanted: Intent | None
    key: str | None


@dataclass(slots=True)
class History:
    """Everything, in order; `wishes` tells which call was made for which single wish of a user, `asked` what for.

    `names` are the pseudonyms that rows of the register were given, by UserID; `failed` tells which requests to the store failed
    a call.
    """

    posts: list[Post] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    bookings: list[UpstreamBooking] = field(default_factory=list)
    doubled: list[tuple[UpstreamBooking, UpstreamBooking]] = field(default_factory=list)
    wishes: dict[int, int] = field(default_factory=dict)
    asked: dict[int, Asked] = field(default_factory=dict)
    names: list[tuple[int, str]] = field(default_factory=list)
    failed: dict[int, set[str]] = field(default_factory=dict)
    clocks_set: int = 0
    foreign_errors: list[str] = field(default_factory=list)
