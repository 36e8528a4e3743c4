"""Wire the parts of the simulation together and give every request to the one that answers it."""

from collections.abc import Iterator
from threading import Event

from sandbox import control
from sandbox.adultwork import login
from sandbox.adultwork.api import respond
from sandbox.adultwork.clock import Clock
from sandbox.adultwork.world import World
from sandbox.connection.doors import Doors
from sandbox.connection.message import Request
from sandbox.connection.wire import Performance, Send, Step
from sandbox.faults.armed import Faults
from sandbox.faults.exchange import Exchange, play_straight
from sandbox.journal import Journal


class Site:
    """Hold world, journal, faults and doors, and answer requests with them."""

    def __init__(self, doors: Doors, clock: Clock, world: World) -> None:
        """Start with a fresh world, behind the given doors."""
        self.doors = doors
        self.clock = clock
        self.world = world
        self.journal = Journal()
        self.faults = Faults(doors.refuse, doors.readmit)
        self.url = ""
        self._cut_short = Event()

    def receive(self, request: Request) -> Performance:
        """Return how a request will be answered; API requests go into the journal, control requests do not."""
        if control.is_control(request):
            return Performance(self._control(request), self._cut_short, lambda: None)
        self.journal.append(request)
        steps = self._api(request) if request.is_complete else iter(())
        return Performance(steps, self._cut_short, self.doors.count_answer)

    def reset(self) -> None:
        """Return to the first state; answers that are still held back end without taking effect."""
        self.cut_short()
        self.faults.clear()
        self.world.reset()
        self.journal.clear()

    def cut_short(self) -> None:
        """End every pause of an answer under way, and the answer with it."""
        ended, self._cut_short = self._cut_short, Event()
        ended.set()

    def _control(self, request: Request) -> Iterator[Step]:
        yield Send(control.respond(request, self))

    def _api(self, request: Request) -> Iterator[Step]:
        if login.is_login_page(request):
            return iter([Send(login.page(request, self.world, self.clock()))])
        armed = self.faults.take(request.path)
        exchange = Exchange(
            request=request,
            perform=lambda: respond(request, self.world, self.clock()),
            url=self.url,
            settings=armed.settings if armed else {},
        )
        return armed.fault.play(exchange) if armed else play_straight(exchange)
