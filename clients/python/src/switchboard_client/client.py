"""The client for programs that wait: scripts, web servers with threads."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import KW_ONLY, dataclass, field
from threading import Lock
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

    def quote(self, draft: BookingDraft) -> questions.Asked[Quote]:
        """Ask what a booking would cost and which rules it breaks. It never books."""
        return self._run(questions.quote(draft, self.now()))

    def operation(self, operation_id: str) -> questions.Asked[Operation]:
        """Ask how an operation stands, such as the one of a duplicate."""
        return self._run(questions.operation(operation_id, self.now()))

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def _pursue(
        self, intent: Intent, patience_seconds: float, on_wait: Callable[[Waiting], object] | None
    ) -> Steps[Outcome]:
        kept = yield from self._intents.read(intent.key)
        return (yield from Pursuit(self._intents, kept, self.now, patience_seconds, on_wait).run())

    def _run(self, steps: Steps[Result]) -> Result:
        """Do what the core yields, until it returns."""
        try:
            effect = next(steps)
            while True:
                try:
                    result = self._do(effect)
                except Exception as error:  # noqa: BLE001 (the core decides: it catches what is no mistake)
                    effect = steps.throw(error)
                else:
                    effect = steps.send(result)
        except StopIteration as end:
            done: Result = end.value
            return done

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
