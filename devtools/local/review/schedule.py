"""The hourly digests of `make run`: made when they are due, as the scheduled function makes them in an account."""

import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from chalicelib.application.review.make_digests import Made, RivalDigestError
from chalicelib.domain.errors import SwitchboardError

LOOK_SECONDS = 60.0  # a digest is there a minute after it is due
STOP_SECONDS = 10.0


class DigestSchedule:
    """Makes what is due at once, and again each minute, in a thread of its own; a context manager, once.

    `make` makes all digests that are due. One that cannot be made is told on the standard error, and tried again.
    """

    def __init__(self, make: Callable[[], Made], look_seconds: float = LOOK_SECONDS) -> None:
        self._make, self._look_seconds = make, look_seconds
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="digests", daemon=True)

    def _run(self) -> None:
        while True:
            try:
                is_behind = self._make().is_behind
            except RivalDigestError:
                is_behind = False  # somebody asked for one in the same moment
            except (SwitchboardError, ValueError) as error:
                is_behind = False
                print(f"A digest could not be made, and will be tried again: {error}", file=sys.stderr, flush=True)
            if self._is_over.wait(0.0 if is_behind else self._look_seconds):
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
