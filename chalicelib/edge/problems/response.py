"""The answer that tells an error."""

from chalicelib.domain.errors import BookingRejectedError, SwitchboardError
from chalicelib.edge.answer import Answer
from chalicelib.edge.links import Links
from chalicelib.edge.problems.document import problem_document
from chalicelib.edge.problems.facts import problem_headers
from chalicelib.edge.problems.table import INTERNAL_ERROR, problem_type, status_of
from chalicelib.edge.representation import to_json
from chalicelib.watch.cause import cause_of


def problem_response(
    error: Exception, request_id: str, instance: str | None, links: Links, *, may_send: bool = True
) -> Answer:
    """Return the answer that tells an error; one that is not a SwitchboardError tells nothing of itself."""
    ours = error if isinstance(error, SwitchboardError) else SwitchboardError(INTERNAL_ERROR.advice)
    return Answer(
        to_json(problem_document(ours, request_id, instance, links, may_send=may_send)),
        status_code=int(status_of(ours)),
        headers=problem_headers(ours),
        operation_id=ours.operation_id,
        problem=problem_type(ours).slug,
        cause=cause_of(error),
        rules=tuple(each.rule for each in ours.violations) if isinstance(ours, BookingRejectedError) else (),
        audit_pending=ours.audit_pending,
    )
