"""The schema of a booking that is asked for: members, limits and rules of the form that judges it.

It refuses nothing that the form takes. So it is silent where a spelling decides (`multipleOf` would refuse sound amounts in
programs that read numbers as floating-point ones), and asks for the contact member of the method that is chosen, only.
"""

from typing import Any

from chalicelib.domain.booking.booking import ContactMethod
from chalicelib.domain.booking.form import CREDITS_DECIMALS, MAXIMUM_USER_ID, OPTIONAL, REQUIRED
from chalicelib.domain.booking.phone_number import LONGEST_PHONE_NUMBER
from chalicelib.domain.booking.policy import BookingPolicy
from chalicelib.domain.booking.rules.contacts import SKYPE_FORM
from chalicelib.domain.booking.rules.numbers import MAXIMUM_CREDITS
from chalicelib.domain.booking.upstream_time import LOCAL_FORM, LONGEST_TIME, RFC3339_FORM
from chalicelib.edge.contract.example import MEMBERS
from chalicelib.edge.contract.rule_texts import rule_texts

_ABOUT = {
    "BookUserID": "The user to book.",
    "SessionDate": "When the session begins, on AdultWork's clock ({zone}), or as RFC 3339 with an offset.",
    "Duration": "How long it lasts, in minutes.",
    "Method": "How to talk: 1, the candidate calls you; 2, you call the candidate; 3, Skype.",
    "PhoneNumber": "Where you are called, with Method 1: a UK number. With another Method it is neither forwarded nor kept.",
    "SkypeName": "Where you are called, with Method 3. With another Method it is neither forwarded nor kept.",
    "Credits": "What you offer, exact: at most {decimals} decimals.",
    "AcceptBy": "Until when the candidate may accept; a minute before SessionDate, in the same forms.",
    "Comments": "A word to the candidate, in any script, emoji included.",
}


def booking_request_schema(policy: BookingPolicy) -> dict[str, Any]:
    """Return the schema of the body of CreateBooking."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(REQUIRED),
        "properties": _properties(policy),
        "allOf": [
            _for_method(ContactMethod.CANDIDATE_CALLS, "PhoneNumber", {"maxLength": LONGEST_PHONE_NUMBER}),
            _for_method(ContactMethod.SKYPE, "SkypeName", {"pattern": _whole(SKYPE_FORM.pattern)}),
        ],
    }


def booking_draft_schema() -> dict[str, Any]:
    """Return the schema of the body of ValidateBooking, which takes every object: what is wrong with it is the answer."""
    about = {name: {"description": f"As `{name}` of BookingRequest."} for name in (*REQUIRED, *OPTIONAL)}
    return {
        "type": "object",
        "description": "A booking that may be unfinished or broken; the answer tells what it lacks.",
        "properties": about,
    }


def _for_method(method: ContactMethod, member: str, limits: dict[str, Any]) -> dict[str, Any]:
    """Return that a method asks for a contact member of some form."""
    return {
        "if": {"required": ["Method"], "properties": {"Method": {"const": int(method)}}},
        "then": {"required": [member], "properties": {member: {"type": "string", **limits}}},
    }


def _properties(policy: BookingPolicy) -> dict[str, Any]:
    """Return every member with what it means, its limits and its rules."""
    texts = rule_texts(policy)
    limits = _limits(policy)
    found: dict[str, Any] = {}
    for name in sorted((*REQUIRED, *OPTIONAL), key=list(limits).index):
        rules = [text for text in texts if text.pointer == f"/{name}"]
        about = _ABOUT[name].format(zone=policy.zone, decimals=CREDITS_DECIMALS)
        lines = [about, "", *(f"- `{text.rule}`: {text.message}" for text in rules)]
        example = {"examples": [MEMBERS[name]]} if name in MEMBERS else {}
        found[name] = {
            **limits[name],
            "description": "\n".join(lines),
            **example,
            "x-rules": [text.document() for text in rules],
        }
    return found


def _limits(policy: BookingPolicy) -> dict[str, dict[str, Any]]:
    """Return type and limits of each member, in the order of AdultWork's page."""
    time = {
        "type": "string",
        "maxLength": LONGEST_TIME,
        "pattern": _whole(f"{LOCAL_FORM.pattern}|{RFC3339_FORM.pattern}"),
    }
    return {
        "BookUserID": {"type": "integer", "minimum": 1, "maximum": MAXIMUM_USER_ID},
        "SessionDate": time,
        "Duration": {
            "type": "integer",
            "minimum": policy.minimum_duration_minutes,
            "maximum": policy.maximum_duration_minutes,
        },
        "Method": {"type": "integer", "enum": [int(method) for method in ContactMethod]},
        "PhoneNumber": {},
        "SkypeName": {},
        "Credits": {"type": "number", "minimum": 0, "maximum": MAXIMUM_CREDITS},
        "AcceptBy": time,
        "Comments": {"type": ["string", "null"], "maxLength": policy.maximum_comments_length},
    }


def _whole(pattern: str) -> str:
    """Return a pattern of ours for a reader that looks for it anywhere in the text."""
    return f"^(?:{pattern})$"
