"""The schemas of what is answered: the booking from its own type, the documents of the edge beside it."""

import inspect
from decimal import Decimal
from types import UnionType
from typing import Any, Union, get_args, get_origin

from chalicelib.domain.booking.booking import BookedUser, Booking
from chalicelib.domain.booking.upstream_value import upstream_name
from chalicelib.domain.operation.operation import OperationState

_NAMES: dict[object, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    Decimal: {"type": "number"},
    BookedUser: {"$ref": "#/components/schemas/BookedUser"},
}
_AMOUNT = {"type": ["number", "null"]}
_INSTANT = {"type": ["string", "null"], "format": "date-time"}


def answer_schemas() -> dict[str, Any]:
    """Return the schemas of all answers that are no problems, by name."""
    return {
        "Booking": _of_type(
            Booking, "A booking as AdultWork tells it. What it does not tell is null; dates are its text."
        ),
        "BookedUser": _of_type(BookedUser, "The candidate. `Total` is a net score and may be negative."),
        "Quote": _quote(),
        "Operation": _operation(),
        "Violation": _violation(),
        "Health": closed({"status": {"type": "string", "const": "ok"}, "version": {"type": "string"}}),
        "ProblemPage": _problem_page(),
    }


def _of_type(kind: type, description: str) -> dict[str, Any]:
    """Return the schema of a value under the upstream's names; every member is always there."""
    members = {
        upstream_name(name): _of_annotation(annotation)
        for name, annotation in inspect.get_annotations(kind, eval_str=True).items()
        if name != "unreadable"  # never part of an answer
    }
    return closed(members, description)


def _of_annotation(annotation: Any) -> dict[str, Any]:  # noqa: ANN401 (any annotation)
    """Return the schema of a member: a plain type, or one that may be null."""
    if get_origin(annotation) in {Union, UnionType}:
        (kind,) = (each for each in get_args(annotation) if each is not type(None))
        return {"type": [_NAMES[kind]["type"], "null"]}
    return dict(_NAMES[annotation])


def closed(members: dict[str, Any], description: str = "") -> dict[str, Any]:
    """Return an object all of whose members are always there; more may come with a later version."""
    about = {"description": description} if description else {}
    return {"type": "object", **about, "required": list(members), "properties": members}


def _quote() -> dict[str, Any]:
    return closed(
        {
            "is_valid": {
                "type": "boolean",
                "description": "Whether no rule is broken, as far as the rules could be checked. It is no promise: AdultWork "
                "decides, and an equal booking or the account's limit is looked at only when the booking is placed.",
            },
            "violations": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/Violation"},
                "description": "What CreateBooking would refuse this request with, all of it.",
            },
            "unchecked": {
                "type": "array",
                "items": {"type": "string"},
                "description": "The ids of the rules whose facts are not known; AdultWork checks them itself.",
            },
            "price_per_minute": {**_AMOUNT, "description": "The candidate's price; null without one, or not known."},
            "minimum_credits": {**_AMOUNT, "description": "The price for this Duration, exact."},
            "balance": {
                **_AMOUNT,
                "description": "What the account holds; null without the scope account_credits_history.",
            },
            "balance_after": {
                **_AMOUNT,
                "description": "The balance less Credits, below zero where the account lacks some.",
            },
        },
        "What the checks of a booking say; amounts are in credits and exact.",
    )


def _operation() -> dict[str, Any]:
    about = {
        "BookingID": {"type": ["integer", "null"]},
        "BookUserID": {"type": "integer"},
        "SessionDate": {"type": "string", "description": "On AdultWork's clock."},
        "Duration": {"type": "integer"},
        "Method": {"type": "integer"},
        "Credits": {"type": "number"},
    }
    answers = [{"$ref": f"#/components/schemas/{name}"} for name in ("Booking", "Problem")]
    told = "How a booking stands. Only NOT_CREATED, NOT_SENT and REJECTED say that it surely was not made."
    return operation_schema(about, answers, told)


def operation_schema(
    about: dict[str, Any], answers: list[dict[str, Any]], told: str, one_of: str = "oneOf"
) -> dict[str, Any]:
    """Return the schema of an operation that is `about` something, and whose request got one of some `answers`."""
    return closed(
        {
            "operation_id": {"type": "string"},
            "operation_state": operation_state(),
            "status_url": {"type": "string", "format": "uri-reference"},
            "attempt": {"type": "integer", "minimum": 1},
            "claimed_at": {"type": "string", "format": "date-time"},
            "decided_by": {**_INSTANT, "description": "Until when an unknown outcome is known, or handed to a person."},
            "retry_after_seconds": {
                "type": ["integer", "null"],
                "description": "As Retry-After; null once it is final.",
            },
            **about,
            "same_key_tries_again": {
                "type": "boolean",
                "description": "Whether the same request under its key starts another attempt.",
            },
            "safe_to_retry_with_new_key": {"type": "boolean"},
            "answer": {
                "description": "The answer that the request got, once there is a final one.",
                "oneOf": [
                    {"type": "null"},
                    closed(
                        {
                            "status": {"type": "integer"},
                            "body": {one_of: answers},
                        }
                    ),
                ],
            },
        },
        told,
    )


def operation_state() -> dict[str, Any]:
    """Return the schema of a state."""
    return {"type": "string", "enum": [state.value for state in OperationState]}


def _violation() -> dict[str, Any]:
    return closed(
        {
            "pointer": {
                "type": "string",
                "format": "json-pointer",
                "description": "The member (RFC 6901); the empty text is the whole body.",
            },
            "rule": {"type": "string", "description": "The id of the rule, for a program."},
            "message": {"type": "string", "description": "How to mend it, for whoever filled the form in."},
            "params": {
                "type": "object",
                "additionalProperties": {
                    "oneOf": [
                        {"type": ["number", "string"]},
                        {"type": "array", "items": {"type": ["integer", "string"]}},
                    ]
                },
                "description": "What it is measured by, exact; see x-rules at the members of BookingRequest.",
            },
        },
        "One broken rule. It never repeats a value.",
    )


def _problem_page() -> dict[str, Any]:
    texts = ("problem", "title", "advice", "same_key", "retry_after")
    return closed(
        {
            **{name: {"type": "string"} for name in texts},
            "statuses": {"type": "array", "items": {"type": "integer"}},
        },
        "A kind of problem, and what may be done next.",
    )
