"""A title for each kind of event. Words that tell a whole event are made elsewhere; this is what stands above them."""

from chalicelib.domain.audit.event import EventKind

TITLES = {
    EventKind.REFUSED: "Refused before anything was sent",
    EventKind.REFUSALS_COUNTED: "Further refusals of the hour, counted",
    EventKind.CLAIMED: "Recorded, about to be sent",
    EventKind.CONFIRMED: "Booked",
    EventKind.REJECTED: "Declined by AdultWork",
    EventKind.NOT_SENT: "Not sent",
    EventKind.UNKNOWN: "Outcome not known",
    EventKind.NOT_CREATED: "Not booked",
    EventKind.AMBIGUOUS: "Several bookings may be this one",
    EventKind.EXPIRED: "Outcome not known, handed to a person",
    EventKind.RELEASED: "Ended at AdultWork, may be booked again",
}
TITLES_OF_CHANGES = {
    EventKind.CONFIRMED: "Changed",
    EventKind.NOT_CREATED: "Not changed",
}
UNREADABLE = "An event that cannot be read"


def title_of(kind: str | None, change: object = None) -> str:
    """Return the title of a kind of event; of one that this version does not know, the kind itself.

    `change` is what the operation changes, None for one that books.
    """
    if kind is None:
        return UNREADABLE
    if change is not None and kind in TITLES_OF_CHANGES:
        return TITLES_OF_CHANGES[EventKind(kind)]
    return TITLES[EventKind(kind)] if kind in _KNOWN else kind


_KNOWN = frozenset(TITLES)
