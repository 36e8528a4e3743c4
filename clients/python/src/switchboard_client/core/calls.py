"""What is asked for: in this a booking and the changes differ, and in nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from switchboard_client.changes import AnyChangeIntent, Change, ChangeIntent, Wanted
from switchboard_client.contract import ChangeOperation, Operation
from switchboard_client.core.exchange import as_booking
from switchboard_client.outcome import Booked, Intent, Made, NotBooked, NotMade

Answer = TypeVar("Answer")
Ended = TypeVar("Ended")
Of = TypeVar("Of")
Standing = TypeVar("Standing")


@dataclass(frozen=True, slots=True)
class Call(Generic[Ended, Of, Standing]):
    """A call that is made once; what the names of its intents begin with is `kept`.

    `intent` makes what the program is shown of a key and the members, `made` the outcome that an answer is (None when it is no
    answer to this call), and `not_made` that of an operation that came to nothing.
    """

    path: str
    kept: str
    intent: Callable[[str, Any], Of]
    made: Callable[[object], Ended | None]
    not_made: Callable[[str | None], Ended]


BookingCall: TypeAlias = Call[Booked | NotBooked, Intent, Operation]
ChangeCall: TypeAlias = Call[Made[Answer] | NotMade, ChangeIntent[Answer], ChangeOperation]


def _booked(body: object) -> Booked | None:
    booking = as_booking(body)
    return None if booking is None else Booked(booking)


BOOKING: BookingCall = Call("/v1/PhoneChat/CreateBooking", "switchboard", Intent, _booked, NotBooked)


def change_call(change: Change[Any, Answer]) -> ChangeCall[Answer]:
    """Return the call of a change."""

    def made(body: object) -> Made[Answer] | None:
        answer = change.as_answer(body)
        return None if answer is None else Made(answer)

    return Call(
        f"/v1/PhoneChat/{change.name}",
        f"switchboard.{change.name}",
        lambda key, request: ChangeIntent(key, Wanted(change, request)),
        made,
        NotMade,
    )


def call_of(intent: Intent | AnyChangeIntent) -> Call[Any, Any, Any]:
    """Return the call that an intent is to make."""
    return change_call(intent.wanted.change) if isinstance(intent, ChangeIntent) else BOOKING
