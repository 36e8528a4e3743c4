"""More than one try of a call that can be made twice without harm, within a deadline."""

from collections.abc import Callable
from typing import TypeVar

from chalicelib.adapters.aws.faults import RETRY_AFTER_SECONDS, is_transient
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

Answer = TypeVar("Answer")

PAUSES_SECONDS = (0.05, 0.1, 0.2)
# A try ends at the deadline, wherever it is by then; in less time than this it would hardly come to an end, and a write
# whose answer nobody waits for may stand all the same.
SHORTEST_TRY_SECONDS = 0.5

OUT_OF_TIME = "The time of this call ran out before its record could be written or read."


@dataclass(frozen=True, slots=True)
class Tries:
    """Try a call again after a pause; `sleep` waits for that many seconds. `out_of_time` is told when there is no first try."""

    sleep: Callable[[float], None]
    out_of_time: str = OUT_OF_TIME

    def run(self, call: Callable[[], Answer], again: int, deadline: Deadline) -> Answer:
        """Return AWS's answer to `call`, which is tried at most `again` more times while there is time.

        Raises:
            StoreUnavailableError: no time was left for the first try.
            Exception: what the last try raised.
        """
        if deadline.remaining() < SHORTEST_TRY_SECONDS:
            raise StoreUnavailableError(self.out_of_time, retry_after_seconds=RETRY_AFTER_SECONDS)
        for pause in PAUSES_SECONDS[:again]:
            try:
                return call()
            except Exception as error:
                if not is_transient(error) or deadline.remaining() < pause + SHORTEST_TRY_SECONDS:
                    raise
            self.sleep(pause)
        return call()
