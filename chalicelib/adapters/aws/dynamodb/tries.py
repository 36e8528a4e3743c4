"""More than one try, within a deadline: botocore's own retries know none."""

from collections.abc import Callable

from chalicelib.adapters.aws.dynamodb.faults import RETRY_AFTER_SECONDS, Answer, is_transient, require_answer
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

PAUSES_SECONDS = (0.05, 0.1, 0.2)
# A try that has begun cannot be cut off; it ends by its own timeouts (connect 1 s, read 1 s). One that starts this long
# before the deadline outlives it by 0.5 s when DynamoDB does not answer, by 1.5 s when it cannot be connected to either:
# within the 2 s between the end of our call and that of the function.
SHORTEST_TRY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Tries:
    """Try a call again after a pause; `sleep` waits for that many seconds."""

    sleep: Callable[[float], None]

    def run(self, call: Callable[[], Answer], again: int, deadline: Deadline) -> Answer:
        """Return DynamoDB's answer to `call`, which is tried at most `again` more times while there is time.

        Raises:
            StoreUnavailableError: no time was left for the first try.
            Exception: what the last try raised.
        """
        if deadline.remaining() < SHORTEST_TRY_SECONDS:
            message = "The time of this call ran out before its record could be written or read."
            raise StoreUnavailableError(message, retry_after_seconds=RETRY_AFTER_SECONDS)
        for pause in PAUSES_SECONDS[:again]:
            try:
                return require_answer(call())
            except Exception as error:
                if not is_transient(error) or deadline.remaining() < pause + SHORTEST_TRY_SECONDS:
                    raise
            self.sleep(pause)
        return require_answer(call())
