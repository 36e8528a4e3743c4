"""Apps that do what they are told and think nothing of their own: a new key whenever one is called safe, and never else.

Their user wants one session, and is content with another minute or other credits once the app asks again. Whatever is told,
that must not become two bookings: no guard keeps the second one out.
"""

import json
from collections.abc import Callable

from chalicelib.application.booking.place_booking import Answered, PlaceBookingCommand
from chalicelib.application.operations.get_operation import GetOperationCommand, OperationView
from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import DuplicateBookingError, InvalidTokenError, SwitchboardError
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.edge.problems.new_key import has_booked_nothing_for_good
from devtools.proof.simulation.clients import (
    COMES_AFTER_SECONDS,
    TAPS_WEIGHTS,
    WAIT_WEIGHTS,
    WAITS_SECONDS,
    World,
    seconds_left,
)
from devtools.proof.simulation.intents import Intent, new_key
from devtools.proof.simulation.service import Container
from devtools.proof.simulation.world.platform import Call
from devtools.proof.simulation.world.upstream import TOKEN_SECONDS

NewKeyRule = Callable[[SwitchboardError], bool | None]
BOOKED = 201
TRIES = (3, 5, 8)
MINUTES_LATER = (30, 60, 90)


def is_called_safe(answer: object | None, is_new_key_safe: NewKeyRule) -> bool:
    """Tell whether an answer says that a new key is safe; no answer says nothing."""
    match answer:
        case Answered():
            return json.loads(answer.answer.body).get("safe_to_retry_with_new_key") is True
        case SwitchboardError():
            return is_new_key_safe(answer) is True
        case OperationView():
            return has_booked_nothing_for_good(answer.record)
        case _:
            return False


class ObedientClient:
    """One device whose user wants one booking; `is_new_key_safe` is what problems say."""

    def __init__(self, world: World, intent: Intent, is_new_key_safe: NewKeyRule) -> None:
        self._world = world
        self._weather = world.platform.weather
        self._intent = intent
        self._wish = intent.number
        self._is_new_key_safe = is_new_key_safe
        self._keys = 0
        self._key = intent.key
        self._token = AccessToken("")
        self._operation_id: str | None = None
        self._is_done = False

    def live(self) -> None:
        """Tap, perhaps several times at once, then try again until it is booked or the user gives up."""
        scheduler = self._world.platform.scheduler
        scheduler.sleep(self._weather.pick(COMES_AFTER_SECONDS) * self._weather.rng.random())
        self._token = self._world.upstream.sign_in(self._intent.account)
        for _ in range(self._weather.pick((0, 1, 2), TAPS_WEIGHTS)):
            scheduler.spawn(self._try_once)
        for _ in range(self._weather.pick(TRIES)):
            self._try_once()
            if self._is_done and not self._weather.strikes(0.2):
                return
            self._wait()

    def _try_once(self) -> None:
        """Ask for the booking, and do what the answer says."""
        key = self._key
        self._obey(key, self._book(key))

    def _obey(self, key: str, answer: object | None) -> None:
        """Make a new key if that is called safe of the one that was used; whatever else was told, keep it."""
        self._token_may_be_stale(answer)
        match answer:
            case Answered() if answer.answer.status == BOOKED:
                self._is_done = True
            case Answered() | SwitchboardError() | OperationView():
                self._remember(answer)
                self._take_new_key_if(key, is_safe=is_called_safe(answer, self._is_new_key_safe))
            case _:
                self._change_something(0.1)

    def _take_new_key_if(self, key: str, *, is_safe: bool) -> None:
        """Make a new key, unless that was done already; the user chooses another minute, or other credits."""
        if is_safe and key == self._key:
            self._keys += 1
            self._key = new_key(self._wish, self._keys)
            self._operation_id = None
            self._world.platform.journal.count("new keys as told")
        self._change_something(0.8 if is_safe else 0.2)

    def _change_something(self, probability: float) -> None:
        """Let the user change the form between two tries, under whatever key the app sends it."""
        if not self._weather.strikes(probability):
            return
        if self._weather.strikes(0.5):
            self._intent = self._intent.with_other_credits()
        else:
            self._intent = self._intent.later(self._weather.pick(MINUTES_LATER))

    def _remember(self, answer: object) -> None:
        """Keep the operation of the key that an error names; what a duplicate names was made under another."""
        if not isinstance(answer, SwitchboardError) or isinstance(answer, DuplicateBookingError):
            return
        if answer.operation_id is not None:
            self._operation_id = answer.operation_id

    def _token_may_be_stale(self, answer: object | None) -> None:
        if isinstance(answer, InvalidTokenError):
            self._token = self._world.upstream.sign_in(self._intent.account)

    def _wait(self) -> None:
        """Let time pass, and perhaps ask how the operation stands."""
        seconds = self._weather.pick(WAITS_SECONDS, WAIT_WEIGHTS) * self._weather.rng.uniform(0.5, 1.5)
        self._world.platform.scheduler.sleep(seconds)
        if seconds > TOKEN_SECONDS / 2:
            self._token = self._world.upstream.sign_in(self._intent.account)
        if self._operation_id is not None and self._weather.strikes(0.4):
            self._ask_for_operation(self._operation_id)

    def _book(self, key: str) -> Answered | SwitchboardError | None:
        intent = self._intent

        def work(container: Container, call: Call) -> Answered:
            self._world.platform.history.wishes[call.number] = self._wish
            command = PlaceBookingCommand(self._token, key, intent.members, call.name, seconds_left())
            return container.book(command)

        self._world.platform.journal.say(f"obedient {self._wish}", "books", f"key={key}", intent.members["SessionDate"])
        return self._world.ask("book", intent.account, work, intent, key)

    def _ask_for_operation(self, operation_id: str) -> None:
        key = self._key

        def work(container: Container, call: Call) -> OperationView[OperationRecord]:
            command = GetOperationCommand(self._token, operation_id, call.name, seconds_left())
            return container.get_operation.execute(command)

        self._world.platform.journal.say(f"obedient {self._wish}", "asks for", operation_id)
        answer = self._world.ask("status", self._intent.account, work)
        if isinstance(answer, OperationView):
            self._obey(key, answer)
        self._token_may_be_stale(answer)
