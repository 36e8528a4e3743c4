"""What the devices do that change a booking."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.application.booking.place_booking import Answered
from chalicelib.application.changing.make_change import ChangeCommand
from chalicelib.application.operations.get_operation import GetOperationCommand, OperationView
from chalicelib.domain.access import AccessToken
from chalicelib.domain.changing.operation import ChangeRecord
from chalicelib.domain.errors import SwitchboardError
from chalicelib.edge.container import ExpiresOperations
from devtools.memory.changes import InMemoryChangeStore
from devtools.proof.exploration.changing.gateway import ExploredChanges
from devtools.proof.exploration.scenarios import Does, Visit
from devtools.proof.exploration.world.devices import (
    PATIENCE_SECONDS,
    Device,
    World,
    seconds_left,
)
from devtools.proof.simulation.changing.wishes import Asked, ChangingContainer, Wish
from devtools.proof.simulation.intents import new_key
from devtools.proof.simulation.world.platform import Call

CHANGES = (Does.CHANGE, Does.CHANGE_OTHER)


@dataclass(frozen=True, slots=True)
class Around:
    """What a device that changes has around it, beside the world of bookings; `wishes` are of one change and two bookings."""

    world: World
    changed: InMemoryChangeStore
    gateway: ExploredChanges
    services: Sequence[ChangingContainer]
    wishes: Sequence[Wish]
    asked: list[Asked]


class ChangingDevice(Device):
    """One device with a container of its own."""

    def __init__(self, around: Around, number: int, visits: Sequence[Visit]) -> None:
        super().__init__(around.world, number, visits)
        self._around = around
        self._service = around.services[number - 1]

    def _act(self, visit: Visit, call: int, token: AccessToken) -> None:
        match visit.does:
            case Does.ASK:
                for record in self._around.changed.records()[:1]:
                    self._look(call, token, record.id)
            case Does.CANCEL:
                self._around.gateway.cancel(self._around.wishes[0].booking_id)
            case Does.SWEEP:
                self.sweep(call)
            case _:
                self._change(call, token, visit)

    def _keeper(self) -> ExpiresOperations:
        return self._service.changes.housekeeping

    def _change(self, number: int, token: AccessToken, visit: Visit) -> None:
        wish = self._around.wishes[visit.does is Does.CHANGE_OTHER]
        key = None if visit.key is None else new_key(1, ord(visit.key))

        def work(call: Call) -> Answered | SwitchboardError:
            now, is_sending = self._world.platform.scheduler.now, self._container.is_sending
            asked = Asked(wish, key, call.number, now, is_sending)
            self._around.asked.append(asked)
            command = ChangeCommand(wish.change, token, key, wish.members, call.name, seconds_left())
            try:
                answer: Answered | SwitchboardError = self._service.changes.make.execute(command)
            except SwitchboardError as error:
                answer = error
            asked.answer = answer
            return answer

        self._world.platform.ask_as(number, "change", wish.account, PATIENCE_SECONDS, work)

    def _look(self, number: int, token: AccessToken, operation_id: str) -> None:
        def work(call: Call) -> OperationView[ChangeRecord] | SwitchboardError:
            command = GetOperationCommand(token, operation_id, call.name, seconds_left())
            try:
                return self._service.changes.get.execute(command)
            except SwitchboardError as error:
                return error

        self._world.platform.ask_as(number, "status", self._around.wishes[0].account, PATIENCE_SECONDS, work)
