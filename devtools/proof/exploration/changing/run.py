"""One run of a scenario of changes under one sequence of choices."""

from collections.abc import Sequence

from chalicelib.domain.changing.change import Change
from chalicelib.domain.operation.operation import OPEN
from devtools.proof.exploration.changing.devices import CHANGES, Around, ChangingDevice
from devtools.proof.exploration.changing.gateway import ExploredChanges
from devtools.proof.exploration.choices import Choices
from devtools.proof.exploration.run import ACCOUNT, START, Run
from devtools.proof.exploration.scenarios import Scenario
from devtools.proof.exploration.world.devices import Ending
from devtools.proof.exploration.world.in_full import in_full
from devtools.proof.exploration.world.requests import ExploredReads
from devtools.proof.exploration.world.state import State
from devtools.proof.simulation.changing.invariants import INVARIANTS, Seen, answered_at, breaches
from devtools.proof.simulation.changing.variants import OURS, PARTS, WrongChange
from devtools.proof.simulation.changing.wishes import Asked, Wish
from devtools.proof.simulation.oracle.evidence import Breach
from devtools.proof.simulation.variants import Variant
from devtools.proof.simulation.world.clock import SimulatedClock
from devtools.proof.simulation.world.store import SimulatedTables

# Those that a run is judged by where it comes to a visited state: what is broken then stays so, and is told by no state.
LASTING = (
    "C1 one POST an attempt, each claimed before",
    "C2 the state is true",
    "C4 no false success",
    "C6 nothing personal in clear",
    "C7 paused sends nothing",
    "C8 paused answers repeats",
    "no foreign error",
)
BOOKING, ANOTHER = 1, 2


class ChangingRun(Run):
    """The parts of one run, in the world of bookings; nothing is booked."""

    def __init__(
        self, scenario: Scenario, change: Change, wrong: WrongChange | None, choices: Choices, *, is_told: bool = False
    ) -> None:
        super().__init__(scenario, Variant.OURS, choices, is_told=is_told)
        parts = OURS if wrong is None else PARTS[wrong]
        self.changed = parts.tables(self.tables.trail, (), SimulatedClock(self.stage, START), self.register)
        self.gateway = ExploredChanges(ExploredReads(self.platform, self.upstream), self._is_claimed)
        for booking_id in (BOOKING, ANOTHER):
            self.gateway.put(booking_id, change)
        store = SimulatedTables(self.changed, self.platform, self.requests)
        services = [parts.wired(one, store, self.gateway) for one in self.world.containers]
        wishes = [Wish(number, ACCOUNT, change, number) for number in (BOOKING, ANOTHER)]
        self.asked: list[Asked] = []
        self.around = Around(self.world, self.changed, self.gateway, services, wishes, self.asked)
        self.devices = [
            ChangingDevice(self.around, number, visits) for number, visits in enumerate(scenario.devices, 1)
        ]
        self.choices.state = self.state = State(
            self.platform, self.upstream, self.requests, self._stored, self._remembered
        )

    def _found(self) -> Sequence[Breach]:
        return list(breaches(self._seen()))

    def _lasting(self) -> list[Breach]:
        seen = self._seen()
        return [Breach(name, what) for name in LASTING for what in INVARIANTS[name](seen)]

    def _end(self, waits: Sequence[float]) -> None:
        Ending(self.world, self.devices, CHANGES, self.changed.records).happen(waits)

    def _is_open(self) -> bool:
        """Tell whether anything is unsettled, so that it matters when they come back."""
        return bool(self.stage.moves) or any(record.state in OPEN for record in self.changed.records())

    def _stored(self) -> str:
        return f"{self.changed.rows()}{in_full(self.changed.records())}{sorted(self.register.rows.items())}"

    def _remembered(self) -> object:
        return super()._remembered(), self.gateway.content(), self._paused_too_late()

    def _paused_too_late(self) -> list[int]:
        """Return the calls that run in a paused container, and whose request had its answer when they came."""
        answered = answered_at(self.history)
        return [
            one.call
            for one in self.asked
            if one.call in self.platform.calls_alive and not one.is_sending and one.had_its_answer(answered)
        ]

    def _seen(self) -> Seen:
        return Seen(self.gateway, self.changed, self.history, self.asked)

    def _is_claimed(self, operation_id: str, attempt: int) -> bool:
        return any((one.id, one.attempt) == (operation_id, attempt) for one in self.changed.records())
