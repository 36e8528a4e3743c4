"""What the contract says of the changes: schemas and examples, all made from the table of changes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from chalicelib.application.operations.get_operation import OperationView
from chalicelib.domain.booking.form import CREDITS_DECIMALS, CREDITS_DIGITS
from chalicelib.domain.booking.policy import BookingPolicy
from chalicelib.domain.booking.rules.numbers import MAXIMUM_CREDITS
from chalicelib.domain.changing.change import Amount, Answer, Change, ManyIds, Member, OneId
from chalicelib.domain.changing.changes import CANCEL_MADE_BOOKING, CHANGES
from chalicelib.domain.changing.form import LARGEST_ID
from chalicelib.domain.changing.operation import ChangeRecord
from chalicelib.domain.operation.operation import OperationState
from chalicelib.edge.changing.change_answers import HttpChangeAnswers
from chalicelib.edge.changing.views import change_document
from chalicelib.edge.contract.answer_schemas import closed, operation_schema
from chalicelib.edge.contract.example import BOOKING, OPERATION_ID
from chalicelib.edge.contract.parts.reads import UNTYPED
from chalicelib.edge.links import Links

_REASON = "Something came up"
_CANCELLED = replace(BOOKING, status="Cancelled", cancelled_reason=_REASON, cancelled_date="2026-11-22T12:00:00")
_ANSWERS: Mapping[Answer, str] = {
    Answer.MADE: "Booking",
    Answer.DELETIONS: "Deletions",
    Answer.RECEIVED: "ReceivedBooking",
}


def request_name(change: Change) -> str:
    """Return the name of the schema of a change's body."""
    return f"{change.name}Request"


def answer_name(change: Change) -> str:
    """Return the name of the schema of what AdultWork answers to a change."""
    return _ANSWERS[change.answer]


def change_schemas(policy: BookingPolicy) -> dict[str, Any]:
    """Return the schemas of bodies and answers, by name."""
    deletion = closed(
        {
            "BookingID": {"type": "integer"},
            "Deleted": {"type": "boolean"},
            "Message": {"type": ["string", "null"], "description": "Why not, in AdultWork's words."},
        }
    )
    about = {"change": {"type": "string"}, "BookingIDs": {"type": "array", "items": {"type": "integer"}}}
    answers = [{"$ref": f"#/components/schemas/{name}"} for name in (*_ANSWERS.values(), "Problem")]
    told = "How a change of bookings stands. Only NOT_CREATED, NOT_SENT and REJECTED say that it surely was not made."
    return {
        **{request_name(change): _request(change, policy) for change in CHANGES},
        "Deletions": {
            "type": "array",
            "items": deletion,
            "description": "One entry a booking; look at `Deleted` of each, and not at the HTTP status.",
        },
        "ReceivedBooking": {
            **UNTYPED,
            "description": f"A booking as its performer sees it. {UNTYPED['description']}",
        },
        "ChangeOperation": operation_schema(about, answers, told, one_of="anyOf"),
        "AnyOperation": {
            "oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("Operation", "ChangeOperation")]
        },
    }


def change_examples(links: Links) -> dict[str, Any]:
    """Return an example of each, by the name of its schema."""
    deletions = [
        {"BookingID": 100, "Deleted": True, "Message": None},
        {"BookingID": 101, "Deleted": False, "Message": "The booking is still pending."},
    ]
    return {
        **{
            request_name(change): {member.name: _example(member) for member in change.members if member.is_required}
            for change in CHANGES
        },
        "Deletions": deletions,
        "ReceivedBooking": {"BookingID": 100, "Status": "Accepted", "Credits": Decimal(8)},
        "ChangeOperation": change_document(_view(links), links),
    }


def _view(links: Links) -> OperationView[ChangeRecord]:
    """Return the operation that cancelled the booking of the example."""
    claimed_at = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
    record = ChangeRecord(
        id=OPERATION_ID,
        account=1001,
        change=CANCEL_MADE_BOOKING.name,
        booking_ids=(BOOKING.booking_id,),
        state=OperationState.CONFIRMED,
        attempt=1,
        is_retryable=False,
        claimed_at=claimed_at,
        lease_until=claimed_at + timedelta(seconds=31),
        sequence=2,
        head="",
        fingerprint="",
        is_keyed=True,
    )
    answer = HttpChangeAnswers(links).made(OPERATION_ID, _CANCELLED.written(nulls=True))
    return OperationView(record, answer)


def _request(change: Change, policy: BookingPolicy) -> dict[str, Any]:
    """Return the schema of a body; it refuses nothing that the form takes."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [member.name for member in change.members if member.is_required],
        "properties": {member.name: _member(member, policy) for member in change.members},
    }


def _member(member: Member, policy: BookingPolicy) -> dict[str, Any]:
    limits = _limits(member, policy)
    if not member.is_required:
        limits["type"] = [limits["type"], "null"]
    return {**limits, "description": member.about, "examples": [_example(member)]}


def _limits(member: Member, policy: BookingPolicy) -> dict[str, Any]:
    match member.form:
        case OneId():
            return {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
        case ManyIds(most):
            return {"type": "string", "pattern": "^ *[0-9]{1,10} *(?:, *[0-9]{1,10} *)*$", "x-most": most}
        case Amount():
            limits = {"minimum": 0, "maximum": MAXIMUM_CREDITS}
            return {"type": "number", **limits, "x-digits": CREDITS_DIGITS, "x-decimals": CREDITS_DECIMALS}
        case _:
            shortest = {"pattern": r"\S"} if member.is_required else {}
            return {"type": "string", "maxLength": policy.maximum_comments_length, **shortest}


def _example(member: Member) -> int | str | Decimal:
    match member.form:
        case OneId():
            return BOOKING.booking_id
        case ManyIds():
            return "100,101"
        case Amount():
            return Decimal(8)
        case _:
            return _REASON
