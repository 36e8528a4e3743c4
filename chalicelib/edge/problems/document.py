"""An error as a problem document (RFC 9457)."""

from collections.abc import Sequence
from itertools import accumulate

from chalicelib.domain.booking.longest_form import longest_form_bytes
from chalicelib.domain.booking.policy import MAXIMUM_COMMENTS_LENGTH
from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.violation import Param, Violation
from chalicelib.edge.links import Links
from chalicelib.edge.problems.facts import problem_facts
from chalicelib.edge.problems.new_key import is_new_key_safe
from chalicelib.edge.problems.table import problem_type, status_of
from chalicelib.edge.representation import Document, instant

MOST_VIOLATIONS = 100
# All pointers together; one member of the largest body fits, though a pointer takes two characters for one.
MOST_POINTER_CHARACTERS = 2 * longest_form_bytes(MAXIMUM_COMMENTS_LENGTH)


def problem_document(
    error: SwitchboardError, request_id: str, instance: str | None, links: Links, *, may_send: bool = True
) -> dict[str, Document]:
    """Return the members of a problem, those without a value left out.

    Where the request could send no booking (`may_send` is false), none is called safe to send anew: whoever only asks for an
    operation whose outcome is unknown must not read that a new key is.
    """
    row = problem_type(error)
    operation_id = error.operation_id
    has_status = operation_id is not None and row.is_recorded
    state: str | None = getattr(error, "state", row.operation_state)
    violations: tuple[Violation, ...] = getattr(error, "violations", ())
    is_safe = is_new_key_safe(error)
    members: dict[str, Document] = {
        "type": links.problem_type(row.slug),
        "title": row.title,
        "status": int(status_of(error)),
        "detail": error.message,
        "instance": None if instance is None else links.path(instance),
        "request_id": request_id,
        "operation_id": operation_id,
        "operation_state": state if has_status else None,
        "status_url": links.operation(operation_id) if operation_id is not None and has_status else None,
        "decided_by": instant(getattr(error, "decided_by", None)),
        "safe_to_retry_with_new_key": is_safe if may_send or not is_safe else None,
        "upstream_message": getattr(error, "upstream_message", None),
        **problem_facts(error),
        "violations": violation_documents(violations) or None,
    }
    return {name: value for name, value in members.items() if value is not None}


def violation_documents(violations: Sequence[Violation]) -> list[Document]:
    """Return violations as an answer tells them."""
    return [_violation(violation) for violation in _listed(violations)]


def _listed(violations: Sequence[Violation]) -> list[Violation]:
    """Return as many violations as an answer may hold; a last one says how many it leaves out."""
    lengths = accumulate(len(violation.pointer) for violation in violations)
    fitting = sum(length <= MOST_POINTER_CHARACTERS for length in lengths)
    if len(violations) == fitting <= MOST_VIOLATIONS:
        return list(violations)
    listed = list(violations[: min(fitting, MOST_VIOLATIONS - 1)])
    left_out = len(violations) - len(listed)
    message = f"Mend these first; not listed here: {left_out} more."
    rest = Violation("", "more-violations", message, {"left_out": left_out})
    return [*listed, rest]


def _violation(violation: Violation) -> Document:
    params = {name: _param(value) for name, value in violation.params.items()}
    return {"pointer": violation.pointer, "rule": violation.rule, "message": violation.message, "params": params}


def _param(value: Param) -> Document:
    return list(value) if isinstance(value, tuple) else value
