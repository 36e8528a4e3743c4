"""Keep what the service remembers between requests: credits, scopes and bookings."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import count
from threading import RLock

from sandbox.adultwork.booking import PENDING, Booking, Order, rejected
from sandbox.adultwork.cast import ACCOUNTS, CANDIDATES, SKYPE, TOKENS, Account, Candidate
from sandbox.adultwork.cast import CALLS_CLIENT as PHONE
from sandbox.adultwork.logins import Logins

EXPIRED_REASON = "The booking was not accepted in time"
_NEVER = datetime.max  # noqa: DTZ901 - the simulated dates have no zone


class World:
    """Keep accounts and bookings; whoever reads and then writes holds `lock` meanwhile."""

    def __init__(self, first_booking_id: int = 1) -> None:
        """Start with the cast as written and no bookings; the first booking gets the number `first_booking_id`."""
        self.lock = RLock()
        self.logins = Logins()
        self._booking_ids = count(first_booking_id)
        self._accounts: dict[int, Account] = {}
        self._bookings: dict[int, Booking] = {}
        self._next_expiry = _NEVER
        self.reset()

    def reset(self) -> None:
        """Return to the first state; numbers go on, because a BookingID is never given twice."""
        with self.lock:
            self._accounts = {account.user_id: account for account in ACCOUNTS}
            self._bookings = {}
            self._next_expiry = _NEVER
            self.logins.clear()

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Return every account with its present credits."""
        with self.lock:
            return tuple(self._accounts.values())

    @property
    def bookings(self) -> tuple[Booking, ...]:
        """Return every booking in the order of creation."""
        with self.lock:
            return tuple(self._bookings.values())

    def account(self, user_id: int) -> Account | None:
        """Return the account with this user id, if there is one."""
        with self.lock:
            return self._accounts.get(user_id)

    def account_of_token(self, token: str, now: datetime) -> Account | None:
        """Return the account that a token stands for, or nothing for an unknown token; `now` is an aware moment."""
        user_id = TOKENS.get(token) or self.logins.user_of(token, now)
        return None if user_id is None else self.account(user_id)

    def candidate(self, user_id: int) -> Candidate | None:
        """Return the candidate with this user id, if there is one."""
        return CANDIDATES.get(user_id)

    def set_credits(self, user_id: int, amount: Decimal) -> None:
        """Set an account's credits."""
        with self.lock:
            self._accounts[user_id] = replace(self._accounts[user_id], credits=amount)

    def set_scopes(self, user_id: int, scopes: frozenset[str]) -> None:
        """Set what an account's tokens may do."""
        with self.lock:
            self._accounts[user_id] = replace(self._accounts[user_id], scopes=scopes)

    def book(self, order: Order, account: Account, candidate: Candidate, now: datetime) -> Booking:
        """Create a booking and take its credits; equal orders make separate bookings."""
        with self.lock:
            booking = Booking(
                booking_id=next(self._booking_ids),
                account_id=account.user_id,
                candidate=candidate,
                duration=order.duration,
                credits=order.credits,
                method=order.method,
                phone_number=order.phone_number if order.method == PHONE else None,
                skype_name=order.skype_name if order.method == SKYPE else None,
                create_date=now,
                session_date=order.session_date,
                accept_by=order.accept_by,
                last_updated=now,
                comments=order.comments,
            )
            self._bookings[booking.booking_id] = booking
            self._next_expiry = min(self._next_expiry, booking.accept_by)
            self._pay(account.user_id, -order.credits)
            return booking

    def booking(self, booking_id: int) -> Booking | None:
        """Return the booking with this number, if there is one."""
        with self.lock:
            return self._bookings.get(booking_id)

    def move(self, booking_id: int, step: Callable[[Booking], Booking]) -> Booking:
        """Apply a step to a booking; a booking that stops standing gives its credits back."""
        with self.lock:
            before = self._bookings[booking_id]
            after = step(before)
            self._bookings[booking_id] = after
            held_before = before.credits if before.is_standing else Decimal(0)
            held_after = after.credits if after.is_standing else Decimal(0)
            self._pay(after.account_id, held_before - held_after)
            return after

    def expire(self, now: datetime) -> None:
        """Reject every pending booking whose AcceptBy has passed."""
        with self.lock:
            if now < self._next_expiry:
                return
            pending = [booking for booking in self._bookings.values() if booking.status == PENDING]
            for booking in pending:
                if booking.accept_by <= now:
                    self.move(booking.booking_id, lambda late: rejected(late, now, EXPIRED_REASON))
            self._next_expiry = min((one.accept_by for one in pending if one.accept_by > now), default=_NEVER)

    def _pay(self, user_id: int, amount: Decimal) -> None:
        self.set_credits(user_id, self._accounts[user_id].credits + amount)
