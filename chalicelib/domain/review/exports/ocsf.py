"""Events as the Open Cybersecurity Schema Framework has them (1.8.0, API Activity), for whatever gathers such records.

A line is an object of its own. It leads back to the stored event by operation, number and hash; contact fields are in none.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from chalicelib.domain.audit.event import CHANGE, EventKind
from chalicelib.domain.canonical import Canonical, canonical_bytes
from chalicelib.domain.review.desk.chain import Chain, StoredEvent
from chalicelib.domain.review.desk.titles import title_of

VERSION = "1.8.0"
CATEGORY, CLASS = 6, 6003  # Application Activity, API Activity
CREATE, UPDATE = 1, 3
UNKNOWN, SUCCESS, FAILURE = 0, 1, 2
INFORMATIONAL, LOW, MEDIUM = 1, 2, 3
_MILLISECONDS = 1000

_STATUS = {
    EventKind.CONFIRMED: (SUCCESS, INFORMATIONAL),
    EventKind.RELEASED: (SUCCESS, INFORMATIONAL),
    EventKind.CLAIMED: (UNKNOWN, INFORMATIONAL),
    EventKind.REJECTED: (FAILURE, LOW),
    EventKind.NOT_SENT: (FAILURE, LOW),
    EventKind.NOT_CREATED: (FAILURE, LOW),
    EventKind.REFUSED: (FAILURE, LOW),
    EventKind.REFUSALS_COUNTED: (FAILURE, LOW),
    EventKind.UNKNOWN: (UNKNOWN, MEDIUM),
    EventKind.AMBIGUOUS: (UNKNOWN, MEDIUM),
    EventKind.EXPIRED: (UNKNOWN, MEDIUM),
}
_FIRST = frozenset({EventKind.CLAIMED, EventKind.REFUSED, EventKind.REFUSALS_COUNTED})


def lines(chain: Chain) -> Iterator[bytes]:
    """Yield a line for each event of an operation, in order."""
    for number, event in enumerate(chain.events, start=1):
        yield canonical_bytes(document(chain.operation_id, number, event)) + b"\n"


def document(operation_id: str, number: int, event: StoredEvent) -> dict[str, Canonical]:
    """Return an event as an object of the class API Activity; what cannot be read of it is left at nought."""
    members = event.members
    kind = EventKind(event.kind) if event.kind in _KINDS else None
    change = members.get(CHANGE)
    activity = CREATE if kind in _FIRST and change is None else UPDATE
    status, severity = _STATUS[kind] if kind is not None else (UNKNOWN, MEDIUM)
    return {
        "activity_id": activity,
        "category_uid": CATEGORY,
        "class_uid": CLASS,
        "type_uid": CLASS * 100 + activity,
        "time": _epoch(members.get("at")),
        "status_id": status,
        "severity_id": severity,
        "message": _text(title_of(event.kind, change)),
        "actor": {"user": {"uid": _text(members.get("client"))}},
        "api": {
            "operation": "CreateBooking" if change is None else _text(change),
            "request": {"uid": _text(members.get("request_id"))},
            "service": {"name": "PhoneChat"},
        },
        "resources": [{"type": "candidate", "uid": _text(members.get("candidate"))}],
        "src_endpoint": {"name": "not recorded"},  # the class asks for one, and events hold no address
        "metadata": {
            "version": VERSION,
            "product": {"name": "Switchboard", "vendor_name": "Switchboard"},
            "uid": f"{operation_id}/{number}",
            "correlation_uid": operation_id,
            "sequence": number,
        },
        "unmapped": {"kind": _text(event.kind), "hash": event.hash, **_told(members)},
    }


_KINDS = frozenset(EventKind)


def _told(members: Mapping[str, Any]) -> dict[str, Canonical]:
    names = ("booking_id", "reason", "upstream_status")
    return {name: _text(members[name]) for name in names if members.get(name) is not None}


def _epoch(told: object) -> int:
    """Return a time in milliseconds since 1970."""
    try:
        return round(datetime.fromisoformat(str(told)).timestamp() * _MILLISECONDS)
    except (ValueError, OverflowError):
        return 0


def _text(value: object) -> str:
    """Return a text that UTF-8 can write, whatever a record holds."""
    return str(value).encode("utf-8", "backslashreplace").decode()
