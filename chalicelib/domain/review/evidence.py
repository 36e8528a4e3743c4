"""What each step of the protocol always writes down: an event that lacks it was not written by that step."""

from datetime import datetime

from chalicelib.domain.audit.event import EventKind
from chalicelib.domain.audit.stored_event import StoredEvent

_CLAIM = ("request", "attempt", "call", "fingerprint", "guard_until")
_ANSWERED = frozenset({EventKind.CONFIRMED, EventKind.REJECTED})


def missing_in_claim(event: StoredEvent) -> str | None:
    """Return what a claim does not say, None when it says all that it should."""
    return next((name for name in _CLAIM if name not in event.document), None)


def missing_in_conclusion(event: StoredEvent) -> str | None:
    """Return what an event does not say that should tell how the POST ended; None when it says all."""
    status = event.document.get("upstream_status", "")
    if "timings_ms" not in event.document or status == "":
        return "how the POST went"
    if event.kind in _ANSWERED and status is None:
        return "the status of AdultWork's answer"
    if event.kind is EventKind.NOT_SENT and status is not None:
        return "that nothing was sent: AdultWork has answered"
    return None


def missing_in_verdict(event: StoredEvent) -> str | None:
    """Return what an event does not say that should tell what reads have found; None when it says all."""
    told, matching = event.document.get("evidence"), event.document.get("matching_bookings")
    if not isinstance(told, dict) or not isinstance(matching, list) or not _is_moment(told.get("read_at")):
        return "what was read"
    if event.kind is EventKind.CONFIRMED and [str(one) for one in matching] != [event.booking_id]:
        return "that the booking is the only one that matches"
    if event.kind is EventKind.AMBIGUOUS and not matching:
        return "which bookings it may be"
    if event.kind is EventKind.NOT_CREATED and (matching or told.get("is_complete") is not True):
        return "that the whole list was read and nothing in it matches"
    return None


def missing_in_proof(event: StoredEvent) -> str | None:
    """Return what an event does not say that should tell what a read of the booking shows of a change; None when it says all."""
    told = event.document.get("evidence")
    if not isinstance(told, dict) or not _is_moment(told.get("read_at")) or not told.get("status"):
        return "what was read"
    return None


def missing_in_decision(event: StoredEvent) -> str | None:
    """Return what a person's decision does not say, None when it says who and why."""
    names = {"resolved_by": "who decided", "why": "why"}
    return next((what for name, what in names.items() if not event.document.get(name)), None)


def read_at(event: StoredEvent) -> datetime:
    """Return when the reading began that a verdict rests on; the verdict is known to say it."""
    return datetime.fromisoformat(event.document["evidence"]["read_at"])


def _is_moment(told: object) -> bool:
    """Tell whether this is a time with its offset."""
    try:
        return isinstance(told, str) and datetime.fromisoformat(told).tzinfo is not None
    except ValueError:
        return False
