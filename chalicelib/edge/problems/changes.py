"""The rows of the table of problems that only changes of bookings have; whatever else ends one is a problem of bookings, too."""

from http import HTTPStatus

from chalicelib.domain import errors
from chalicelib.domain.operation.operation import OperationState
from chalicelib.edge.problems.kinds import ProblemType, SameKey, Waits

CHANGES_PROBLEM_TYPES: dict[type[errors.SwitchboardError], ProblemType] = {
    errors.ChangeRejectedError: ProblemType(
        "change-rejected",
        "The change breaks rules",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Mend every violation, and send it again under the same Idempotency-Key. This request sent nothing.",
        safe_to_retry_with_new_key=False,
        same_key=SameKey.MENDED,
        is_recorded=False,
    ),
    errors.DuplicateChangeError: ProblemType(
        "duplicate-change",
        "The same change is under way",
        HTTPStatus.CONFLICT,
        "Do not send it again. Ask for the operation to see what became of the earlier one; then the way is clear.",
        safe_to_retry_with_new_key=False,
        waits=Waits.SOMETIMES,
        same_key=SameKey.FINAL,
    ),
    errors.ChangeNotMadeError: ProblemType(
        "change-not-made",
        "The change was not made",
        HTTPStatus.CONFLICT,
        "The booking shows that this request changed nothing. Tell the user, and if the change is still wanted, send it under a "
        "new Idempotency-Key.",
        safe_to_retry_with_new_key=True,
        same_key=SameKey.FINAL,
        operation_state=OperationState.NOT_CREATED,
    ),
    errors.TooManyChangesError: ProblemType(
        "too-many-changes",
        "The account changes bookings too often",
        HTTPStatus.TOO_MANY_REQUESTS,
        "Wait as long as Retry-After says, then send the same request again, under the same Idempotency-Key. This request "
        "sent nothing.",
        safe_to_retry_with_new_key=False,
        waits=Waits.ALWAYS,
    ),
}
