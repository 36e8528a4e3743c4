"""Keep a record of every request that reached the simulated API."""

from threading import Lock

from sandbox.connection.message import Request


class Journal:
    """Keep requests in the order of arrival; safe for many threads."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = Lock()
        self._requests: list[Request] = []

    def append(self, request: Request) -> None:
        """Add a request."""
        with self._lock:
            self._requests.append(request)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._requests.clear()

    @property
    def requests(self) -> tuple[Request, ...]:
        """Return everything that arrived so far."""
        with self._lock:
            return tuple(self._requests)

    def count(self, path: str) -> int:
        """Return how many requests came for a path, whatever its case."""
        return sum(request.path.lower() == path.lower() for request in self.requests)
