"""One request and its answer, as the connection that carries it must know it."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from chalicelib.adapters.http.answer import MAXIMUM_ANSWER_BYTES
from chalicelib.adapters.http.opening import Resolver, system_addresses
from chalicelib.domain.time_budget import Deadline


@dataclass(slots=True)
class Exchange:
    """What holds for one exchange.

    `wall_clock` returns POSIX seconds, which go on while the function is frozen. `oldest_answer` (POSIX seconds): a
    pooled connection whose last answer is older is not used, because it may have sat idle across a freeze. An answer of
    more than `maximum_bytes` is none. `is_sent` turns true just before the first byte leaves: while it is false, the other
    end has provably seen nothing.
    """

    deadline: Deadline
    wall_clock: Callable[[], float]
    oldest_answer: float
    resolve: Resolver = system_addresses
    maximum_bytes: int = MAXIMUM_ANSWER_BYTES
    is_sent: bool = False


CURRENT: ContextVar[Exchange] = ContextVar("exchange")
