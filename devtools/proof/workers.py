"""Worker processes that leave Ctrl-C to the process that started them, which ends them, and that end with it in any case."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, parent_process, resource_tracker
from multiprocessing.context import SpawnContext, SpawnProcess
from threading import Thread


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


def _end_with_parent() -> None:
    """End this process as soon as the one that started it has ended, however: nobody waits for its work, which may take hours."""
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=watch, daemon=True).start()


@contextmanager
def workers(count: int | None = None) -> Iterator[ProcessPoolExecutor]:
    """Work with so many processes, or one a core; what is interrupted or given up is ended, and not waited for."""
    with ProcessPoolExecutor(count, DeafContext(), _end_with_parent) as processes:
        try:
            yield processes
        except (KeyboardInterrupt, GeneratorExit):  # the latter where a generator holds them
            for child in active_children():
                child.terminate()
            raise
