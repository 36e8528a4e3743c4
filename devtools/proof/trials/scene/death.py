"""The death of a function at an await point: between two calls to the world, or in the middle of one."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal


class KilledError(BaseException):
    """The function is gone. Not an Exception: nothing in the app may survive it."""


@dataclass(frozen=True, slots=True, order=True)
class AwaitPoint:
    """The `number`th call (from 1) of a port's method in one call of the function."""

    method: str
    number: int

    def __str__(self) -> str:
        """Return how reports name it."""
        return f"{self.method}#{self.number}"


@dataclass(frozen=True, slots=True)
class Death:
    """When a function dies: before its request leaves at a point, or when the answer has come."""

    point: AwaitPoint
    side: Literal["before", "after"]

    def __str__(self) -> str:
        """Return how reports name it."""
        return f"{self.side} {self.point}"


class Lifeline:
    """What all ports of one function hang on; it tells the points that were passed, and ends at `death`, if there is one.

    After the end nothing gets out any more, on no thread: every further call raises KilledError.
    """

    def __init__(self, death: Death | None = None) -> None:
        self._death = death
        self._calls: Counter[str] = Counter()
        self._lock = Lock()
        self.points: list[AwaitPoint] = []
        self.is_over = False

    def pass_through(self, method: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401 (what a port returns)
        """Make one call to the world, if the function lives long enough.

        Raises:
            KilledError: it does not.
        """
        point = self._point(method)
        self._end_at(point, "before")
        try:
            return call()
        finally:
            self._end_at(point, "after")  # an error that is on its way is lost with the function

    def _point(self, method: str) -> AwaitPoint:
        with self._lock:
            self._calls[method] += 1
            self.points.append(AwaitPoint(method, self._calls[method]))
            return self.points[-1]

    def _end_at(self, point: AwaitPoint, side: Literal["before", "after"]) -> None:
        if self._death == Death(point, side):
            self.is_over = True
        if self.is_over:
            raise KilledError


class MortalPort:
    """A port whose every call hangs on a lifeline."""

    def __init__(self, name: str, port: object, lifeline: Lifeline) -> None:
        self._name = name
        self._port = port
        self._lifeline = lifeline

    def __getattr__(self, method: str) -> Callable[..., Any]:
        """Return the port's method, as mortal as the function."""
        call: Callable[..., Any] = getattr(self._port, method)
        return lambda *given, **named: self._lifeline.pass_through(
            f"{self._name}.{method}", lambda: call(*given, **named)
        )
