"""One call as it is watched: whoever works for it notes what it counts and measures, and its one log line tells all of it.

It travels in a context variable, which threads that work for a call are given a copy of. Where nothing is watched, as on a
command line, nothing is noted.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from chalicelib.watch.metrics import COUNT, MOST_VALUES, Measure, metric_of_state, unit_of
from chalicelib.watch.trace import Trace

_CURRENT: ContextVar["Watched | None"] = ContextVar("watched", default=None)


class Watched:
    """What is noted of one call; safe to share between threads, as it only ever appends."""

    __slots__ = ("_noted", "_waits", "trace")

    def __init__(self, trace: Trace | None = None) -> None:
        self.trace = trace
        self._noted: list[tuple[str, float]] = []
        self._waits: list[tuple[float, float]] = []

    def note(self, name: str, value: float = 1) -> None:
        """Add to a count, or add a measure."""
        self._noted.append((name, value))

    def wait(self, began: float, ended: float) -> None:
        """Note that the upstream was waited for, between two times in monotonic seconds."""
        self._waits.append((began, ended))

    @property
    def has_waited(self) -> bool:
        """Tell whether the upstream was waited for at all."""
        return bool(self._waits)

    def waited_seconds(self) -> float:
        """Return how long it was; waits beside each other count once."""
        waited, reached = 0.0, float("-inf")
        for began, ended in sorted(self._waits):
            waited += max(0.0, ended - max(began, reached))
            reached = max(reached, ended)
        return waited

    def measures(self) -> dict[str, Measure]:
        """Return counts as sums and other measures as they are, as many as a line may hold."""
        counts: dict[str, float] = {}
        values: dict[str, list[float]] = {}
        for name, value in list(self._noted):
            if unit_of(name) == COUNT:
                counts[name] = counts.get(name, 0) + value
            elif len(several := values.setdefault(name, [])) < MOST_VALUES:
                several.append(value)
        return {**counts, **values}


@contextmanager
def watched(trace: Trace | None = None) -> Iterator[Watched]:
    """Watch the call that the block serves."""
    call = Watched(trace)
    reset = _CURRENT.set(call)
    try:
        yield call
    finally:
        _CURRENT.reset(reset)


def current() -> Watched:
    """Return the call that this thread works for; where none is watched, one that nobody tells of."""
    return _CURRENT.get() or Watched()


def note(name: str, value: float = 1) -> None:
    """Add to a count of the current call, or add a measure."""
    current().note(name, value)


def note_state(state: str) -> None:
    """Count an operation of the current call that has come to a state."""
    note(metric_of_state(state))


def note_exchange(name: str, began: float, ended: float, status: int | None) -> None:
    """Note an exchange with the upstream under a name: its time in monotonic seconds, and the status if an answer came."""
    call = current()
    call.wait(began, ended)
    call.note(name, round((ended - began) * 1000, 1))
    call.note("UpstreamNoAnswer" if status is None else f"Upstream{status // 100}xx")
