"""What is really changed upstream, and what of it reaches us."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking.booking import BookedUser, Booking
from chalicelib.domain.changing.change import Change
from chalicelib.domain.changing.changes import (
    ACCEPT_RECEIVED_BOOKING,
    CANCEL_MADE_BOOKING,
    DELETE_MADE_BOOKINGS,
    RE_INVITE,
    RESCHEDULE_MADE_BOOKING,
)
from chalicelib.domain.changing.operation import ChangeOutcome
from chalicelib.domain.changing.request import ChangeRequest
from chalicelib.domain.errors import InvalidTokenError, Trouble, UpstreamRefusedError
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.reading.told import Told
from chalicelib.domain.time_budget import Deadline
from devtools.proof.simulation.world.gateway import UpstreamReads
from devtools.proof.simulation.world.upstream import LATEST_COMMIT_SECONDS

BOOKING = Booking(
    booking_id=1,
    duration=15,
    credits=Decimal(32),
    status="Pending",
    method=1,
    session_date="2026-01-20T21:30:00",
    candidate=BookedUser(user_id=123456),
)
# In what states AdultWork takes a change, and what the booking is then; a rescheduled one keeps its state.
TAKES: Mapping[Change, tuple[frozenset[str], str | None]] = {
    CANCEL_MADE_BOOKING: (frozenset({"Pending", "Accepted", "Confirmed"}), "Cancelled"),
    RESCHEDULE_MADE_BOOKING: (frozenset({"Pending", "Accepted", "Rejected", "Confirmed", "Cancelled"}), None),
    DELETE_MADE_BOOKINGS: (frozenset({"Rejected", "Cancelled", "Confirmed"}), None),
    ACCEPT_RECEIVED_BOOKING: (frozenset({"Pending"}), "Accepted"),
    RE_INVITE: (frozenset({"Pending"}), "Rejected"),
}
BEFORE = {RESCHEDULE_MADE_BOOKING: "Confirmed", DELETE_MADE_BOOKINGS: "Cancelled"}
RESCHEDULED_BY_SECONDS = 480.0


class Fate(StrEnum):
    """What goes wrong with a POST."""

    UNREACHABLE = "change: not a byte sent"
    TOKEN_REFUSED = "change: 401"  # noqa: S105 (a name)
    TOO_MANY = "change: 429"
    REQUEST_LOST = "change: lost on the way there"
    REPLY_LOST = "change: made, reply lost"
    MADE_LATE = "change: no reply, made after the deadline"
    ERROR = "change: unreadable reply, nothing made"
    ERROR_AFTER = "change: unreadable reply, made"


@dataclass(slots=True)
class Sent:
    """One POST that left us; `is_made` tells whether it changed something, whenever that was."""

    call: int
    operation_id: str | None
    attempt: int
    request: ChangeRequest
    has_claim: bool
    is_made: bool = False
    may_follow: bool = False


def _lost(trouble: Trouble) -> ChangeOutcome:
    return ChangeOutcome(OperationState.UNKNOWN, trouble.value, trouble=trouble)


def _refused(status: int) -> ChangeOutcome:
    return ChangeOutcome(
        OperationState.REJECTED, "refused", upstream_status=status, message="No.", retry_after_seconds=5
    )


_NOTHING_MADE = {
    Fate.UNREACHABLE: ChangeOutcome(OperationState.NOT_SENT, "connection-refused", trouble=Trouble.UNREACHABLE),
    Fate.TOKEN_REFUSED: _refused(401),
    Fate.TOO_MANY: _refused(429),
    Fate.REQUEST_LOST: _lost(Trouble.LATE),
    Fate.ERROR: _lost(Trouble.UNREADABLE),
}
_ANSWER_LOST = {Fate.REPLY_LOST: Trouble.LATE, Fate.ERROR_AFTER: Trouble.UNREADABLE}
_MAY_FOLLOW = frozenset({Fate.UNREACHABLE, Fate.TOKEN_REFUSED, Fate.TOO_MANY})


@dataclass(slots=True)
class SimulatedChanges:
    """Implements `ChangeGateway` on `bookings`; `sent` holds every POST, `begins` the seconds of sessions that were moved."""

    reads: UpstreamReads
    has_claim: Callable[[str, int], bool]
    bookings: dict[int, Booking] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    begins: dict[int, float] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)

    def put(self, booking_id: int, change: Change) -> None:
        """Let there be a booking that may be changed so."""
        self.bookings[booking_id] = replace(BOOKING, booking_id=booking_id, status=BEFORE.get(change, "Pending"))

    def cancel(self, booking_id: int) -> None:
        """Let somebody cancel a booking in AdultWork's own app, if it may be."""
        booking = self.bookings[booking_id]
        if booking.status in {"Pending", "Accepted"}:
            self.bookings[booking_id] = replace(booking, status="Cancelled")

    def is_seen(self, change: Change, booking_id: int) -> bool:
        """Tell whether the booking shows that it was changed so, by whomever."""
        if change is DELETE_MADE_BOOKINGS:
            return booking_id in self.deleted
        return change is CANCEL_MADE_BOOKING and self.bookings[booking_id].status == "Cancelled"

    def booking_details(self, token: AccessToken, booking_id: int, deadline: Deadline) -> Booking:
        """Read one booking."""
        booking = self.reads.get("booking_details", token, deadline, lambda _: self.bookings.get(booking_id))
        if booking is None:
            raise UpstreamRefusedError("there is no such booking", upstream_status=404)
        return booking

    def send(self, token: AccessToken, request: ChangeRequest, deadline: Deadline) -> ChangeOutcome:
        """Send a change and return what is known then."""
        platform = self.reads.platform
        call, fate = platform.running(), self.fate()
        platform.travel_or_run_late(deadline)
        operation_id, attempt = call.claimed or (None, 0)
        has_claim = operation_id is not None and self.has_claim(operation_id, attempt)
        post = Sent(call.number, operation_id, attempt, request, has_claim, may_follow=fate in _MAY_FOLLOW)
        self.sent.append(post)
        platform.journal.count(fate or "change: undisturbed")
        outcome = self._meet(fate, post, token, deadline)
        platform.say("POST", fate or "", "->", outcome.state)
        post.may_follow = post.may_follow or outcome.upstream_status == 401
        if outcome.state is OperationState.UNKNOWN and outcome.trouble is Trouble.LATE:
            platform.travel(deadline.remaining())
        elif not platform.travel_or_run_late(deadline) and outcome.state is not OperationState.NOT_SENT:
            post.may_follow = False
            return _lost(Trouble.LATE)
        return outcome

    def fate(self) -> Fate | None:
        """Draw what goes wrong with the present POST."""
        weather = self.reads.platform.weather
        return weather.pick(list(Fate)) if weather.strikes(weather.placement) else None

    def make_later(self, post: Sent, after: float) -> None:
        """Let the change be made when nobody waits for the reply any more, `after` so many seconds at the earliest."""
        scheduler = self.reads.platform.scheduler
        after = self.reads.platform.weather.rng.uniform(after, LATEST_COMMIT_SECONDS)
        scheduler.at(scheduler.now + after, lambda: self.make(post))

    def _meet(self, fate: Fate | None, post: Sent, token: AccessToken, deadline: Deadline) -> ChangeOutcome:
        """Let the POST meet its fate."""
        if fate in _NOTHING_MADE:
            return _NOTHING_MADE[fate]
        if fate is Fate.MADE_LATE:
            self.make_later(post, deadline.remaining())
            return _lost(Trouble.LATE)
        try:
            self.reads.upstream.user_of(token)
        except InvalidTokenError:
            return _refused(401)
        told = self.make(post)
        if fate in _ANSWER_LOST:
            return _lost(_ANSWER_LOST[fate])
        if told is None:
            return _refused(409)
        return ChangeOutcome(OperationState.CONFIRMED, "changed", 200, told=told)

    def make(self, post: Sent) -> Told:
        """Change the booking, if AdultWork's own rules allow it; return what it tells of that, None for a refusal."""
        booking_id, change = post.request.booking_ids[0], post.request.change
        before, (states, after) = self.bookings[booking_id], TAKES[change]
        post.is_made = booking_id not in self.deleted and before.status in states and self._may_begin(post)
        if post.is_made:
            self.reads.platform.journal.count("changes made")
            self._change(booking_id, change, before if after is None else replace(before, status=after))
        if change is DELETE_MADE_BOOKINGS:
            return [{"BookingID": booking_id, "Deleted": post.is_made, "Message": None if post.is_made else "No."}]
        return self.bookings[booking_id].written(nulls=True) if post.is_made else None

    def _may_begin(self, post: Sent) -> bool:
        """Tell whether the session has passed, where that is asked for: who has just rescheduled has to wait."""
        begins = self.begins.get(post.request.booking_ids[0], 0.0)
        return post.request.change is not RESCHEDULE_MADE_BOOKING or begins <= self.reads.platform.scheduler.now

    def _change(self, booking_id: int, change: Change, after: Booking) -> None:
        self.bookings[booking_id] = after
        if change is DELETE_MADE_BOOKINGS:
            self.deleted.add(booking_id)
        if change is RESCHEDULE_MADE_BOOKING:
            self.begins[booking_id] = self.reads.platform.scheduler.now + RESCHEDULED_BY_SECONDS
