"""What happens around the calls: hourly sweeps, clocks that are set, and bookings that are made elsewhere."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from greenlet import greenlet

from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.operation.operation import OPEN
from chalicelib.domain.time_budget import Deadline
from devtools.memory.vault import InMemoryVault
from devtools.proof.simulation.clients import World
from devtools.proof.simulation.intents import Intent
from devtools.proof.simulation.oracle.history import UpstreamBooking
from devtools.proof.simulation.service import Container, longest_open
from devtools.proof.simulation.world.clock import LARGEST_ERROR_SECONDS
from devtools.proof.simulation.world.platform import Call
from devtools.proof.simulation.world.upstream import FIRST_BOOKING_ID

SWEEP_EVERY_SECONDS = 3600.0
SWEEP_SECONDS = 20.0
PAUSES, PAUSE_WEIGHTS = (0, 1, 2, 6), (70, 5, 10, 15)


@dataclass(slots=True)
class Surroundings:
    """Keeps a run going until its clients are done and every operation has had time to end."""

    world: World
    clients: list[greenlet] = field(default_factory=list)

    def sweep(self) -> None:
        """Run the hourly sweep; when all clients are gone, trouble ends and time is given to end everything."""
        scheduler = self.world.platform.scheduler
        while not all(client.dead for client in self.clients):
            scheduler.sleep(SWEEP_EVERY_SECONDS)
            self._sweep_once()
        self.world.platform.weather.clear_up()
        end = scheduler.now + longest_open().total_seconds()
        while scheduler.now < end:
            scheduler.sleep(SWEEP_EVERY_SECONDS)
            self._sweep_once()

    def step_clocks(self) -> None:
        """Set the wall clock of a container now and then."""
        weather = self.world.platform.weather
        for _ in range(weather.pick((0, 2, 5))):
            self.world.platform.scheduler.sleep(weather.pick((1.0, 20.0, 3000.0)) * weather.rng.random())
            seconds = weather.rng.uniform(-LARGEST_ERROR_SECONDS, LARGEST_ERROR_SECONDS)
            weather.pick(self.world.containers).clock.step(seconds)
            self.world.platform.history.clocks_set += 1
            self.world.platform.journal.say("clock", "is set", f"{seconds:+.1f} s from the truth")

    def pause_and_resume(self) -> None:
        """Let a container stop sending now and then, or go on, as each learns of SENDING at its own time."""
        weather = self.world.platform.weather
        for _ in range(weather.pick(PAUSES, PAUSE_WEIGHTS)):
            self.world.platform.scheduler.sleep(weather.pick((1.0, 60.0, 3000.0, 90_000.0)) * weather.rng.random())
            container = weather.pick(self.world.containers)
            container.is_sending = not container.is_sending
            self.world.platform.journal.say("a container", "sends again" if container.is_sending else "stops sending")

    def erase_a_key(self, account: int, keys: InMemoryVault) -> None:
        """Erase the key of an account: what was sealed under it is gone, save for containers that have it in memory."""
        scheduler = self.world.platform.scheduler
        scheduler.sleep(
            self.world.platform.weather.pick((20.0, 3000.0, 90_000.0)) * self.world.platform.weather.rng.random()
        )
        keys.erase(account, Deadline.after(lambda: scheduler.now, 1))
        self.world.platform.journal.count("keys erased")
        self.world.platform.journal.say("vault", "erases the key of", account)

    def book_elsewhere(self, intent: Intent) -> None:
        """Let the user book nearly the same in AdultWork's own app; other credits tell it apart."""
        scheduler = self.world.platform.scheduler
        scheduler.sleep(self.world.platform.weather.rng.uniform(0, 100))
        self.world.upstream.add(
            UpstreamBooking(
                id=len(self.world.upstream.history.bookings) + FIRST_BOOKING_ID,
                account=intent.account,
                book_user_id=int(str(intent.members["BookUserID"])),
                session_date=str(intent.members["SessionDate"]),
                duration=15,
                method=1,
                credits=Decimal(40),
                created_at=self.world.upstream.now(),
                visible_at=scheduler.now,
            )
        )

    def _sweep_once(self) -> None:
        if not any(record.state in OPEN for record in self.world.tables.records()):
            return  # it would find nothing, and most hours are like this

        def work(container: Container, call: Call) -> int:
            deadline = Deadline.after(container.clock.monotonic, SWEEP_SECONDS)
            try:
                return container.housekeeping.expire_operations(call.name, deadline).flagged
            except StoreUnavailableError:  # the next hour goes on
                return 0

        container = self.world.platform.weather.pick(self.world.containers)
        self.world.platform.ask("sweep", 0, SWEEP_SECONDS + 10, lambda call: work(container, call))


def session_time(start: datetime, hours: float) -> datetime:
    """Return the minute that a booking is for."""
    return (start + timedelta(hours=hours)).replace(second=0, microsecond=0)
