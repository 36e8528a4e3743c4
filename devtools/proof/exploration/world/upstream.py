"""AdultWork as an exploration has it: tokens with given names, a list that can be behind, nothing at random."""

from decimal import Decimal

from chalicelib.domain.access import AccessToken
from chalicelib.domain.operation.operation import ENDED_UPSTREAM
from devtools.proof.simulation.intents import Intent
from devtools.proof.simulation.oracle.history import UpstreamBooking
from devtools.proof.simulation.world.upstream import (
    FIRST_BOOKING_ID,
    LATEST_COMMIT_SECONDS,
    LONGEST_LAG_SECONDS,
    TOKEN_PREFIX,
    TOKEN_SECONDS,
    AdultWork,
)


class Upstream(AdultWork):
    """The upstream's own truth."""

    def sign_in_as(self, account: int, name: str) -> AccessToken:
        """Return the token of this name, fresh."""
        secret = f"{TOKEN_PREFIX}{account}-{name}"
        self._tokens[secret] = (account, self._scheduler.now + TOKEN_SECONDS)
        return AccessToken(secret)

    def fall_behind(self) -> None:
        """Let the list not show for a while what was booked of late, as long as a booking may take to be there."""
        now = self._scheduler.now
        for booking in self.history.bookings:
            if booking.post is not None and now < (latest := booking.post.sent_at + LATEST_COMMIT_SECONDS):
                booking.visible_at = max(booking.visible_at, min(now + LONGEST_LAG_SECONDS, latest))

    def cancel_all(self, account: int) -> None:
        """Let the user cancel what stands, in AdultWork's own app."""
        for booking in self.history.bookings:
            if booking.account == account and booking.status not in ENDED_UPSTREAM:
                self._end(booking, "Cancelled")

    def book_elsewhere(self, intent: Intent) -> None:
        """Let the user book nearly the same in AdultWork's own app; other credits tell it apart."""
        self.add(
            UpstreamBooking(
                id=len(self.history.bookings) + FIRST_BOOKING_ID,
                account=intent.account,
                book_user_id=int(str(intent.members["BookUserID"])),
                session_date=str(intent.members["SessionDate"]),
                duration=15,
                method=1,
                credits=Decimal(40),
                created_at=self.now(),
                visible_at=self._scheduler.now,
            )
        )
