"""What a kind of problem is made of."""

from enum import StrEnum
from http import HTTPStatus

from chalicelib.domain.operation.operation import OperationState
from chalicelib.values import dataclass


class SameKey(StrEnum):
    """What may be done under the Idempotency-Key of a request that ended in a problem."""

    REPEAT = "yes"
    MENDED = "mended"
    FINAL = "no"


class Waits(StrEnum):
    """Whether a problem comes with a Retry-After."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem.

    `status` is the usual one, `other_statuses` are those that it has as well; see `status_of`. `advice` says what to do next.
    `safe_to_retry_with_new_key` is false where nobody knows what the key may still lead to, true where that may be known (see
    `new_key.py`), None where no booking could be concerned. `same_key` tells whether the same request may be sent again under
    its key: as it is, mended, or in vain; `waits` whether a time for that is told. `operation_state` is where the operation of
    such an error stands, unless the error says so itself. `is_recorded` tells whether that operation can be asked for: of a
    refusal before the claim there is only an audit event. `retry_after_seconds` is the wait when the error names none.
    """

    slug: str
    title: str
    status: HTTPStatus
    advice: str
    safe_to_retry_with_new_key: bool | None = None
    same_key: SameKey = SameKey.REPEAT
    waits: Waits = Waits.NEVER
    other_statuses: tuple[int, ...] = ()
    operation_state: OperationState | None = None
    is_recorded: bool = True
    retry_after_seconds: int | None = None
