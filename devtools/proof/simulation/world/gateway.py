"""The ports to the upstream, with requests that take time and fail."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from chalicelib.adapters.adultwork.permission_cache import PermissionCache
from chalicelib.domain.access import AccessToken, Principal, Scope
from chalicelib.domain.booking.booking import Booking, BookingRequest, ListEntry, UnreadableEntry
from chalicelib.domain.booking.facts import BookingRequirements
from chalicelib.domain.errors import Trouble, UpstreamRefusedError, UpstreamUnavailableError
from chalicelib.domain.operation.operation import Outcome
from chalicelib.domain.time_budget import Deadline
from devtools.proof.simulation.intents import LONDON
from devtools.proof.simulation.world.placement import Placement
from devtools.proof.simulation.world.platform import Platform
from devtools.proof.simulation.world.upstream import AdultWork, User

T = TypeVar("T")

ANOTHER_CANDIDATE = 777
REQUIREMENTS = BookingRequirements(is_bookable=True, price_per_minute=Decimal("1.5"), methods={1: True, 3: True})


@dataclass(slots=True)
class UpstreamReads:
    """Reads of the upstream."""

    platform: Platform
    upstream: AdultWork

    def get(self, what: str, token: AccessToken, deadline: Deadline, read: Callable[[User], T]) -> T:
        """Return what is read, or fail as the adapter's reads do."""
        fails = self.platform.weather.strikes(self.platform.weather.upstream_read)
        is_in_time = self.platform.travel_or_run_late(deadline)
        value = read(self.upstream.user_of(token))
        is_in_time = self.platform.travel_or_run_late(deadline) and is_in_time
        if fails or not is_in_time:
            self.platform.journal.count("upstream read failed")
            self.platform.say(what, "fails")
            raise UpstreamUnavailableError("told to fail", trouble=Trouble.LATE)
        if self.platform.journal.is_told:
            self.platform.say(what, "reads", _brief(value))
        return value


@dataclass(slots=True)
class SimulatedIntrospector:
    """Implements `TokenIntrospector`, with the real cache of one container."""

    reads: UpstreamReads
    cache: PermissionCache

    def recall(self, token: AccessToken) -> Principal | None:
        """Return what was learnt."""
        return self.cache.get(token)

    def introspect(self, token: AccessToken, deadline: Deadline) -> Principal:
        """Ask the upstream."""
        principal = self.reads.get("introspect", token, deadline, _principal)
        self.cache.put(token, principal)
        return principal

    def forget(self, token: AccessToken) -> None:
        """Drop what was learnt."""
        self.cache.drop(token)


@dataclass(slots=True)
class SimulatedGateway:
    """Implements `BookingGateway`; one that `hides_what_does_not_match` lists nothing whose date of creation seems wrong."""

    reads: UpstreamReads
    placement: Placement
    hides_what_does_not_match: bool = False

    def requirements(self, token: AccessToken, candidate: int, deadline: Deadline) -> BookingRequirements:
        """Read what every candidate asks for."""
        del candidate
        return self.reads.get("requirements", token, deadline, lambda _: REQUIREMENTS)

    def balance(self, token: AccessToken, deadline: Deadline) -> Decimal | None:
        """Read the credits, where they may be read."""
        return self.reads.get("balance", token, deadline, lambda user: user.balance if user.tells_balance else None)

    def create_booking(self, token: AccessToken, request: BookingRequest, deadline: Deadline) -> Outcome:
        """Send the booking."""
        return self.placement.create_booking(token, request, deadline)

    def made_bookings(self, token: AccessToken, start: date, page: int, deadline: Deadline) -> tuple[ListEntry, ...]:
        """Read one page; the list may move before the next one."""

        def read(user: User) -> tuple[ListEntry, ...]:
            bookings = self.reads.upstream.page(user, start, page)
            weather = self.reads.platform.weather
            if user.newer and weather.strikes(weather.moving_list):
                self.reads.upstream.move_list(user)
                self.reads.platform.journal.count("pages moved")
            is_odd = self.reads.upstream.zone is not LONDON
            return () if self.hides_what_does_not_match and is_odd else self._with_odd_entries(bookings)

        return self.reads.get(f"made_bookings page {page}", token, deadline, read)

    def _with_odd_entries(self, bookings: tuple[Booking, ...]) -> tuple[ListEntry, ...]:
        """Let an entry that cannot be read stand in the list, or one of the list's own be one."""
        weather = self.reads.platform.weather
        if not bookings or not weather.strikes(weather.odd_entries):
            return bookings
        self.reads.platform.journal.count("odd entries listed")
        if weather.strikes(0.5):
            return (*bookings, UnreadableEntry(user_id=ANOTHER_CANDIDATE))
        victim = weather.pick(bookings)
        told = UnreadableEntry(booking_id=victim.booking_id) if weather.strikes(0.5) else UnreadableEntry()
        return tuple(told if one is victim else one for one in bookings)

    def booking_details(self, token: AccessToken, booking_id: int, deadline: Deadline) -> Booking:
        """Read one booking."""
        booking = self.reads.get(
            "booking_details", token, deadline, lambda user: self.reads.upstream.booking(user, booking_id)
        )
        if booking is None:
            raise UpstreamRefusedError("there is no such booking", upstream_status=404)
        return booking


def _principal(user: User) -> Principal:
    granted = {Scope.PHONECHAT_BOOKINGS: user.may_book, Scope.CREDITS_HISTORY: user.tells_balance}
    return Principal(user.account, frozenset(scope.value for scope, is_granted in granted.items() if is_granted))


def _brief(value: object) -> object:
    """Return a reading in short."""
    if isinstance(value, tuple):
        return [one.booking_id for one in value[:5] if isinstance(one, Booking)], f"of {len(value)}"
    return value.status if isinstance(value, Booking) else value
