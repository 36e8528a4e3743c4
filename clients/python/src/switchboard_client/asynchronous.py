"""The client for programs with asyncio."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass, field
from inspect import isawaitable
from typing import TypeAlias, TypeVar

import httpx

from switchboard_client.contract import BookingDraft, BookingRequest, Operation, Quote
from switchboard_client.core import questions
from switchboard_client.core.effects import AskToken, Effect, Keep, Send, Sleep, Steps, TokenUnavailableError
from switchboard_client.core.intents import Intent, Intents
from switchboard_client.core.pursuit import Pursuit
from switchboard_client.core.requests import PATIENCE_SECONDS, TIMEOUT_SECONDS, arguments, new_key, response
from switchboard_client.outcome import Outcome, Waiting
from switchboard_client.storage import Storage

Result = TypeVar("Result")
AsyncTokens: TypeAlias = Callable[[str | None], Awaitable[str | None] | str | None]


@dataclass(slots=True)
class AsyncClient:
    """One user's intents to book, as `Client` has them; `tokens` may be a coroutine function.

    Work on the storage runs in a thread beside the loop. A cancelled `book` cancels nothing that was sent: the intent is
    kept, and another `book` goes on with it.
    """

    base_url: str
    account: str
    tokens: AsyncTokens = field(repr=False)
    storage: Storage
    _: KW_ONLY
    http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=TIMEOUT_SECONDS))
    now: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    _intents: Intents = field(init=False)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)
    _running: dict[str, "asyncio.Task[Outcome]"] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self._intents = Intents(self.account, new_key)

    async def intend(self, booking: BookingRequest) -> Intent:
        """Make the key of a booking and keep both. Call it when the user taps "book"; a second tap gives the same intent."""
        return await self._run(self._intents.make(booking))

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
        running = self._running.get(intent.key)
        if running is not None:
            return await asyncio.shield(running)
        task = asyncio.ensure_future(self._run(self._pursue(intent, patience_seconds, on_wait)))
        self._running[intent.key] = task
        task.add_done_callback(lambda _: self._running.pop(intent.key))
        return await task

    async def pending(self) -> list[Intent]:
        """Return the intents whose outcome is not known yet. Give each to `book` when the program starts."""
        return await self._run(self._intents.all())

    async def mend(self, intent: Intent, booking: BookingRequest) -> Intent:
        """Give the intent of a Rejected or Declined the body that the user put right; then `book` what this returns."""
        return await self._run(self._intents.mend(intent.key, booking))

    async def forget(self, intent: Intent) -> None:
        """Forget an intent that the user gave up, such as a rejected booking. It cancels nothing."""
        await self._run(self._intents.forget(intent.key))

    async def quote(self, draft: BookingDraft) -> questions.Asked[Quote]:
        """Ask what a booking would cost and which rules it breaks. It never books."""
        return await self._run(questions.quote(draft, self.now()))

    async def operation(self, operation_id: str) -> questions.Asked[Operation]:
        """Ask how an operation stands, such as the one of a duplicate."""
        return await self._run(questions.operation(operation_id, self.now()))

    async def close(self) -> None:
        """Close the connections."""
        await self.http.aclose()

    def _pursue(
        self, intent: Intent, patience_seconds: float, on_wait: Callable[[Waiting], object] | None
    ) -> Steps[Outcome]:
        kept = yield from self._intents.read(intent.key)
        return (yield from Pursuit(self._intents, kept, self.now, patience_seconds, on_wait).run())

    async def _run(self, steps: Steps[Result]) -> Result:
        """Do what the core yields, until it returns."""
        try:
            effect = next(steps)
            while True:
                try:
                    result = await self._do(effect)
                except Exception as error:  # noqa: BLE001 (the core decides: it catches what is no mistake)
                    effect = steps.throw(error)
                else:
                    effect = steps.send(result)
        except StopIteration as end:
            done: Result = end.value
            return done

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
