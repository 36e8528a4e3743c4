"""The schema of each kind of problem, from the table of problem types and from what the errors themselves can carry."""

import inspect
from collections.abc import Callable, Collection
from typing import Any, get_args

from chalicelib.domain import errors
from chalicelib.domain.access import Scope
from chalicelib.edge.contract.answer_schemas import operation_state
from chalicelib.edge.links import Links
from chalicelib.edge.problems.kinds import ProblemType, Waits
from chalicelib.edge.problems.table import CALLERS_PROBLEM_TYPES, INTERNAL_ERROR
from chalicelib.values import dataclass

Kind = type[errors.SwitchboardError]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of some problems: `belongs` tells of which, `is_sure` of which it is always part."""

    schema: dict[str, Any]
    belongs: Callable[[Kind, ProblemType], bool]
    is_sure: Callable[[Kind, ProblemType], bool]


def _always(_kind: Kind, _row: ProblemType) -> bool:
    return True


def _never(_kind: Kind, _row: ProblemType) -> bool:
    return False


def _is_about_a_booking(_kind: Kind, row: ProblemType) -> bool:
    return row.safe_to_retry_with_new_key is not None


def _has_operation(kind: Kind, row: ProblemType) -> bool:
    return _is_about_a_booking(kind, row) and _carries("operation_id")(kind, row)


def _has_status(kind: Kind, row: ProblemType) -> bool:
    return row.is_recorded and _has_operation(kind, row)


def _is_never_safe(_kind: Kind, row: ProblemType) -> bool:
    return row.safe_to_retry_with_new_key is False


def _waits(_kind: Kind, row: ProblemType) -> bool:
    return row.waits is not Waits.NEVER


def _always_waits(_kind: Kind, row: ProblemType) -> bool:
    return row.waits is Waits.ALWAYS


def _carries(parameter: str) -> Callable[[Kind, ProblemType], bool]:
    """Return whether an error is made with something."""
    return lambda kind, _row: parameter in _parameters(kind)


def _parameters(kind: Kind) -> frozenset[str]:
    """Return what an error is made with: its own parameters, and those that it hands on."""
    declared = inspect.signature(kind, eval_str=True).parameters.values()
    handed_on = [get_args(one.annotation)[0] for one in declared if one.kind is one.VAR_KEYWORD]
    return frozenset([one.name for one in declared] + [name for known in handed_on for name in known.__annotations__])


def _is(*kinds: Kind) -> Callable[[Kind, ProblemType], bool]:
    return lambda kind, _row: kind in kinds


_LIMITED = _is(errors.TooManyBookingsError, errors.TooManyChangesError)
_BROKEN = (errors.ParametersRejectedError, errors.BookingRejectedError, errors.ChangeRejectedError)
_COUNT = {"type": "integer", "minimum": 0}
_VIOLATIONS = {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Violation"}}
MEMBERS: dict[str, Member] = {
    "detail": Member({"type": "string", "description": "What happened, for people."}, _always, _always),
    "instance": Member({"type": "string", "format": "uri-reference"}, _always, _never),
    "request_id": Member({"type": "string"}, _always, _always),
    "operation_id": Member({"type": "string"}, _has_operation, _never),
    "operation_state": Member(operation_state(), _has_status, _never),
    "status_url": Member(
        {"type": "string", "format": "uri-reference", "description": "Where the operation can be asked for."},
        _has_status,
        _never,
    ),
    "decided_by": Member(
        {"type": "string", "format": "date-time", "description": "When it will be known, or handed to a person."},
        _carries("decided_by"),
        _never,
    ),
    "safe_to_retry_with_new_key": Member(
        {"type": "boolean", "description": "True only where nothing under the old key can lead to a booking any more."},
        _is_about_a_booking,
        _is_never_safe,
    ),
    "upstream_message": Member(
        {"type": "string", "description": "AdultWork's own reason."}, _carries("upstream_message"), _never
    ),
    "retry_after_seconds": Member({"type": "integer", "minimum": 1}, _waits, _always_waits),
    "token_error": Member(
        {"type": "string", "enum": ["invalid_token", "insufficient_scope"]},
        _is(errors.InvalidTokenError, errors.InsufficientScopeError),
        _is(errors.InvalidTokenError, errors.InsufficientScopeError),
    ),
    "required_scope": Member(
        {"type": "string", "enum": [scope.value for scope in Scope]},
        _is(errors.InsufficientScopeError),
        _is(errors.InsufficientScopeError),
    ),
    "allowed_methods": Member(
        {"type": "array", "items": {"type": "string"}},
        _is(errors.MethodNotAllowedError),
        _is(errors.MethodNotAllowedError),
    ),
    "limit": Member(_COUNT, _LIMITED, _LIMITED),
    "window_seconds": Member(_COUNT, _LIMITED, _LIMITED),
    "remaining": Member(_COUNT, _LIMITED, _LIMITED),
    "audit_pending": Member(
        {"type": "boolean", "const": True, "description": "The record of this answer is not complete yet."},
        _is_about_a_booking,
        _never,
    ),
    "violations": Member(
        _VIOLATIONS,
        _is(errors.MalformedRequestError, *_BROKEN),
        _is(*_BROKEN),
    ),
}


def schema_name(slug: str) -> str:
    """Return the name of a problem's schema: `BookingRejectedProblem`."""
    return f"{''.join(part.capitalize() for part in slug.split('-'))}Problem"


def lead_to_operations(slugs: Collection[str]) -> bool:
    """Tell whether the operations that problems of these kinds name can be asked for; that of a refusal is in the audit alone."""
    named = [each for each in CALLERS_PROBLEM_TYPES.items() if each[1].slug in slugs and _has_operation(*each)]
    return bool(named) and all(_has_status(*each) for each in named)


def problem_schemas(links: Links) -> dict[str, Any]:
    """Return a schema for each kind of problem, and one for what all have, as answers of the gateway itself have it."""
    kinds: dict[Kind, ProblemType] = {**CALLERS_PROBLEM_TYPES, errors.SwitchboardError: INTERNAL_ERROR}
    return {
        "Problem": _any_problem(),
        **{schema_name(row.slug): _problem(kind, row, links) for kind, row in kinds.items()},
    }


def _any_problem() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "A problem (RFC 9457) of any kind.",
        "required": ["type", "title", "detail", "request_id"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            **{name: member.schema for name, member in MEMBERS.items()},
        },
    }


def _problem(kind: Kind, row: ProblemType, links: Links) -> dict[str, Any]:
    """Return the schema of one kind; members that it may have or lack are those without which it is told all the same."""
    members = {name: member for name, member in MEMBERS.items() if member.belongs(kind, row)}
    sure = [name for name, member in members.items() if member.is_sure(kind, row)]
    safe = {"safe_to_retry_with_new_key": {"type": "boolean", "const": False}} if _is_never_safe(kind, row) else {}
    return {
        "type": "object",
        "description": f"{row.title}. {row.advice}",
        "required": ["type", "title", "status", *sure],
        "properties": {
            "type": {"type": "string", "const": links.problem_type(row.slug)},
            "title": {"type": "string", "const": row.title},
            "status": {"type": "integer", "enum": sorted({int(row.status), *row.other_statuses})},
            **{name: member.schema for name, member in members.items()},
            **safe,
        },
        "x-same-key": row.same_key.value,
        "x-retry-after": row.waits.value,
    }
