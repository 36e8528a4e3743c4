"""Start and stop the simulation, on its own or inside a test."""

from functools import partial
from types import TracebackType
from typing import Self

from sandbox.adultwork.clock import Clock, system_clock
from sandbox.adultwork.world import World
from sandbox.connection.conversation import Conversation
from sandbox.connection.doors import Doors
from sandbox.connection.listener import HOST, Connections, Listener
from sandbox.faults.armed import Faults
from sandbox.journal import Journal
from sandbox.site import Site


def later_booking_id() -> int:
    """Return a number above those of any earlier run: the seconds since 1970, which outpace the bookings of a person."""
    return int(system_clock().timestamp())


class SandboxServer:
    """Serve the simulated API on loopback from background threads.

    Use it as a context manager, or call `start` and `stop`. After `stop` no thread of it is left, and `start` takes
    the same port again.
    """

    def __init__(self, port: int = 0, now: Clock | None = None, first_booking_id: int = 1) -> None:
        """Prepare a server for a port (0: any free one) and a clock that returns aware datetimes.

        A sandbox whose bookings are remembered elsewhere must go on above them: see `later_booking_id`.
        """
        connections = Connections()
        doors = Doors(self._make_listener, connections)
        self._connections = connections
        self._port = port
        self._site = Site(doors, now or system_clock, World(first_booking_id))

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Listen; raise OSError when the port is taken."""
        self._port = self._site.doors.open(self._port)
        self._site.url = self.url

    def stop(self) -> None:
        """Stop listening, end every connection and wait until all threads are gone."""
        self._site.cut_short()
        self._site.doors.close()

    def reset(self) -> None:
        """Return world, journal, faults and port to the first state."""
        self._site.reset()

    @property
    def port(self) -> int:
        """Return the port; it is 0 before the first start if any free one will do."""
        return self._port

    @property
    def url(self) -> str:
        """Return the address of the server, without a slash at the end."""
        return f"http://{HOST}:{self._port}"

    @property
    def world(self) -> World:
        """Return the accounts and bookings."""
        return self._site.world

    @property
    def journal(self) -> Journal:
        """Return the record of all API requests."""
        return self._site.journal

    @property
    def faults(self) -> Faults:
        """Return the faults, to arm them without HTTP."""
        return self._site.faults

    def _make_listener(self, port: int) -> Listener:
        conversation = partial(Conversation, site=self._site, connections=self._connections)
        return Listener(port, conversation, self._connections)
