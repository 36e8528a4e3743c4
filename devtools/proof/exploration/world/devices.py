"""What the devices of a scenario do, and the ending, in which everybody comes back and time is given to end everything."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from chalicelib.application.booking.place_booking import Answered, PlaceBookingCommand
from chalicelib.application.operations.get_operation import GetOperationCommand, OperationView
from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import StoreUnavailableError, SwitchboardError
from chalicelib.domain.operation.operation import OPEN
from chalicelib.domain.operation.record import AnyRecord, OperationRecord
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.container import ExpiresOperations
from devtools.memory.store import InMemoryOperationStore
from devtools.proof.exploration.scenarios import Does, Visit
from devtools.proof.exploration.world.platform import ExploredPlatform
from devtools.proof.exploration.world.upstream import Upstream
from devtools.proof.simulation.intents import Intent, new_key
from devtools.proof.simulation.obedience import NewKeyRule, is_called_safe
from devtools.proof.simulation.oracle.history import Asked, Said
from devtools.proof.simulation.service import Container
from devtools.proof.simulation.world.platform import FUNCTION_SECONDS, Call
from devtools.proof.simulation.world.surroundings import SWEEP_EVERY_SECONDS, SWEEP_SECONDS

Reply = TypeVar("Reply", Answered, OperationView[OperationRecord])

PATIENCE_SECONDS = 29.0
LEFT_OF_FUNCTION_SECONDS = 0.2
WARMS_SECONDS = 10.0
OBEYS, WARMS, ENDS = 25, 50, 900  # the numbers of calls under a new key, of those that only warm a cache, of the ending
BOOKS = (Does.BOOK, Does.BOOK_OTHER, Does.BOOK_LATER, Does.BOOK_AS_TOLD, Does.BOOK_LATER_AS_TOLD)
MINUTES_LATER = 30
DAY = 90_000.0
ENDINGS: Sequence[tuple[float, ...]] = (
    (60.0, 1200.0),
    (1200.0,),
    (DAY,),
)  # how long everybody waits before coming back
LAST_SWEEPS = 4


@dataclass(frozen=True, slots=True)
class World:
    """What a device has around it."""

    platform: ExploredPlatform
    upstream: Upstream
    tables: InMemoryOperationStore
    containers: Sequence[Container]
    intents: Sequence[Intent]
    is_new_key_safe: NewKeyRule


class Device:
    """One device with a container of its own: calls at the same time never share one."""

    def __init__(self, world: World, number: int, visits: Sequence[Visit]) -> None:
        self.visits = visits
        self._world = world
        self._number = number
        self._intent = world.intents[number - 1]
        self._container = world.containers[number - 1]
        self._used_up = 0

    def live(self) -> None:
        """Do everything at its time; where the token has to be known, ask for something a little before."""
        for index, visit in enumerate(self.visits, start=1):
            if visit.is_known:
                self._warm(visit, index)
            self._wait_until(visit.at)
            self._world.platform.come_to(index, self._used_up)
            self._world.platform.choices.is_over = visit.is_calm
            self.do(visit, self._call(index), self._token(index))
            self._world.platform.choices.is_over = False

    def _warm(self, visit: Visit, index: int) -> None:
        """Let the container learn of a token: one device after the other, and with nothing left to choice."""
        self._wait_until(visit.at - WARMS_SECONDS * self._number)
        self._world.platform.choices.is_over = True
        self._ask(self._call(index) + WARMS, self._token(index), "op_of_nobody")
        self._world.platform.choices.is_over = False

    def _wait_until(self, second: float) -> None:
        now = self._world.platform.scheduler.now
        self._world.platform.scheduler.sleep(max(0.0, second - now))

    def do(self, visit: Visit, call: int, token: AccessToken) -> None:
        """Do one thing."""
        self._container.is_sending = not visit.is_paused
        self._world.platform.journal.say(f"device {self._number}", visit.does, f"key={visit.key}" if visit.key else "")
        self._act(visit, call, token)

    def _act(self, visit: Visit, call: int, token: AccessToken) -> None:
        match visit.does:
            case Does.BOOK | Does.BOOK_OTHER | Does.BOOK_LATER:
                self._book(call, token, visit.key, self._wanted(visit.does))
            case Does.BOOK_AS_TOLD | Does.BOOK_LATER_AS_TOLD:
                self._book_as_told(call, token, visit.key, self._wanted(visit.does))
            case Does.ASK:
                for record in self._world.tables.records()[:1]:
                    self._ask(call, token, record.id)
            case Does.CANCEL:
                self._world.upstream.cancel_all(self._intent.account)
            case Does.BOOK_ELSEWHERE:
                self._world.upstream.book_elsewhere(self._intent)
            case Does.SWEEP:
                self.sweep(call)

    def _wanted(self, does: Does) -> Intent:
        if does is Does.BOOK_OTHER:
            return self._intent.with_other_credits()
        is_later = does in {Does.BOOK_LATER, Does.BOOK_LATER_AS_TOLD}
        return self._intent.later(MINUTES_LATER) if is_later else self._intent

    def sweep(self, number: int) -> None:
        """Run the hourly sweep."""

        def work(call: Call) -> int:
            deadline = Deadline.after(self._container.clock.monotonic, SWEEP_SECONDS)
            try:
                return self._keeper().expire_operations(call.name, deadline).flagged
            except StoreUnavailableError:  # the next hour goes on
                return 0

        self._world.platform.ask_as(number, "sweep", 0, PATIENCE_SECONDS, work)

    def _keeper(self) -> ExpiresOperations:
        return self._container.housekeeping

    def _book_as_told(self, number: int, token: AccessToken, first_key: str | None, intent: Intent) -> None:
        """Book for the one wish of the device; once more, under a new key, as soon as that is called safe."""
        for call in (number, number + OBEYS):
            key = None if first_key is None else chr(ord(first_key) + self._used_up)
            self._world.platform.history.wishes[call] = self._number
            answer = self._book(call, token, key, intent)
            if not is_called_safe(answer, self._world.is_new_key_safe):
                return
            self._used_up += 1
            self._world.platform.learn(self._used_up)

    def _book(
        self, number: int, token: AccessToken, key: str | None, intent: Intent
    ) -> Answered | SwitchboardError | None:
        text = None if key is None else new_key(1, ord(key))

        def work(call: Call) -> Answered:
            command = PlaceBookingCommand(token, text, intent.members, call.name, seconds_left())
            return self._container.book(command)

        return self._call_for("book", number, work, intent, text)

    def _ask(self, number: int, token: AccessToken, operation_id: str) -> None:
        def work(call: Call) -> OperationView[OperationRecord]:
            command = GetOperationCommand(token, operation_id, call.name, seconds_left())
            return self._container.get_operation.execute(command)

        self._call_for("status", number, work)

    def _call_for(
        self,
        what: str,
        number: int,
        work: Callable[[Call], Reply],
        wanted: Intent | None = None,
        key: str | None = None,
    ) -> Reply | SwitchboardError | None:
        """Make a call, and keep its answer for the oracle, whether or not it arrives; return what arrives."""
        platform, tables = self._world.platform, self._world.tables

        def answer(call: Call) -> Reply | SwitchboardError:
            now, account = platform.scheduler.now, self._intent.account
            platform.history.asked[call.number] = Asked(now, self._container.is_sending, account, wanted, key)
            try:
                result: Reply | SwitchboardError = work(call)
            except SwitchboardError as error:
                result = error
            id_ = result.operation_id if isinstance(result, Answered) else None
            record = None if id_ is None else tables.standing(id_)
            platform.history.said.append(Said(call.number, call.account, result, record, wanted))
            return result

        return platform.ask_as(number, what, self._intent.account, PATIENCE_SECONDS, answer)

    def _call(self, index: int) -> int:
        return 100 * self._number + index

    def _token(self, index: int) -> AccessToken:
        return self._world.upstream.sign_in_as(self._intent.account, f"{self._number}-{index}")


class Ending:
    """Everybody comes back, sooner or later; then what is still open is swept up, and a last wish is tried.

    `wishes` are what devices do that want something, the first of them what is tried last; `records` tells how all stands.
    """

    def __init__(
        self,
        world: World,
        devices: Sequence[Device],
        wishes: Sequence[Does],
        records: Callable[[], Iterable[AnyRecord]],
    ) -> None:
        self._world = world
        self._devices = devices
        self._wishes = wishes
        self._records = records
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
                self._do(self._devices[-1], Visit(0, self._wishes[0], key="y"))
                self._do(self._devices[0], Visit(0, Does.ASK))
        self._sleep(DAY)
        self._sweep()
        self._do(self._devices[0], Visit(0, self._wishes[0], key="z"))

    def _repeat(self) -> None:
        """Let each device send its last wish again."""
        for device in self._devices:
            visits = [visit for visit in device.visits if visit.does in self._wishes]
            for visit in visits[-1:]:
                self._do(device, visit)

    def _do(self, device: Device, visit: Visit) -> None:
        self._number += 1
        token = self._world.upstream.sign_in_as(self._world.intents[0].account, f"end-{self._number}")
        device.do(replace(visit, is_known=False), self._number, token)

    def _sweep(self) -> None:
        """Sweep every hour, as long as anything is open."""
        for _ in range(LAST_SWEEPS):
            if any(record.state in OPEN for record in self._records()):
                self._number += 1
                self._devices[0].sweep(self._number)
                self._sleep(SWEEP_EVERY_SECONDS)

    def _sleep(self, seconds: float) -> None:
        self._world.platform.scheduler.sleep(seconds)


def seconds_left() -> float:
    """Return what the platform still grants a call that begins."""
    return FUNCTION_SECONDS - LEFT_OF_FUNCTION_SECONDS
