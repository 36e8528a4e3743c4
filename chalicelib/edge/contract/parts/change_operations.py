"""The operations of the changes, made from their table."""

from collections.abc import Iterable, Mapping

from chalicelib.domain.changing.change import Change
from chalicelib.edge.contract.operation import JSON, Operation, Success
from chalicelib.edge.contract.parts.changes import answer_name, request_name

_PROBLEMS = (
    *("malformed-request", "body-too-large", "unsupported-media-type", "invalid-idempotency-key"),
    *("missing-token", "invalid-token", "insufficient-scope", "change-rejected", "idempotency-key-reused"),
    *("operation-in-progress", "duplicate-change", "change-not-made", "too-many-changes", "upstream-refused"),
    *("upstream-unavailable", "outcome-unknown", "store-unavailable", "sending-paused", "internal-error"),
)


def change_operations(changes: Iterable[Change]) -> Mapping[tuple[str, str], Operation]:
    """Return an operation for each change."""
    return {(change.path, "POST"): _operation(change) for change in changes}


def _operation(change: Change) -> Operation:
    """Return the operation of one change."""
    return Operation(
        change.name[0].lower() + change.name[1:],
        change.group,
        change.summary,
        f"{change.about} It is recorded before it is sent, sent once, and a repeat under the same Idempotency-Key gets the first "
        "answer.",
        Success(
            200,
            "AdultWork made the change.",
            {JSON: answer_name(change)},
            ("Location", "Idempotency-Replayed", "Audit-Status"),
        ),
        problems=_PROBLEMS,
        scopes=(change.scope,),
        parameters=("Idempotency-Key", "X-Request-Id"),
        body=request_name(change),
        status="getOperation",
    )
