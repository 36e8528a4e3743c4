"""The client for programs that wait: scripts, web servers with threads."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import KW_ONLY, dataclass, field
from threading import Lock
from typing import TypeAlias, TypeVar

import httpx

from switchboard_client.contract import (
    Booking,
    BookingDraft,
    BookingRequest,
    GetCurrentCreditBalanceAnswer,
    GetPermissionsAnswer,
    GetSettingsAnswer,
    GetUserBookingRequirementsAnswer,
    MadeBookingsAnswer,
    Operation,
    Quote,
)
from switchboard_client.core import questions
from switchboard_client.core.driving import driven
from switchboard_client.core.effects import AskToken, Effect, Keep, Send, Sleep, Steps, TokenUnavailableError
from switchboard_client.core.intents import Intent, Intents
from switchboard_client.core.pursuit import Pursuit
from switchboard_client.core.questions import Asked
from switchboard_client.core.reads import READ_PATIENCE_SECONDS, MadeBookingsQuery, Pages, Reads
from switchboard_client.core.requests import PATIENCE_SECONDS, TIMEOUT_SECONDS, arguments, new_key, response
from switchboard_client.outcome import Outcome, Waiting
from switchboard_client.storage import Storage

Result = TypeVar("Result")
Tokens: TypeAlias = Callable[[str | None], str | None]


@dataclass(slots=True)
class Client:
    """One user's intents to book, each with one key from the click to the outcome.

    `base_url` is where Switchboard is, with its stage. `account` is who is signed in, by any name that is theirs alone: an
    intent of one user is never sent with another's token. `tokens` is asked before each request; it gets the token that
    AdultWork no longer takes, or None, and answers with a token, or with None when the user has to sign in. What it raises
    counts as a network that is away for a moment. `storage` must outlive the process.
    """

    base_url: str
    account: str
    tokens: Tokens = field(repr=False)
    storage: Storage
    _: KW_ONLY
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=TIMEOUT_SECONDS))
    now: Callable[[], float] = time.time
    sleep: Callable[[float], object] = time.sleep
    _intents: Intents = field(init=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)
    _running: dict[str, "Future[Outcome]"] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self._intents = Intents(self.account, new_key)

    def intend(self, booking: BookingRequest) -> Intent:
        """Make the key of a booking and keep both. Call it when the user says "book"; a second time gives the same intent."""
        return self._run(self._intents.make(booking))

    def book(
        self,
        intent: Intent,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        on_wait: Callable[[Waiting], object] | None = None,
    ) -> Outcome:
        """Book, or go on with it: as often as you like, also after a restart. While it runs, a second call joins it.

        Raises:
            IntentOverError: the intent is over, or another user's.
        """
        with self._lock:
            joined = self._running.get(intent.key)
            mine: Future[Outcome] = Future()
            if joined is None:
                self._running[intent.key] = mine
        if joined is not None:
            return joined.result()
        try:
            mine.set_result(self._run(self._pursue(intent, patience_seconds, on_wait)))
        except BaseException as error:  # noqa: BLE001 (whoever joined has to be told, whatever it was)
            mine.set_exception(error)
        finally:
            with self._lock:
                del self._running[intent.key]
        return mine.result()

    def pending(self) -> list[Intent]:
        """Return the intents whose outcome is not known yet. Give each to `book` when the program starts."""
        return self._run(self._intents.all())

    def mend(self, intent: Intent, booking: BookingRequest) -> Intent:
        """Give the intent of a Rejected or Declined the body that the user put right; then `book` what this returns."""
        return self._run(self._intents.mend(intent.key, booking))

    def forget(self, intent: Intent) -> None:
        """Forget an intent that the user gave up, such as a rejected booking. It cancels nothing."""
        self._run(self._intents.forget(intent.key))

    def quote(self, draft: BookingDraft) -> Asked[Quote]:
        """Ask what a booking would cost and which rules it breaks. It never books."""
        return self._run(questions.quote(draft, self.now()))

    def operation(self, operation_id: str) -> Asked[Operation]:
        """Ask how an operation stands, such as the one of a duplicate."""
        return self._run(questions.operation(operation_id, self.now()))

    def get_user_booking_requirements(
        self, book_user_id: int, *, patience_seconds: float = READ_PATIENCE_SECONDS
    ) -> Asked[GetUserBookingRequirementsAnswer]:
        """Ask what a booking of somebody needs: the price per minute, and which methods are offered."""
        return self._run(Reads(self.now, patience_seconds).user_booking_requirements(book_user_id))

    def made_bookings(
        self, query: MadeBookingsQuery | None = None, *, patience_seconds: float = READ_PATIENCE_SECONDS
    ) -> Asked[MadeBookingsAnswer]:
        """Read one page of the bookings that the user made."""
        return self._run(Reads(self.now, patience_seconds).made_bookings(query or {}))

    def made_bookings_pages(
        self, query: MadeBookingsQuery | None = None, *, patience_seconds: float = READ_PATIENCE_SECONDS
    ) -> Iterator[Asked[MadeBookingsAnswer]]:
        """Read those bookings page by page, from `PageNumber` on.

        A page that cannot be read is told, and is the last one: go on from its number. Bookings that are made meanwhile move
        the others on, so one may come twice.
        """
        pages = Pages({"PageNumber": 1, **(query or {})})
        while pages.query is not None:
            page = self.made_bookings(pages.query, patience_seconds=patience_seconds)
            if pages.take(page):
                yield page

    def made_booking_details(
        self, booking_id: int, *, patience_seconds: float = READ_PATIENCE_SECONDS
    ) -> Asked[Booking]:
        """Read one booking that the user made, as it stands now."""
        return self._run(Reads(self.now, patience_seconds).made_booking_details(booking_id))

    def get_settings(self, *, patience_seconds: float = READ_PATIENCE_SECONDS) -> Asked[GetSettingsAnswer]:
        """Read the user's own PhoneChat settings: what clients meet who book this user."""
        return self._run(Reads(self.now, patience_seconds).settings())

    def get_current_credit_balance(
        self, *, patience_seconds: float = READ_PATIENCE_SECONDS
    ) -> Asked[GetCurrentCreditBalanceAnswer]:
        """Read how many credits the user has."""
        return self._run(Reads(self.now, patience_seconds).current_credit_balance())

    def get_permissions(self, *, patience_seconds: float = READ_PATIENCE_SECONDS) -> Asked[GetPermissionsAnswer]:
        """Read what the user has granted: a scope is granted only where its `Status` says so."""
        return self._run(Reads(self.now, patience_seconds).permissions())

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def _pursue(
        self, intent: Intent, patience_seconds: float, on_wait: Callable[[Waiting], object] | None
    ) -> Steps[Outcome]:
        kept = yield from self._intents.read(intent.key)
        return (yield from Pursuit(self._intents, kept, self.now, patience_seconds, on_wait).run())

    def _run(self, steps: Steps[Result]) -> Result:
        return driven(steps, self._do)

    def _do(self, effect: Effect) -> object:
        match effect:
            case Send():
                try:
                    return response(self.http.request(**arguments(self.base_url, effect)))
                except httpx.HTTPError:
                    return None
            case AskToken(rejected):
                try:
                    return self.tokens(rejected)
                except Exception as error:
                    raise TokenUnavailableError from error
            case Sleep(seconds):
                return self.sleep(seconds)
            case Keep(work):
                with self._lock:
                    return work(self.storage)
