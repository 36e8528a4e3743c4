"""Open and close the sandbox's port: at start and stop, and when a fault asks for refused connections."""

from collections.abc import Callable
from threading import Event, RLock, Thread

from sandbox.connection.listener import Connections, Listener


class Doors:
    """Own the listener, and be able to refuse connections for a while, at once or after some answers."""

    def __init__(self, make_listener: Callable[[int], Listener], connections: Connections) -> None:
        """Start closed; nothing is bound before `open`."""
        self._make_listener = make_listener
        self._connections = connections
        self._lock = RLock()
        self._listener: Listener | None = None
        self._is_listening = False
        self._countdown: tuple[int, float] | None = None
        self._closing = Event()
        self._waiters: list[Thread] = []

    def open(self, port: int) -> int:
        """Listen on a port (0: any free one) and return its number."""
        with self._lock:
            self._listener = self._make_listener(port)
            self._listener.open()
            self._is_listening = True
            return self._listener.port

    def close(self) -> None:
        """Give the port up and end every connection."""
        with self._lock:
            self._closing.set()
            self._countdown = None
            if self._listener is not None:
                self._listener.close()
            self._listener = None
            self._is_listening = False
            waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter.join()
        self._connections.hang_up_all()

    @property
    def is_leaving(self) -> bool:
        """Tell whether connections must not be kept, because the port is, or is about to be, closed."""
        with self._lock:
            return not self._is_listening or self._countdown is not None

    def refuse(self, seconds: float, after_requests: int) -> None:
        """Refuse connections for some seconds, once so many more API requests have been answered."""
        with self._lock:
            if after_requests == 0:
                self._shut(seconds)
            else:
                self._countdown = (after_requests, seconds)
                # Connections kept from before could outlive the closing: let nobody hold one.
                self._connections.hang_up_idle()

    def count_answer(self) -> None:
        """Note that an API request is about to be answered; the last one counted down shuts the port first."""
        with self._lock:
            if self._countdown is None:
                return
            left, seconds = self._countdown
            if left > 1:
                self._countdown = (left - 1, seconds)
            else:
                self._shut(seconds)

    def readmit(self) -> None:
        """Stop refusing, and forget a countdown."""
        with self._lock:
            self._countdown = None
            self._closing.set()
            if self._listener is not None and not self._is_listening:
                self._listener.open()
                self._is_listening = True

    def _shut(self, seconds: float) -> None:
        self._countdown = None
        if self._listener is None:
            return
        if self._is_listening:
            port = self._listener.port
            self._listener.close()
            # Bound but not listening: connections are refused, and nobody else can take the port meanwhile.
            self._listener = self._make_listener(port)
            self._is_listening = False
        self._connections.hang_up_idle()
        self._closing.set()
        self._closing = Event()
        waiter = Thread(target=self._readmit_after, args=(seconds, self._closing), name="sandbox-doors", daemon=True)
        self._waiters.append(waiter)
        waiter.start()

    def _readmit_after(self, seconds: float, ended: Event) -> None:
        if ended.wait(seconds):
            return
        with self._lock:
            if ended is self._closing:
                self.readmit()
