"""One run of changes: a world made from a seed, and what must hold when it is over."""

from functools import partial

from chalicelib.domain.changing.changes import CANCEL_MADE_BOOKING, CHANGES
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.operation.operation import OPEN
from chalicelib.domain.time_budget import Deadline
from devtools.proof.simulation.changing.clients import ChangingClient
from devtools.proof.simulation.changing.invariants import Seen, breaches
from devtools.proof.simulation.changing.upstream import SimulatedChanges
from devtools.proof.simulation.changing.variants import OURS, ChangeParts
from devtools.proof.simulation.changing.wishes import Asked, Wish
from devtools.proof.simulation.service import longest_open
from devtools.proof.simulation.simulation import Outcome, Run
from devtools.proof.simulation.world.clock import SimulatedClock
from devtools.proof.simulation.world.gateway import UpstreamReads
from devtools.proof.simulation.world.platform import Call
from devtools.proof.simulation.world.store import Requests, SimulatedTables
from devtools.proof.simulation.world.surroundings import SWEEP_EVERY_SECONDS, SWEEP_SECONDS, Surroundings

WISHED = (CANCEL_MADE_BOOKING, CANCEL_MADE_BOOKING, *CHANGES)  # the one that reads can settle has most to go wrong


def simulate_changes(seed: int, parts: ChangeParts = OURS, *, is_told: bool = False) -> Outcome:
    """Run one seed to its end; equal arguments give equal outcomes, to the last line."""
    run = ChangingRun(seed, parts, is_told=is_told)
    run.go()
    return Outcome(seed, tuple(breaches(run.seen)), run.journal.counts, tuple(run.journal.lines))


class ChangingRun(Run):
    """The parts of one run of changes, in the world of the simulation of bookings; nothing is booked."""

    def __init__(self, seed: int, parts: ChangeParts = OURS, *, is_told: bool = False) -> None:
        super().__init__(seed, is_told=is_told)
        clock = SimulatedClock(self.scheduler, self.start)
        self.changed = parts.tables(self.tables.trail, (), clock, self.tables.register)
        reads = UpstreamReads(self.platform, self.upstream)
        self.gateway = SimulatedChanges(reads, self._is_claimed)
        self.asked: list[Asked] = []
        store = SimulatedTables(self.changed, self.platform, Requests(self.platform))
        self.services = [parts.wired(one, store, self.gateway) for one in self.world.containers]

    @property
    def seen(self) -> Seen:
        """Return what the oracle looks at."""
        return Seen(self.gateway, self.changed, self.history, self.asked)

    def go(self) -> None:
        """Let everything happen."""
        weather = self.weather
        accounts = sorted(self.upstream.users)
        wishes: list[Wish] = []
        for number in range(weather.pick((1, 2, 3))):
            booking_id = number + 1
            account, change = weather.pick(accounts), weather.pick(WISHED)
            self.gateway.put(booking_id, change)
            wishes += [Wish(number, account, change, booking_id)] * weather.pick((1, 2))
            if weather.strikes(0.2):
                self.scheduler.at(weather.rng.uniform(0, 2000), partial(self.gateway.cancel, booking_id))
        clients = [
            self.scheduler.spawn(ChangingClient(self.platform, self.upstream, self.services, wish, self.asked).live)
            for wish in wishes
        ]

        def sweep() -> None:
            while not all(client.dead for client in clients):
                self.scheduler.sleep(SWEEP_EVERY_SECONDS)
                self._sweep_once()
            weather.clear_up()
            end = self.scheduler.now + longest_open().total_seconds()
            while self.scheduler.now < end:
                self.scheduler.sleep(SWEEP_EVERY_SECONDS)
                self._sweep_once()

        self.scheduler.spawn(sweep)
        self.scheduler.spawn(Surroundings(self.world).pause_and_resume)
        self.scheduler.run()

    def _is_claimed(self, operation_id: str, attempt: int) -> bool:
        return any((one.id, one.attempt) == (operation_id, attempt) for one in self.changed.records())

    def _sweep_once(self) -> None:
        def work(call: Call) -> int:
            deadline = Deadline.after(lambda: self.scheduler.now, SWEEP_SECONDS)
            keeper = self.weather.pick(self.services).changes.housekeeping
            try:
                return keeper.expire_operations(call.name, deadline).flagged
            except StoreUnavailableError:  # the next hour goes on
                return 0

        if any(record.state in OPEN for record in self.changed.records()):
            self.platform.ask("sweep", 0, SWEEP_SECONDS + 10, work)
