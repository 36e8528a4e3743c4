"""What an event says, in sentences that a reader needs no code for; its members stand beside them.

Client and candidate are called by whatever name the event has for them. Whatever stands in an event, there are words for it: who
reads a forged one has to see what it claims.
"""

from collections.abc import Callable, Mapping

from chalicelib.domain.audit.event import EventKind
from chalicelib.domain.audit.stored_event import StoredEvent
from chalicelib.domain.review import reasons
from chalicelib.domain.review.change_wording import WORDS_OF_CHANGES
from chalicelib.domain.review.phrases import (
    FOR_A_PERSON,
    Sentences,
    again,
    client_of,
    decision,
    details_of_refusal,
    evidence_of,
    listed,
    reason_of,
    status_of,
    unchecked,
)
from chalicelib.domain.review.request import guard_until

NOTHING_BOOKED = "Nothing was booked."
_MINUTE = "%Y-%m-%d %H:%M UTC"


def sentences(event: StoredEvent) -> tuple[str, ...]:
    """Return what an event says, the most telling first."""
    words = _WORDS if event.change is None else {**_WORDS, **WORDS_OF_CHANGES}
    return tuple(words[event.kind](event))


def _claimed(event: StoredEvent) -> Sentences:
    attempt = event.document.get("attempt")
    yield f"{client_of(event, 'Client', 'A client who is named later')} asked to book {_candidate(event)}{_request(event)}."
    yield f"This was written down before anything was sent to AdultWork, as attempt {attempt}."
    yield from unchecked(event)
    if until := guard_until(event):
        held = until.strftime(_MINUTE)
        yield f"Until {held}, no second operation may book this session for the client, unless this one books nothing."


def _confirmed(event: StoredEvent) -> Sentences:
    booking = f"booking {event.booking_id}"
    if decided := decision(event):
        yield f"{decided} that {booking} is this one."
    elif evidence_of(event):
        yield f"{_read(event)} It has one booking that is this one: {booking}."
    else:
        yield f"AdultWork made the booking, and answered with {booking}{status_of(event)}."
        yield "What it answered is what was sent: candidate, time, duration, method and credits."
    yield "The session is booked."


def _rejected(event: StoredEvent) -> Sentences:
    yield f"AdultWork declined the booking{status_of(event)}."
    yield NOTHING_BOOKED
    yield again(event)


def _not_sent(event: StoredEvent) -> Sentences:
    yield f"Nothing was sent to AdultWork: {reason_of(event, reasons.NOT_SENT)}."
    yield NOTHING_BOOKED
    yield again(event)


def _unknown(event: StoredEvent) -> Sentences:
    if event.document.get("reason") == "lease-over":
        yield "The call that sent the booking, or was about to, ended without telling how it went."
    else:
        yield f"The booking was sent to AdultWork, and what came of it is not known: {reason_of(event, reasons.UNKNOWN)}."
    if named := event.document.get("named_booking"):
        yield f"The answer named booking {named}, which proves nothing about this one."
    yield "It may have been booked, so it is not sent again; AdultWork's own list will tell."


def _not_created(event: StoredEvent) -> Sentences:
    if decided := decision(event):
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
    asked = f"A request of {client_of(event, 'client', 'a client')} to book {_candidate(event)}{_request(event)}"
    yield f"{asked} was refused before anything was sent."
    yield f"The reason: {reason_of(event, reasons.REFUSED)}."
    yield from details_of_refusal(event.document)
    yield from unchecked(event)


def _refusals_counted(event: StoredEvent) -> Sentences:
    count, hour = (event.document.get(name) for name in ("refusals", "hour"))
    often = f"{client_of(event, 'Client', 'A client')} was refused so often in the hour from {hour} UTC"
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


def _read(event: StoredEvent) -> str:
    """Return what was read, and when."""
    told = evidence_of(event)
    count, at = told.get("bookings_read"), told.get("read_at")
    return f"AdultWork's own list of the client's bookings was read from {at} on: {count} in all."


def _matching(event: StoredEvent) -> str:
    left_out = event.document.get("matching_left_out")
    more = f" and {left_out} more" if left_out else ""
    return listed(event.document.get("matching_bookings")) + more
