"""The client for programs with asyncio."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import KW_ONLY, dataclass, field
from inspect import isawaitable
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
from switchboard_client.core.driving import driven_async
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
AsyncTokens: TypeAlias = Callable[[str | None], Awaitable[str | None] | str | None]


@dataclass(slots=True)
class AsyncClient:
    """One user's intents to book and to change bookings, as `Client` has them; `tokens` may be a coroutine function.

    Work on the storage runs in a thread beside the loop. A cancelled `book` or `change` cancels nothing that was sent:
    the intent is kept, and another call goes on with it.
    """

    base_url: str
    account: str
    tokens: AsyncTokens = field(repr=False)
    storage: Storage
    _: KW_ONLY
    http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=TIMEOUT_SECONDS))
    now: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)
    _running: dict[str, "asyncio.Task[Any]"] = field(default_factory=dict, init=False, repr=False)

    async def intend(self, booking: BookingRequest) -> Intent:
        """Make the key of a booking and keep both. Call it when the user taps "book"; a second tap gives the same intent."""
        return await self._run(self._intents(BOOKING).make(booking))

    async def book(
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
        return await self._joined(intent.key, steps)

    async def pending(self) -> list[Intent]:
        """Return the bookings whose outcome is not known yet. Give each to `book` when the program starts."""
        return await self._run(self._intents(BOOKING).all())

    async def mend(self, intent: Intent, booking: BookingRequest) -> Intent:
        """Give the intent of a Rejected or Declined the body that the user put right; then `book` what this returns."""
        return await self._run(self._intents(BOOKING).mend(intent.key, booking))

    async def intend_change(self, wanted: Wanted[Answer]) -> ChangeIntent[Answer]:
        """Make the key of a change and keep both, as `intend` does for a booking."""
        return await self._run(self._intents(change_call(wanted.change)).make(wanted.request))

    async def change(
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
        return await self._joined(intent.key, steps)

    async def pending_changes(self) -> list[AnyChangeIntent]:
        """Return the changes whose outcome is not known yet. Give each to `change` when the program starts."""
        return [intent for each in CHANGES for intent in await self._run(self._intents(change_call(each)).all())]

    async def mend_change(self, intent: ChangeIntent[Answer], wanted: Wanted[Answer]) -> ChangeIntent[Answer]:
        """Give the intent of a Rejected or Declined what the user put right; then `change` what this returns."""
        return await self._run(self._intents(change_call(wanted.change)).mend(intent.key, wanted.request))

    async def forget(self, intent: Intent | AnyChangeIntent) -> None:
        """Forget an intent that the user gave up, such as a rejected booking. It cancels nothing."""
        await self._run(self._intents(call_of(intent)).forget(intent.key))

    async def quote(self, draft: BookingDraft) -> Asked[Quote]:
        """Ask what a booking would cost and which rules it breaks. It never books."""
        return await self._run(questions.quote(draft, self.now()))

    async def operation(self, operation_id: str) -> Asked[AnyOperation]:
        """Ask how an operation stands, such as the one of a duplicate."""
        return await self._run(questions.operation(operation_id, self.now()))

    async def get_user_booking_requirements(
        self, book_user_id: int, *, patience_seconds: float = READ_PATIENCE_SECONDS
    ) -> Asked[GetUserBookingRequirementsAnswer]:
        """Ask what a booking of somebody needs: the price per minute, and which methods are offered."""
        return await self._run(Reads(self.now, patience_seconds).user_booking_requirements(book_user_id))

    async def made_bookings(
        self, query: MadeBookingsQuery | None = None, *, patience_seconds: float = READ_PATIENCE_SECONDS
    ) -> Asked[MadeBookingsAnswer]:
        """Read one page of the bookings that the user made."""
        return await self._run(Reads(self.now, patience_seconds).made_bookings(query or {}))

    async def made_bookings_pages(
        self, query: MadeBookingsQuery | None = None, *, patience_seconds: float = READ_PATIENCE_SECONDS
    ) -> AsyncIterator[Asked[MadeBookingsAnswer]]:
        """Read those bookings page by page, from `PageNumber` on.

        A page that cannot be read is told, and is the last one: go on from its number. Bookings that are made meanwhile move
        the others on, so one may come twice.
        """
        pages = Pages({"PageNumber": 1, **(query or {})})
        while pages.query is not None:
            page = await self.made_bookings(pages.query, patience_seconds=patience_seconds)
            if pages.take(page):
                yield page

    async def made_booking_details(
        self, booking_id: int, *, patience_seconds: float = READ_PATIENCE_SECONDS
    ) -> Asked[Booking]:
        """Read one booking that the user made, as it stands now."""
        return await self._run(Reads(self.now, patience_seconds).made_booking_details(booking_id))

    async def get_settings(self, *, patience_seconds: float = READ_PATIENCE_SECONDS) -> Asked[GetSettingsAnswer]:
        """Read the user's own PhoneChat settings: what clients meet who book this user."""
        return await self._run(Reads(self.now, patience_seconds).settings())

    async def get_current_credit_balance(
        self, *, patience_seconds: float = READ_PATIENCE_SECONDS
    ) -> Asked[GetCurrentCreditBalanceAnswer]:
        """Read how many credits the user has."""
        return await self._run(Reads(self.now, patience_seconds).current_credit_balance())

    async def get_permissions(self, *, patience_seconds: float = READ_PATIENCE_SECONDS) -> Asked[GetPermissionsAnswer]:
        """Read what the user has granted: a scope is granted only where its `Status` says so."""
        return await self._run(Reads(self.now, patience_seconds).permissions())

    async def close(self) -> None:
        """Close the connections."""
        await self.http.aclose()

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

    async def _joined(self, key: str, steps: Steps[Result]) -> Result:
        """Run the steps of an intent in a task, or wait for the one that does."""
        running: asyncio.Task[Result] | None = self._running.get(key)
        if running is not None:
            return await asyncio.shield(running)
        task = asyncio.ensure_future(self._run(steps))
        self._running[key] = task
        task.add_done_callback(lambda _: self._running.pop(key))
        return await task

    async def _run(self, steps: Steps[Result]) -> Result:
        return await driven_async(steps, self._do)

    async def _do(self, effect: Effect) -> object:
        match effect:
            case Send():
                try:
                    return response(await self.http.request(**arguments(self.base_url, effect)))
                except httpx.HTTPError:
                    return None
            case AskToken(rejected):
                try:
                    token = self.tokens(rejected)
                    return await token if isawaitable(token) else token
                except Exception as error:
                    raise TokenUnavailableError from error
            case Sleep(seconds):
                return await self.sleep(seconds)
            case Keep(work):
                async with self._lock:
                    return await asyncio.to_thread(work, self.storage)
