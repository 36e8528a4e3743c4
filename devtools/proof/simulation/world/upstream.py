"""AdultWork as it really is in one run: users, tokens, credits and bookings. It takes every booking twice if asked twice.

Assumption of the whole simulation: a booking exists, and is in the list, at most LATEST_COMMIT_SECONDS after its POST left
us. Reconciliation waits 15 minutes; the rest is for the call itself and for clocks that differ.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking.booking import BookedUser, Booking
from chalicelib.domain.errors import InvalidTokenError
from chalicelib.domain.operation.operation import ENDED_UPSTREAM
from devtools.proof.simulation.intents import LONDON
from devtools.proof.simulation.journal import Journal
from devtools.proof.simulation.oracle.history import History, Post, UpstreamBooking
from devtools.proof.simulation.world.scheduler import Scheduler
from devtools.proof.simulation.world.weather import Weather

ELSEWHERE = ZoneInfo("America/New_York")
LATEST_COMMIT_SECONDS = 720.0
FIRST_NEWER_ID, FIRST_APPEARING_ID, FIRST_BOOKING_ID = 300, 600, 1001
LONGEST_LAG_SECONDS = 60.0
TOKEN_SECONDS = 1200.0
ENDS, ENDS_AFTER_SECONDS = 0.35, (1.0, 20.0, 300.0, 7200.0)
TOKEN_PREFIX = "canary-token-"  # noqa: S105 (not a secret: what is searched for afterwards)


@dataclass(slots=True)
class User:
    """A client of AdultWork; `balance` is what is left of the credits.

    `newer` and `older` bookings of other times stand before and after ours in the list, whose pages have `page_size`.
    """

    account: int
    balance: Decimal
    may_book: bool
    tells_balance: bool
    page_size: int
    newer: list[Booking]
    older: list[Booking]
    tokens: int = 0


class AdultWork:
    """The upstream's own truth.

    `zone` is the clock of its dates, and `session_zone` that of the dates of sessions: not always the ones that we infer.
    """

    def __init__(
        self, scheduler: Scheduler, start: datetime, weather: Weather, journal: Journal, history: History
    ) -> None:
        self.history = history
        self.zone = weather.pick((LONDON, ELSEWHERE), (80, 20))
        self.session_zone = weather.pick((LONDON, self.zone), (75, 25))
        self.users: dict[int, User] = {}
        self._scheduler = scheduler
        self._start = start
        self._weather = weather
        self._journal = journal
        self._tokens: dict[str, tuple[int, float]] = {}
        self._appeared = FIRST_APPEARING_ID

    def now(self) -> datetime:
        """Return the true time, which is the upstream's."""
        return self._start + timedelta(seconds=self._scheduler.now)

    def sign_in(self, account: int) -> AccessToken:
        """Return a fresh token of a user."""
        user = self.users[account]
        user.tokens += 1
        secret = f"{TOKEN_PREFIX}{account}-{user.tokens}"
        self._tokens[secret] = (account, self._scheduler.now + TOKEN_SECONDS)
        return AccessToken(secret)

    def user_of(self, token: AccessToken) -> User:
        """Return whose token it is.

        Raises:
            InvalidTokenError: it has run out.
        """
        account, ends_at = self._tokens[token.reveal()]
        if self._scheduler.now >= ends_at:
            raise InvalidTokenError("the token has run out")
        return self.users[account]

    def commit(self, post: Post) -> UpstreamBooking:
        """Book what was posted; perhaps it is cancelled or rejected some time later, outside of Switchboard."""
        request, now = post.request, self._scheduler.now
        lag = self._weather.rng.uniform(0, LONGEST_LAG_SECONDS) if self._weather.strikes(self._weather.placement) else 0
        booking = UpstreamBooking(
            id=len(self.history.bookings) + FIRST_BOOKING_ID,
            account=post.account,
            book_user_id=request.book_user_id,
            session_date=request.session_date,
            duration=request.duration,
            method=int(request.method),
            credits=request.credits,
            created_at=self.now(),
            visible_at=min(now + lag, max(now, post.sent_at + LATEST_COMMIT_SECONDS)),
            phone_number=request.phone_number,
            skype_name=request.skype_name,
            comments=request.comments,
            post=post,
        )
        self.add(booking)
        self.users[post.account].balance -= request.credits
        if self._weather.strikes(ENDS):
            after = self._weather.pick(ENDS_AFTER_SECONDS)
            status = self._weather.pick(sorted(ENDED_UPSTREAM))
            self._scheduler.at(now + after, lambda: self._end(booking, status))
        return booking

    def add(self, booking: UpstreamBooking) -> None:
        """Let a booking exist."""
        for other in self.standing(booking.account, booking.book_user_id, booking.session_date):
            if other.post is not None and booking.post is not None:
                self.history.doubled.append((other, booking))
        self.history.bookings.append(booking)
        self._journal.count("bookings made" if booking.post else "bookings made elsewhere")
        self._journal.say("upstream", "books", booking.id, f"for {booking.account}, {booking.session_date}")

    def standing(self, account: int, book_user_id: int, session_date: str) -> list[UpstreamBooking]:
        """Return the bookings of one time that have not ended."""
        return [one for one in self.alike(account, book_user_id, session_date) if one.status not in ENDED_UPSTREAM]

    def alike(self, account: int, book_user_id: int, session_date: str) -> list[UpstreamBooking]:
        """Return all bookings of one time."""
        return [
            one
            for one in self.history.bookings
            if (one.account, one.book_user_id, one.session_date) == (account, book_user_id, session_date)
        ]

    def page(self, user: User, start: date, number: int) -> tuple[Booking, ...]:
        """Return one page of a user's list, newest first."""
        made = [one for one in self.history.bookings if one.account == user.account]
        own = [self.document(one) for one in reversed(made) if one.visible_at <= self._scheduler.now]
        bookings = [one for one in (*user.newer, *own, *user.older) if (one.create_date or "") >= start.isoformat()]
        return tuple(bookings[(number - 1) * user.page_size : number * user.page_size])

    def booking(self, user: User, booking_id: int) -> Booking | None:
        """Return one booking of a user."""
        for one in self.history.bookings:
            if one.id == booking_id and one.account == user.account:
                return self.document(one)
        return None

    def document(self, booking: UpstreamBooking) -> Booking:
        """Return a booking as AdultWork tells it."""
        session = datetime.fromisoformat(booking.session_date).replace(tzinfo=LONDON)
        return Booking(
            booking_id=booking.id,
            duration=booking.duration,
            credits=booking.credits,
            status=booking.status,
            method=booking.method,
            phone_number=booking.phone_number,
            skype_name=booking.skype_name,
            session_date=session.astimezone(self.session_zone).replace(tzinfo=None).isoformat(),
            create_date=booking.created_at.astimezone(self.zone)
            .replace(tzinfo=None)
            .isoformat(timespec="milliseconds"),
            comments=booking.comments,
            candidate=BookedUser(user_id=booking.book_user_id),
        )

    def move_list(self, user: User) -> None:
        """Let a booking that is none of ours appear at the top of a user's list, or disappear from it."""
        if self._weather.strikes(0.5):
            user.newer = user.newer[1:]
        else:
            self._appeared += 1
            user.newer = [*crowd(self.now(), range(self._appeared, self._appeared + 1)), *user.newer]

    def _end(self, booking: UpstreamBooking, status: str) -> None:
        booking.status = status
        self._journal.count("bookings ended upstream")
        self._journal.say("upstream", f"booking {booking.id}", "is", status)


def crowd(start: datetime, ids: range) -> list[Booking]:
    """Return bookings of other times, newest first: they fill pages. Ids below FIRST_BOOKING_ID are for them."""
    create_date = start.astimezone(LONDON).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return [
        Booking(
            booking_id=booking_id,
            duration=15,
            credits=Decimal(30),
            status="Confirmed",
            method=1,
            session_date="2025-01-01T12:00:00",
            create_date=create_date,
            candidate=BookedUser(user_id=777),
        )
        for booking_id in reversed(ids)
    ]
