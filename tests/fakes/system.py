"""Calls that run at once, and keys that are there."""

from collections.abc import Callable
from typing import NoReturn, TypeVar

from chalicelib.domain.errors import Trouble, UpstreamUnavailableError
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.time_budget import Deadline
from devtools.memory.punctuality import require_deadline

T = TypeVar("T")


class SequentialConcurrency:
    """Implements `Concurrency` in the caller's own thread: the call runs when it is started."""

    def start(self, call: Callable[[], T], deadline: Deadline) -> Callable[[], T]:
        """Run the call; hand its result or its error over when it is asked for."""
        require_deadline(deadline)
        try:
            result = call()
        except Exception as error:  # noqa: BLE001 (whatever it is, it belongs to whoever asks for the result)
            return _raiser(error)
        return lambda: result

    def set_off(self, errand: Callable[[], None]) -> None:
        """Do it at once; an error is one of the test's."""
        errand()


class LazyConcurrency:
    """Implements `Concurrency` in the caller's own thread: the call runs when its result is asked for, once."""

    def start(self, call: Callable[[], T], deadline: Deadline) -> Callable[[], T]:
        """Return what runs the call."""
        require_deadline(deadline)
        return call

    def set_off(self, errand: Callable[[], None]) -> None:
        """Do it at once."""
        errand()


class CountingConcurrency(LazyConcurrency):
    """Counts the calls that are started, and the most of them that waited for their result to be asked for at one time."""

    def __init__(self) -> None:
        self.started = 0
        self.waiting = 0
        self.most = 0

    def start(self, call: Callable[[], T], deadline: Deadline) -> Callable[[], T]:
        """Count the call until its result is asked for."""
        self.started += 1
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        begun = super().start(call, deadline)

        def result() -> T:
            self.waiting -= 1
            return begun()

        return result


class LateConcurrency:
    """Implements `Concurrency`: calls beside ours that are never heard of again."""

    def start(self, call: Callable[[], T], deadline: Deadline) -> Callable[[], T]:
        """Start nothing."""
        require_deadline(deadline)
        del call
        return _raiser(UpstreamUnavailableError("late", trouble=Trouble.LATE))

    def set_off(self, errand: Callable[[], None]) -> None:
        """Forget it."""


def _raiser(error: Exception) -> Callable[[], NoReturn]:
    def fail() -> NoReturn:
        raise error

    return fail


class FixedKeys:
    """Implements `HmacKeys`; a test may put a new key before the old one."""

    def __init__(self, *keys: HmacKey) -> None:
        self.keys = keys or (HmacKey(b"a key for tests, 32 bytes or more"),)

    def in_use(self) -> tuple[HmacKey, ...]:
        """Return the keys, the current one first."""
        return self.keys
