"""What an event of a change of bookings says, in sentences; see `wording`."""

from collections.abc import Callable, Mapping

from chalicelib.domain.audit.event import EventKind
from chalicelib.domain.audit.stored_event import StoredEvent
from chalicelib.domain.review import reasons
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
)
from chalicelib.domain.review.request import guard_until

NOTHING_CHANGED = "Nothing was changed."
_MINUTE = "%Y-%m-%d %H:%M UTC"


def _claimed(event: StoredEvent) -> Sentences:
    attempt = event.document.get("attempt")
    yield f"{client_of(event, 'User', 'A user who is named later')} asked to {_asked(event)}."
    yield f"This was written down before anything was sent to AdultWork, as attempt {attempt}."
    if until := guard_until(event):
        held = until.strftime(_MINUTE)
        yield f"Until its outcome is known, or {held} at the latest, no second operation may ask for the same."


def _confirmed(event: StoredEvent) -> Sentences:
    if decided := decision(event):
        yield f"{decided} that it was done."
    elif evidence_of(event):
        yield f"{_read(event)} That shows that it was done."
    else:
        yield f"AdultWork carried it out{status_of(event)}."
        deleted, kept = (event.document.get(name) for name in ("deleted", "kept"))
        if deleted is not None:
            yield f"It says that it deleted {deleted} of them and kept {kept}."
        if moved := event.document.get("named_booking"):
            yield f"It answered with booking {moved}."


def _rejected(event: StoredEvent) -> Sentences:
    yield f"AdultWork declined it{status_of(event)}."
    yield NOTHING_CHANGED
    yield again(event)


def _not_sent(event: StoredEvent) -> Sentences:
    yield f"Nothing was sent to AdultWork: {reason_of(event, reasons.NOT_SENT)}."
    yield NOTHING_CHANGED
    yield again(event)


def _unknown(event: StoredEvent) -> Sentences:
    if event.document.get("reason") == "lease-over":
        yield "The call that sent it, or was about to, ended without telling how it went."
    else:
        yield f"It was sent to AdultWork, and what came of it is not known: {reason_of(event, reasons.UNKNOWN)}."
    yield "It may have been carried out, so it is not sent again."


def _not_made(event: StoredEvent) -> Sentences:
    if decided := decision(event):
        yield f"{decided} that it was not done."
    else:
        yield f"{_read(event)} It was read late enough for a change to show, and shows none."
        yield NOTHING_CHANGED


def _expired(event: StoredEvent) -> Sentences:
    del event
    yield "In a day, nothing could be read that shows what came of it: nobody came back, or AdultWork documents no such read."
    yield FOR_A_PERSON


def _refused(event: StoredEvent) -> Sentences:
    asked = f"A request of {client_of(event, 'user', 'a user')} to {_asked(event)}"
    yield f"{asked} was refused before anything was sent."
    yield f"The reason: {reason_of(event, reasons.REFUSED)}."
    yield from details_of_refusal(event.document)


WORDS_OF_CHANGES: Mapping[EventKind, Callable[[StoredEvent], Sentences]] = {
    EventKind.CLAIMED: _claimed,
    EventKind.CONFIRMED: _confirmed,
    EventKind.REJECTED: _rejected,
    EventKind.NOT_SENT: _not_sent,
    EventKind.UNKNOWN: _unknown,
    EventKind.NOT_CREATED: _not_made,
    EventKind.EXPIRED: _expired,
    EventKind.REFUSED: _refused,
}


def _asked(event: StoredEvent) -> str:
    """Return what was asked for, as far as the event tells."""
    asked = reasons.CHANGES.get(str(event.change), f"make the change {event.change} of")
    request = event.document.get("request")
    if not isinstance(request, Mapping):
        return f"{asked} a booking"
    offered = f", for {request.get('credits')} credits" if "credits" in request else ""
    return f"{asked} booking {listed(request.get('booking_ids'))}{offered}"


def _read(event: StoredEvent) -> str:
    told = evidence_of(event)
    return f"Booking {told.get('booking')} was read at AdultWork from {told.get('read_at')} on: {told.get('status')}."
