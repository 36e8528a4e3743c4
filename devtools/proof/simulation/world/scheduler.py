"""Time that passes only when nobody has anything to do now. Tasks are greenlets; exactly one runs at a time.

What comes first is decided by the due times alone, and these come from the seed: equal seeds give equal runs.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

from greenlet import GreenletExit, getcurrent, greenlet


class Scheduler:
    """A queue of things to do, each at its second; `now` is in seconds since the start."""

    def __init__(self) -> None:
        self.now = 0.0
        self._hub = getcurrent()
        self._queue: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = count()

    def at(self, time: float, action: Callable[[], object]) -> None:
        """Do something at a time; equal times keep their order. The action itself may not wait."""
        heappush(self._queue, (time, next(self._numbers), action))

    def spawn(self, work: Callable[[], object]) -> greenlet:
        """Start a task; it begins when the present one waits."""
        task = greenlet(work, self._hub)
        self.wake(task)
        return task

    def wake(self, task: greenlet) -> None:
        """Let a parked task go on, when the present one waits; a task that has ended stays so."""
        self.at(self.now, task.switch)

    def sleep(self, seconds: float) -> None:
        """Let the present task wait."""
        self.at(self.now + seconds, getcurrent().switch)
        self.park()

    def park(self) -> None:
        """Let the present task wait until somebody wakes it."""
        self._hub.switch()

    def kill(self, task: greenlet) -> None:
        """End a task where it waits; nothing of it runs any more but the unwinding of its stack."""
        self.at(self.now, lambda: task.throw(GreenletExit))

    def run(self) -> None:
        """Do everything there is to do."""
        while self._queue:
            self.now, _, action = heappop(self._queue)
            action()
