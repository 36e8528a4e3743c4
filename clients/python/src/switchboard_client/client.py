"""The client for programs that wait: scripts, web servers with threads."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import KW_ONLY, dataclass, field
from threading import Lock
from typing import Any, TypeAlias, TypeVar

import httpx

from switchboard_client.changes import CHANGES, AnyChangeIntent, ChangeIntent, Wanted
from switchboard_client.contract import (
    AnyOperation,
    Booking,
    BookingDraft,
    BookingRequest,
    GetCurrentCreditBalanceAnswer,
    GetPermissionsAnswer,
    GetSettingsAnswer,
    GetUserBookingRequirementsAnswer,
    MadeBookingsAnswer,
    Quote,
)
from switchboard_client.core import questions
from switchboard_client.core.calls import BOOKING, Call, call_of, change_call
from switchboard_client.core.driving import driven
from switchboard_client.core.effects import AskToken, Effect, Keep, Send, Sleep, Steps, TokenUnavailableError
from switchboard_client.core.intents import Intents
from switchboard_client.core.pursuit import Pursuit
from switchboard_client.core.questions import Asked
from switchboard_client.core.reads import READ_PATIENCE_SECONDS, MadeBookingsQuery, Pages, Reads
from switchboard_client.core.requests import PATIENCE_SECONDS, TIMEOUT_SECONDS, arguments, new_key, response
from switchboard_client.outcome import ChangeOutcome, Intent, Outcome, OutcomeOf, Waiting
from switchboard_client.storage import Storage

Answer = TypeVar("Answer")
Ended = TypeVar("Ended")
Of = TypeVar("Of")
Result = TypeVar("Result")
Standing = TypeVar("Standing")
Tokens: TypeAlias = Callable[[str | None], str | None]


@dataclass(slots=True)
class Client:
    """One user's intents to book and to change bookings, each with one key from the click to the outcome.

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
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)
    _running: dict[str, "Future[Any]"] = field(default_factory=dict, init=False, repr=False)

    def intend(self, booking: BookingRequest) -> Intent:
        """Make the key of a booking and keep both. Call it when the user says "book"; a second time gives the same intent."""
        return self._run(self._intents(BOOKING).make(booking))

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
        steps = self._pursue(BOOKING, intent.key, patience_seconds, on_wait)
        return self._joined(intent.key, steps)

    def pending(self) -> list[Intent]:
        """Return the bookings whose outcome is not known yet. Give each to `book` when the program starts."""
        return self._run(self._intents(BOOKING).all())

    def mend(self, intent: Intent, booking: BookingRequest) -> Intent:
        """Give the intent of a Rejected or Declined the body that the user put right; then `book` what this returns."""
        return self._run(self._intents(BOOKING).mend(intent.key, booking))

    def intend_change(self, wanted: Wanted[Answer]) -> ChangeIntent[Answer]:
        """Make the key of a change and keep both, as `intend` does for a booking."""
        return self._run(self._intents(change_call(wanted.change)).make(wanted.request))

    def change(
        self,
        intent: ChangeIntent[Answer],
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        on_wait: Callable[[Waiting], object] | None = None,
    ) -> ChangeOutcome[Answer]:
        """Make a change, or go on with it, as `book` does with a booking.

        Raises:
            IntentOverError: the intent is over, or another user's.
        """
        steps = self._pursue(change_call(intent.wanted.change), intent.key, patience_seconds, on_wait)
        return self._joined(intent.key, steps)

    def pending_changes(self) -> list[AnyChangeIntent]:
        """Return the changes whose outcome is not known yet. Give each to `change` when the program starts."""
        return [intent for each in CHANGES for intent in self._run(self._intents(change_call(each)).all())]

    def mend_change(self, intent: ChangeIntent[Answer], wanted: Wanted[Answer]) -> ChangeIntent[Answer]:
        """Give the intent of a Rejected or Declined what the user put right; then `change` what this returns."""
        return self._run(self._intents(change_call(wanted.change)).mend(intent.key, wanted.request))

    def forget(self, intent: Intent | AnyChangeIntent) -> None:
        """Forget an intent that the user gave up, such as a rejected booking. It cancels nothing."""
        self._run(self._intents(call_of(intent)).forget(intent.key))

    def quote(self, draft: BookingDraft) -> Asked[Quote]:
        """Ask what a booking would cost and which rules it breaks. It never books."""
        return self._run(questions.quote(draft, self.now()))

    def operation(self, operation_id: str) -> Asked[AnyOperation]:
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

    def _intents(self, call: Call[Ended, Of, Standing]) -> Intents[Of]:
        return Intents(self.account, new_key, call)

    def _pursue(
        self,
        call: Call[Ended, Of, Standing],
        key: str,
        patience_seconds: float,
        on_wait: Callable[[Waiting], object] | None,
    ) -> Steps[OutcomeOf[Ended, Of, Standing]]:
        return Pursuit(call, self._intents(call), key, self.now, patience_seconds, on_wait).run()

    def _joined(self, key: str, steps: Steps[Result]) -> Result:
        """Run the steps of an intent, or wait for the thread that does."""
        with self._lock:
            joined = self._running.get(key)
            mine: Future[Result] = Future()
            if joined is None:
                self._running[key] = mine
        if joined is not None:
            result: Result = joined.result()
            return result
        try:
            mine.set_result(self._run(steps))
        except BaseException as error:  # noqa: BLE001 (whoever joined has to be told, whatever it was)
            mine.set_exception(error)
        finally:
            with self._lock:
                del self._running[key]
        return mine.result()

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
