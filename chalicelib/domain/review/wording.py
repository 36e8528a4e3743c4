"""What an event says, in sentences that a reader needs no code for; its members stand beside them.

Client and candidate are called by whatever name the event has for them. Whatever stands in an event, there are words for it: who
reads a forged one has to see what it claims.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalicelib.domain.audit.event import EventKind
from chalicelib.domain.audit.stored_event import StoredEvent
from chalicelib.domain.review import reasons
from chalicelib.domain.review.moves import is_retryable
from chalicelib.domain.review.request import guard_until

Sentences = Iterator[str]
NOTHING_BOOKED = "Nothing was booked."
FOR_A_PERSON = "Reads will not settle it any more; a person has to."
_MINUTE = "%Y-%m-%d %H:%M UTC"


def sentences(event: StoredEvent) -> tuple[str, ...]:
    """Return what an event says, the most telling first."""
    return tuple(_WORDS[event.kind](event))


def _claimed(event: StoredEvent) -> Sentences:
    attempt = event.document.get("attempt")
    yield f"{_client(event, 'Client', 'A client who is named later')} asked to book {_candidate(event)}{_request(event)}."
    yield f"This was written down before anything was sent to AdultWork, as attempt {attempt}."
    yield from _unchecked(event)
    if until := guard_until(event):
        held = until.strftime(_MINUTE)
        yield f"Until {held}, no second operation may book this session for the client, unless this one books nothing."


def _confirmed(event: StoredEvent) -> Sentences:
    booking = f"booking {event.booking_id}"
    if decided := _decision(event):
        yield f"{decided} that {booking} is this one."
    elif _evidence(event):
        yield f"{_read(event)} It has one booking that is this one: {booking}."
    else:
        yield f"AdultWork made the booking, and answered with {booking}{_status(event)}."
        yield "What it answered is what was sent: candidate, time, duration, method and credits."
    yield "The session is booked."


def _rejected(event: StoredEvent) -> Sentences:
    yield f"AdultWork declined the booking{_status(event)}."
    yield NOTHING_BOOKED
    yield _again(event)


def _not_sent(event: StoredEvent) -> Sentences:
    yield f"Nothing was sent to AdultWork: {_reason(event, reasons.NOT_SENT)}."
    yield NOTHING_BOOKED
    yield _again(event)


def _unknown(event: StoredEvent) -> Sentences:
    if event.document.get("reason") == "lease-over":
        yield "The call that sent the booking, or was about to, ended without telling how it went."
    else:
        yield f"The booking was sent to AdultWork, and what came of it is not known: {_reason(event, reasons.UNKNOWN)}."
    if named := event.document.get("named_booking"):
        yield f"The answer named booking {named}, which proves nothing about this one."
    yield "It may have been booked, so it is not sent again; AdultWork's own list will tell."


def _not_created(event: StoredEvent) -> Sentences:
    if decided := _decision(event):
        yield f"{decided} that nothing was booked."
    else:
        yield f"{_read(event)} It was read whole, late enough for a booking to have turned up, and has none like this one."
        yield NOTHING_BOOKED
    yield "The session is free again."


def _ambiguous(event: StoredEvent) -> Sentences:
    yield f"{_read(event)} It has bookings that may be this one, and none that surely is: {_matching(event)}."
    yield FOR_A_PERSON


def _expired(event: StoredEvent) -> Sentences:
    del event
    yield "Nobody came back for this booking, and without the client's own token AdultWork's list cannot be read."
    yield FOR_A_PERSON


def _released(event: StoredEvent) -> Sentences:
    yield f"Booking {event.booking_id} was cancelled or rejected at AdultWork."
    yield "The client may book this session again."


def _refused(event: StoredEvent) -> Sentences:
    asked = f"A request of {_client(event, 'client', 'a client')} to book {_candidate(event)}{_request(event)}"
    yield f"{asked} was refused before anything was sent."
    yield f"The reason: {_reason(event, reasons.REFUSED)}."
    yield from _details_of_refusal(event.document)
    yield from _unchecked(event)


def _refusals_counted(event: StoredEvent) -> Sentences:
    count, hour = (event.document.get(name) for name in ("refusals", "hour"))
    often = f"{_client(event, 'Client', 'A client')} was refused so often in the hour from {hour} UTC"
    yield f"{often} that refusals are only counted: {count} so far."


_WORDS: Mapping[EventKind, Callable[[StoredEvent], Sentences]] = {
    EventKind.CLAIMED: _claimed,
    EventKind.CONFIRMED: _confirmed,
    EventKind.REJECTED: _rejected,
    EventKind.NOT_SENT: _not_sent,
    EventKind.UNKNOWN: _unknown,
    EventKind.NOT_CREATED: _not_created,
    EventKind.AMBIGUOUS: _ambiguous,
    EventKind.EXPIRED: _expired,
    EventKind.RELEASED: _released,
    EventKind.REFUSED: _refused,
    EventKind.REFUSALS_COUNTED: _refusals_counted,
}


def _client(event: StoredEvent, named: str, unnamed: str) -> str:
    return unnamed if event.client is None else f"{named} {event.client}"


def _candidate(event: StoredEvent) -> str:
    return "a candidate that was not named" if event.candidate is None else f"candidate {event.candidate}"


def _request(event: StoredEvent) -> str:
    """Return what was asked for, as far as the event tells."""
    request = event.document.get("request")
    if not isinstance(request, Mapping):
        return ""
    method = str(request.get("method"))
    return (
        f" for {request.get('session_date')} by AdultWork's clock, {request.get('duration')} minutes for"
        f" {request.get('credits')} credits; {reasons.METHODS.get(method, f'by method {method}')}"
    )


def _unchecked(event: StoredEvent) -> Sentences:
    if unchecked := _listed(event.document.get("unchecked")):
        yield f"AdultWork did not tell what these rules need, so they were not checked: {unchecked}."


def _reason(event: StoredEvent, words: Mapping[str, str]) -> str:
    reason = str(event.document.get("reason"))
    return words.get(reason, reason)


def _status(event: StoredEvent) -> str:
    status = event.document.get("upstream_status")
    return "" if status is None else f", status {status}"


def _again(event: StoredEvent) -> str:
    if is_retryable(event):
        return "The same request may be sent again under its key."
    return "This is final: a repeat under the same key gets the same answer."


def _decision(event: StoredEvent) -> str | None:
    """Return who decided and why, None where no person did."""
    by = event.document.get("resolved_by")
    return f"{by} decided, because of “{event.document.get('why')}”," if by else None


def _evidence(event: StoredEvent) -> Mapping[str, Any]:
    told = event.document.get("evidence")
    return told if isinstance(told, Mapping) else {}


def _read(event: StoredEvent) -> str:
    """Return what was read, and when."""
    told = _evidence(event)
    count, at = told.get("bookings_read"), told.get("read_at")
    return f"AdultWork's own list of the client's bookings was read from {at} on: {count} in all."


def _matching(event: StoredEvent) -> str:
    left_out = event.document.get("matching_left_out")
    more = f" and {left_out} more" if left_out else ""
    return _listed(event.document.get("matching_bookings")) + more


def _details_of_refusal(document: Mapping[str, Any]) -> Sentences:
    """Yield what an event tells of a refusal beside its reason."""
    if broken := _listed(document.get("violations")):
        left_out = document.get("violations_left_out")
        yield f"The rules that it breaks: {broken}{f' and {left_out} more' if left_out else ''}."
    if earlier := document.get("earlier"):
        yield f"The operation in its way: {earlier}."
    if scope := document.get("missing_scope"):
        yield f"The permission that is missing: {scope}."
    if limit := document.get("limit"):
        yield f"The limit: {limit} in {document.get('window_seconds')} seconds."
    if status := document.get("upstream_status"):
        yield f"AdultWork answered with status {status}."


def _listed(told: object) -> str:
    return ", ".join(str(one) for one in told) if isinstance(told, list) else ""
