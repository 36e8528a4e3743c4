"""Mobile apps: they tap, wait, lose patience, try again, and not always as they should."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from chalicelib.application.booking.place_booking import Answered, PlaceBookingCommand
from chalicelib.application.operations.get_operation import GetOperationCommand, OperationView
from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import (
    BookingNotCreatedError,
    BookingRejectedError,
    DuplicateBookingError,
    IdempotencyKeyReusedError,
    InvalidTokenError,
    SwitchboardError,
    UpstreamRefusedError,
)
from chalicelib.domain.operation.record import OperationRecord
from devtools.memory.store import InMemoryOperationStore
from devtools.proof.simulation.intents import Intent, new_key
from devtools.proof.simulation.oracle.history import Asked, Said
from devtools.proof.simulation.service import Container
from devtools.proof.simulation.world.platform import FUNCTION_SECONDS, Call, Platform
from devtools.proof.simulation.world.upstream import TOKEN_SECONDS, AdultWork

Reply = TypeVar("Reply", Answered, OperationView[OperationRecord])

COMES_AFTER_SECONDS = (0.0, 0.5, 60.0, 60.0, 3000.0, 150_000.0)
PATIENCE_SECONDS = (29.0, 29.0, 29.0, 10.0, 3.0)
WAITS_SECONDS = (0.05, 2.0, 10.0, 45.0, 200.0, 1000.0, 10_000.0, 90_000.0)
WAIT_WEIGHTS = (12, 12, 15, 20, 10, 20, 8, 3)
TRIES = (1, 2, 3, 4, 5)
TRIES_WEIGHTS = (10, 25, 25, 25, 15)
TAPS_WEIGHTS = (70, 20, 10)
LEFT_OF_FUNCTION_SECONDS = 0.2


@dataclass(slots=True)
class World:
    """What a client has around it."""

    platform: Platform
    upstream: AdultWork
    tables: InMemoryOperationStore
    containers: Sequence[Container]

    def ask(
        self,
        what: str,
        account: int,
        work: Callable[[Container, Call], Reply],
        wanted: Intent | None = None,
        key: str | None = None,
    ) -> Reply | SwitchboardError | None:
        """Call one of the containers; return what reached the client, None when nothing did."""
        weather = self.platform.weather
        container = weather.pick(self.containers)

        def answer(call: Call) -> Reply | SwitchboardError:
            now = self.platform.scheduler.now
            self.platform.history.asked[call.number] = Asked(now, container.is_sending, account, wanted, key)
            try:
                result = work(container, call)
            except SwitchboardError as error:
                self._note(call, error, wanted)
                return error
            self._note(call, result, wanted)
            return result

        return self.platform.ask(what, account, weather.pick(PATIENCE_SECONDS), answer)

    def _note(self, call: Call, answer: Reply | SwitchboardError, wanted: Intent | None) -> None:
        """Keep an answer for the oracle, with what the store says of its operation at that moment."""
        operation_id = answer.operation_id if isinstance(answer, Answered) else None
        record = None if operation_id is None else self.tables.standing(operation_id)
        if not self.platform.history.asked[call.number].is_sending:
            self.platform.journal.count(f"paused {call.what}: {type(answer).__name__}")
        self.platform.history.said.append(Said(call.number, call.account, answer, record, wanted))


class Client:
    """One device that wants one booking."""

    def __init__(self, world: World, intent: Intent, *, is_careful: bool) -> None:
        self._world = world
        self._weather = world.platform.weather
        self._intent = intent
        self._is_careful = is_careful
        self._key: str | None = intent.key if is_careful or self._weather.strikes(0.7) else None
        self._keys = 0
        self._token = AccessToken("")
        self._operation_id: str | None = None

    def live(self) -> None:
        """Tap, perhaps several times at once, then try again until it is settled or the user gives up."""
        scheduler = self._world.platform.scheduler
        scheduler.sleep(self._weather.pick(COMES_AFTER_SECONDS) * self._weather.rng.random())
        self._token = self._world.upstream.sign_in(self._intent.account)
        for _ in range(self._weather.pick((0, 1, 2), TAPS_WEIGHTS)):
            key = self._key if self._is_careful else self._weather.pick((self._key, self._fresh_key(), None))
            scheduler.spawn(lambda key=key: self._book(key))  # type: ignore[misc]
        for _ in range(self._weather.pick(TRIES, TRIES_WEIGHTS)):
            if not self._goes_on(self._book(self._key)):
                return
            self._wait()

    def _wait(self) -> None:
        """Let time pass; whoever comes back after long usually has a fresh token."""
        seconds = self._weather.pick(WAITS_SECONDS, WAIT_WEIGHTS) * self._weather.rng.uniform(0.5, 1.5)
        self._world.platform.scheduler.sleep(seconds)
        if seconds > TOKEN_SECONDS / 2 or self._weather.strikes(0.2):
            self._token = self._world.upstream.sign_in(self._intent.account)
        if self._operation_id is not None and self._weather.strikes(0.4):
            self._ask_for_operation()

    def _goes_on(self, answer: object | None) -> bool:
        """Tell whether another try follows an answer, and prepare it."""
        if isinstance(answer, Answered | BookingRejectedError | UpstreamRefusedError | DuplicateBookingError):
            if isinstance(answer, Answered) and self._weather.strikes(0.4):
                self._key = self._fresh_key()  # wants the same once more
            return self._weather.strikes(0.4)
        if isinstance(answer, InvalidTokenError):
            self._token = self._world.upstream.sign_in(self._intent.account)
        elif isinstance(answer, BookingNotCreatedError | IdempotencyKeyReusedError):
            self._key = self._fresh_key()
        elif not self._is_careful and self._weather.strikes(0.5):
            self._key = self._weather.pick((None, self._fresh_key()))
        return True

    def _fresh_key(self) -> str:
        self._keys += 1
        return new_key(self._intent.number, self._keys)

    def _book(self, key: str | None) -> Answered | SwitchboardError | None:
        """Ask for the booking; a careless app sometimes puts another one under the same key."""
        intent = self._intent
        if not self._is_careful and self._weather.strikes(0.1):
            intent = intent.with_other_credits()

        def work(container: Container, call: Call) -> Answered:
            command = PlaceBookingCommand(self._token, key, intent.members, call.name, seconds_left())
            return container.book(command)

        self._world.platform.journal.say(f"client {intent.number}", "books", f"key={key} token={self._token.reveal()}")
        answer = self._world.ask("book", intent.account, work, intent, key)
        self._operation_id = getattr(answer, "operation_id", None) or self._operation_id
        return answer

    def _ask_for_operation(self) -> None:
        """Ask for the state of what was booked; sometimes of what is another's."""
        operation_id = self._operation_id or ""
        token, account = self._token, self._intent.account
        if self._weather.strikes(0.1):
            account = self._weather.pick(sorted(self._world.upstream.users))
            token = self._world.upstream.sign_in(account)

        def work(container: Container, call: Call) -> OperationView[OperationRecord]:
            return container.get_operation.execute(GetOperationCommand(token, operation_id, call.name, seconds_left()))

        self._world.platform.journal.say(f"client {self._intent.number}", "asks for", operation_id)
        self._world.ask("status", account, work)


def seconds_left() -> float:
    """Return what a call is told of the time that the platform grants."""
    return FUNCTION_SECONDS - LEFT_OF_FUNCTION_SECONDS
