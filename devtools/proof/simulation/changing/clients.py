"""Apps whose users change bookings: they tap several times, lose answers, come back later, and ask how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.application.booking.place_booking import Answered
from chalicelib.application.changing.make_change import ChangeCommand
from chalicelib.application.operations.get_operation import GetOperationCommand, OperationView
from chalicelib.domain.access import AccessToken
from chalicelib.domain.changing.operation import ChangeRecord
from chalicelib.domain.errors import ChangeNotMadeError, SwitchboardError
from devtools.proof.simulation.changing.wishes import Asked, ChangingContainer, Wish
from devtools.proof.simulation.clients import (
    COMES_AFTER_SECONDS,
    PATIENCE_SECONDS,
    TAPS_WEIGHTS,
    TRIES,
    WAIT_WEIGHTS,
    WAITS_SECONDS,
    seconds_left,
)
from devtools.proof.simulation.intents import new_key
from devtools.proof.simulation.world.platform import Call, Platform
from devtools.proof.simulation.world.upstream import AdultWork


@dataclass(slots=True)
class ChangingClient:
    """One device; `asked` takes what each call was asked for, and answered."""

    platform: Platform
    upstream: AdultWork
    services: Sequence[ChangingContainer]
    wish: Wish
    asked: list[Asked]
    operation_id: str | None = None
    keys: int = 0

    def live(self) -> None:
        """Tap, perhaps several times at once, then try again until it is done or the user gives up."""
        weather, scheduler = self.platform.weather, self.platform.scheduler
        scheduler.sleep(weather.pick(COMES_AFTER_SECONDS) * weather.rng.random())
        key = new_key(self.wish.number, 0) if weather.strikes(0.7) else None
        for _ in range(weather.pick((0, 1, 2), TAPS_WEIGHTS)):
            other = weather.pick((key, new_key(self.wish.number, 9), None))
            scheduler.spawn(lambda other=other: self._change(other))  # type: ignore[misc]
        for _ in range(weather.pick(TRIES)):
            answer = self._change(key)
            if isinstance(answer, Answered) and not weather.strikes(0.4):
                return
            if isinstance(answer, ChangeNotMadeError | Answered):
                self.keys += 1
                key = new_key(self.wish.number, self.keys)
            scheduler.sleep(weather.pick(WAITS_SECONDS, WAIT_WEIGHTS) * weather.rng.uniform(0.5, 1.5))
            if self.operation_id is not None and weather.strikes(0.4):
                self._ask(self.operation_id)

    def _token(self) -> AccessToken:
        return self.upstream.sign_in(self.wish.account)

    def _change(self, key: str | None) -> Answered | SwitchboardError | None:
        token, wish = self._token(), self.wish

        def work(call: Call) -> Answered | SwitchboardError:
            command = ChangeCommand(wish.change, token, key, wish.members, call.name, seconds_left())
            service, now = self.platform.weather.pick(self.services), self.platform.scheduler.now
            asked = Asked(wish, key, call.number, now, service.container.is_sending)
            self.asked.append(asked)
            try:
                answer: Answered | SwitchboardError = service.changes.make.execute(command)
            except SwitchboardError as error:
                answer = error
            asked.answer = answer
            return answer

        self.platform.journal.say(f"client {wish.number}", wish.change.name, wish.booking_id, f"key={key}")
        answer = self.platform.ask("change", wish.account, self.platform.weather.pick(PATIENCE_SECONDS), work)
        self.operation_id = getattr(answer, "operation_id", None) or self.operation_id
        return answer

    def _ask(self, operation_id: str) -> None:
        token = self._token()

        def work(call: Call) -> OperationView[ChangeRecord] | SwitchboardError:
            command = GetOperationCommand(token, operation_id, call.name, seconds_left())
            try:
                return self.platform.weather.pick(self.services).changes.get.execute(command)
            except SwitchboardError as error:
                return error

        self.platform.ask("status", self.wish.account, self.platform.weather.pick(PATIENCE_SECONDS), work)
