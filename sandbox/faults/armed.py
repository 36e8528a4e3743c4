"""Keep the faults that are armed and hand them out, one a request, in order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock

from sandbox.adultwork.api import ENDPOINTS
from sandbox.adultwork.login import TOKEN
from sandbox.faults.exchange import Setting
from sandbox.faults.settings import FaultError, read_settings
from sandbox.faults.table import CONNECT_REFUSE, FAULTS, Fault

ANY_PATH = "*"
FOREVER = "forever"


@dataclass
class ArmedFault:
    """Hold a fault that waits for requests; `remaining` is None for one that stays until reset."""

    path: str
    fault: Fault
    settings: Mapping[str, Setting]
    remaining: int | None

    def matches(self, path: str) -> bool:
        """Tell whether a request for this path meets the fault."""
        return self.path in {ANY_PATH, path.lower()}


class Faults:
    """Keep armed faults; safe for many threads."""

    def __init__(self, refuse_connections: Callable[[float, int], None], readmit: Callable[[], None]) -> None:
        """Start with none; connections are refused by the one function (seconds, answers to wait for) until the other ends it."""
        self._refuse_connections = refuse_connections
        self._readmit = readmit
        self._lock = Lock()
        self._armed: list[ArmedFault] = []

    def arm(self, path: str, fault: str, times: int | str = 1, /, **settings: object) -> ArmedFault:
        """Arm a fault for the next `times` requests of a path (`*`: any; 0 or "forever": until reset).

        Raise FaultError when the path, the fault, the times or a setting is not known or not sound.
        """
        chosen = FAULTS.get(fault)
        if chosen is None:
            message = f"unknown fault {fault!r}; known are {', '.join(FAULTS)}"
            raise FaultError(message)
        armed = ArmedFault(_path(path), chosen, read_settings(chosen.parameters, settings), _remaining(times))
        if fault == CONNECT_REFUSE:
            self._refuse(armed.settings)
        else:
            with self._lock:
                self._armed.append(armed)
        return armed

    def take(self, path: str) -> ArmedFault | None:
        """Return the fault that the next request of a path meets, and count it down."""
        with self._lock:
            found = next((armed for armed in self._armed if armed.matches(path)), None)
            if found is not None and found.remaining is not None:
                found.remaining -= 1
                if found.remaining == 0:
                    self._armed.remove(found)
            return found

    def clear(self) -> None:
        """Disarm everything, and let connections in again."""
        with self._lock:
            self._armed.clear()
        self._readmit()

    @property
    def armed(self) -> tuple[ArmedFault, ...]:
        """Return the faults that still wait, in order."""
        with self._lock:
            return tuple(self._armed)

    def _refuse(self, settings: Mapping[str, Setting]) -> None:
        seconds, after_requests = settings["seconds"], settings["after_requests"]
        self._refuse_connections(float(seconds or 0), int(after_requests or 0))


def _path(path: str) -> str:
    paths = [*(endpoint.path for endpoint in ENDPOINTS), TOKEN]
    if path.lower() not in {ANY_PATH, *(known.lower() for known in paths)}:
        message = f"unknown path {path!r}; known are *, {', '.join(paths)}"
        raise FaultError(message)
    return path.lower()


def _remaining(times: object) -> int | None:
    if times == FOREVER:
        return None
    if isinstance(times, bool) or not isinstance(times, int) or times < 0:
        message = f'times takes a whole number (0 or "forever": until reset), not {times!r}'
        raise FaultError(message)
    return times or None
