"""What the devices do that change a booking, and the ending, in which everybody comes back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalicelib.application.booking.place_booking import Answered
from chalicelib.application.changing.make_change import ChangeCommand
from chalicelib.application.operations.get_operation import GetOperationCommand, OperationView
from chalicelib.domain.access import AccessToken
from chalicelib.domain.changing.operation import ChangeRecord
from chalicelib.domain.errors import StoreUnavailableError, SwitchboardError
from chalicelib.domain.operation.operation import OPEN
from chalicelib.domain.time_budget import Deadline
from devtools.memory.changes import InMemoryChangeStore
from devtools.proof.exploration.changing.gateway import ExploredChanges
from devtools.proof.exploration.scenarios import Does, Visit
from devtools.proof.exploration.world.devices import (
    DAY,
    ENDS,
    LAST_SWEEPS,
    PATIENCE_SECONDS,
    Device,
    World,
    seconds_left,
)
from devtools.proof.simulation.changing.wishes import Asked, ChangingContainer, Wish
from devtools.proof.simulation.intents import new_key
from devtools.proof.simulation.world.platform import Call
from devtools.proof.simulation.world.surroundings import SWEEP_EVERY_SECONDS, SWEEP_SECONDS


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

    def do(self, visit: Visit, call: int, token: AccessToken) -> None:
        """Do one thing."""
        self._container.is_sending = not visit.is_paused
        self._world.platform.journal.say(f"device {self._number}", visit.does, f"key={visit.key}" if visit.key else "")
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

    def sweep(self, number: int) -> None:
        """Run the hourly sweep."""

        def work(call: Call) -> int:
            deadline = Deadline.after(self._container.clock.monotonic, SWEEP_SECONDS)
            try:
                return self._service.changes.housekeeping.expire_operations(call.name, deadline).flagged
            except StoreUnavailableError:  # the next hour goes on
                return 0

        self._world.platform.ask_as(number, "sweep", 0, PATIENCE_SECONDS, work)

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


class ChangesEnding:
    """Everybody comes back, sooner or later; then what is still open is swept up, and a last change is tried."""

    def __init__(self, around: Around, devices: Sequence[ChangingDevice]) -> None:
        self._around = around
        self._devices = devices
        self._number = ENDS

    def happen(self, waits: Sequence[float]) -> None:
        """Let time pass and everybody repeat, again and again."""
        for wait in waits:
            self._sleep(wait)
            if wait == DAY:
                self._sweep()
            if wait == waits[0]:
                self._repeat()
            if wait == waits[-1]:
                self._do(self._devices[-1], Visit(0, Does.CHANGE, key="y"))
                self._do(self._devices[0], Visit(0, Does.ASK))
        self._sleep(DAY)
        self._sweep()
        self._do(self._devices[0], Visit(0, Does.CHANGE, key="z"))

    def _repeat(self) -> None:
        """Let each device send its last change again."""
        for device in self._devices:
            visits = [visit for visit in device.visits if visit.does in {Does.CHANGE, Does.CHANGE_OTHER}]
            for visit in visits[-1:]:
                self._do(device, visit)

    def _do(self, device: ChangingDevice, visit: Visit) -> None:
        self._number += 1
        account = self._around.wishes[0].account
        token = self._around.world.upstream.sign_in_as(account, f"end-{self._number}")
        device.do(replace(visit, is_known=False), self._number, token)

    def _sweep(self) -> None:
        """Sweep every hour, as long as anything is open."""
        for _ in range(LAST_SWEEPS):
            if any(record.state in OPEN for record in self._around.changed.records()):
                self._number += 1
                self._devices[0].sweep(self._number)
                self._sleep(SWEEP_EVERY_SECONDS)

    def _sleep(self, seconds: float) -> None:
        self._around.world.platform.scheduler.sleep(seconds)
