"""Worker processes that leave Ctrl-C to the process that started them, which ends them."""

import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, resource_tracker
from multiprocessing.context import SpawnContext, SpawnProcess


class DeafProcess(SpawnProcess):
    """A process that is born with SIGINT blocked: a terminal sends it to all, and each would tell it with a traceback."""

    def start(self) -> None:
        """Start with the signal held back; it reaches this process afterwards."""
        resource_tracker.ensure_running()  # it is started with the first process otherwise, and lets the signal through
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


class DeafContext(SpawnContext):
    """What makes such processes, for pools."""

    Process = DeafProcess


@contextmanager
def workers(count: int | None = None) -> Iterator[ProcessPoolExecutor]:
    """Work with so many processes, or one a core; what is interrupted or given up is ended, and not waited for."""
    with ProcessPoolExecutor(count, DeafContext()) as processes:
        try:
            yield processes
        except (KeyboardInterrupt, GeneratorExit):  # the latter where a generator holds them
            for child in active_children():
                child.terminate()
            raise
