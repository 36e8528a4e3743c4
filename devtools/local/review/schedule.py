"""What the clock does beside `make run`, as scheduled functions do in an account: due digests, and errands each hour."""

import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from chalicelib.domain.errors import SwitchboardError

STOP_SECONDS = 10.0


class Schedule:
    """Runs a task at once, and again each `seconds`, in a thread of its own; a context manager, once.

    `task` returns whether more of it is due, which is done at once. One that fails is told on the standard error by `name`, and
    tried again.
    """

    def __init__(self, name: str, task: Callable[[], bool], seconds: float) -> None:
        self._name, self._task, self._seconds = name, task, seconds
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def _run(self) -> None:
        while True:
            try:
                is_behind = self._task()
            except (SwitchboardError, ValueError) as error:
                is_behind = False
                print(f"{self._name}: not done, and will be tried again: {error}", file=sys.stderr, flush=True)
            if self._is_over.wait(0.0 if is_behind else self._seconds):
                return

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the run end that is under way."""
        self._is_over.set()
        self._thread.join(STOP_SECONDS)
