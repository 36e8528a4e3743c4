"""What can become of one CreateBooking: what the upstream does, and what of it reaches us."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking.booking import Booking, BookingRequest
from chalicelib.domain.errors import InvalidTokenError, Trouble
from chalicelib.domain.operation.matching import echoes
from chalicelib.domain.operation.operation import OperationState, Outcome
from chalicelib.domain.time_budget import Deadline
from devtools.proof.simulation.intents import LONDON
from devtools.proof.simulation.oracle.history import Post, UpstreamBooking
from devtools.proof.simulation.world.platform import Platform
from devtools.proof.simulation.world.upstream import LATEST_COMMIT_SECONDS, AdultWork

UNAUTHORIZED = 401
DECLINED_STATUSES = (400, 402, 403, 404, 409, 422)


class Fate(StrEnum):
    """What goes wrong with a POST."""

    UNREACHABLE = "post: not a byte sent"
    TOKEN_REFUSED = "post: 401"  # noqa: S105 (a name)
    TOO_MANY = "post: 429"
    DECLINED = "post: declined"
    REQUEST_LOST = "post: lost on the way there"
    REPLY_LOST = "post: booked, reply lost"
    BOOKED_LATE = "post: no reply, booked after the deadline"
    ERROR = "post: unreadable reply, nothing booked"
    ERROR_AFTER_BOOKING = "post: unreadable reply, booked"
    ERROR_THEN_BOOKED = "post: unreadable reply, booked later"
    OLD_REPLY = "post: reply of an earlier booking, nothing booked"
    OLD_REPLY_AFTER_BOOKING = "post: reply of an earlier booking, booked"


BOOKED_LATER = frozenset({Fate.BOOKED_LATE, Fate.ERROR_THEN_BOOKED})
LETS_TRY_AGAIN = frozenset({Fate.UNREACHABLE, Fate.TOKEN_REFUSED, Fate.TOO_MANY})


def _confirmed(booking: Booking) -> Outcome:
    return Outcome(OperationState.CONFIRMED, "booked", upstream_status=200, booking=booking)


def _unknown(trouble: Trouble) -> Outcome:
    return Outcome(OperationState.UNKNOWN, trouble.value, trouble=trouble)


def _refused(status: int) -> Outcome:
    return Outcome(OperationState.REJECTED, "refused", upstream_status=status, message="No.", retry_after_seconds=5)


WITHOUT_BOOKING: dict[Fate | None, Outcome] = {
    Fate.UNREACHABLE: Outcome(OperationState.NOT_SENT, "connection-refused", trouble=Trouble.UNREACHABLE),
    Fate.TOKEN_REFUSED: _refused(401),
    Fate.TOO_MANY: _refused(429),
    Fate.REQUEST_LOST: _unknown(Trouble.LATE),
    Fate.BOOKED_LATE: _unknown(Trouble.LATE),
    Fate.ERROR: _unknown(Trouble.UNREADABLE),
    Fate.ERROR_THEN_BOOKED: _unknown(Trouble.UNREADABLE),
}


@dataclass(slots=True)
class Placement:
    """Sends bookings to the simulated upstream."""

    platform: Platform
    upstream: AdultWork
    has_claim: Callable[[str, int], bool]

    def create_booking(self, token: AccessToken, request: BookingRequest, deadline: Deadline) -> Outcome:
        """Send a booking and return what is known then."""
        call, fate = self.platform.running(), self.fate()
        self.platform.travel_or_run_late(deadline)
        operation_id, attempt = call.claimed or (None, 0)
        has_claim = operation_id is not None and self.has_claim(operation_id, attempt)
        now = self.platform.scheduler.now
        post = Post(call.number, operation_id, attempt, call.account, request, now, has_claim)
        self.platform.history.posts.append(post)
        self.platform.journal.count(fate or "post: undisturbed")
        outcome = self._meet(fate, post, token, deadline)
        self.platform.say("POST", fate or "", "->", outcome.state, outcome.reason)
        post.is_retry_allowed = fate in LETS_TRY_AGAIN or outcome.upstream_status == UNAUTHORIZED
        if outcome.state is OperationState.UNKNOWN and outcome.trouble is Trouble.LATE:
            self.platform.travel(deadline.remaining())
        elif not self.platform.travel_or_run_late(deadline) and outcome.state is not OperationState.NOT_SENT:
            post.is_retry_allowed = False
            return _unknown(Trouble.LATE)
        return outcome

    def fate(self) -> Fate | None:
        """Draw what goes wrong with the present POST, if anything does."""
        weather = self.platform.weather
        return weather.pick(list(Fate)) if weather.strikes(weather.placement) else None

    def _meet(self, fate: Fate | None, post: Post, token: AccessToken, deadline: Deadline) -> Outcome:
        """Let the POST meet its fate."""
        if fate is Fate.DECLINED:
            return _refused(self.platform.weather.pick(DECLINED_STATUSES))
        if fate is Fate.OLD_REPLY:
            return self._old_reply(post)
        if fate in BOOKED_LATER:
            self.book_later(post, deadline.remaining() if fate is Fate.BOOKED_LATE else 0.0)
        return WITHOUT_BOOKING.get(fate) or self._book(fate, post, token)

    def _book(self, fate: Fate | None, post: Post, token: AccessToken) -> Outcome:
        """Book if the upstream's own rules allow it."""
        try:
            user = self.upstream.user_of(token)
        except InvalidTokenError:
            return _refused(401)
        if user.balance < post.request.credits:
            return _refused(402)
        old_reply = self._old_reply(post) if fate is Fate.OLD_REPLY_AFTER_BOOKING else None
        booking = self.upstream.commit(post)
        if fate is Fate.REPLY_LOST:
            return _unknown(Trouble.LATE)
        if fate is Fate.ERROR_AFTER_BOOKING:
            return _unknown(Trouble.UNREADABLE)
        return old_reply or self._answered(booking, post.request)

    def book_later(self, post: Post, after: float) -> None:
        """Book when nobody waits for the reply any more."""
        scheduler = self.platform.scheduler
        latest = max(after, post.sent_at + LATEST_COMMIT_SECONDS - scheduler.now)
        scheduler.at(
            scheduler.now + self.platform.weather.rng.uniform(after, latest), lambda: self.upstream.commit(post)
        )

    def _old_reply(self, post: Post) -> Outcome:
        """Answer with an earlier booking of the same time, as a cache on the way might."""
        request = post.request
        alike = self.upstream.alike(post.account, request.book_user_id, request.session_date)
        return self._answered(self.platform.weather.pick(alike), request) if alike else _unknown(Trouble.UNREADABLE)

    def _answered(self, booking: UpstreamBooking, request: BookingRequest) -> Outcome:
        """Answer with a booking, and judge it as the adapter does."""
        told = self.upstream.document(booking)
        return _confirmed(told) if echoes(request, told, LONDON) else _unknown(Trouble.UNREADABLE)
