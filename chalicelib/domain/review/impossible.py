"""What can be wrong with the story that records tell, though their hashes are right."""

from collections.abc import Mapping
from enum import StrEnum

from chalicelib.domain.audit.finding import Finding
from chalicelib.domain.audit.stored_event import StoredEvent


class Impossible(StrEnum):
    """Why the protocol cannot have written an event, or not there."""

    UNREADABLE = "unreadable"
    MOVE = "move-not-allowed"
    INCOMPLETE = "what-it-rests-on-is-missing"
    TIME = "time-runs-backwards"
    TOO_EARLY = "too-early"
    OTHERS = "of-somebody-else"
    ANOTHER_REQUEST = "another-request"
    ANOTHER_KIND = "another-kind-of-operation"
    SHARED_BOOKING = "booking-of-two-operations"
    TWO_AT_ONCE = "two-operations-for-one-session"
    STILL_OPEN = "still-open"


_HOW_TO_READ: Mapping[Impossible, str] = {
    Impossible.UNREADABLE: "It is no event as Switchboard writes them, so nothing can be said of what it tells.",
    Impossible.MOVE: "No step of the protocol leads from the events before to this one. It was written by something else, or by "
    "a fault of the program.",
    Impossible.INCOMPLETE: "The step that it tells of always names this. It was written by something else, or by a fault of the "
    "program.",
    Impossible.TIME: "Its clock was wrong by more than clocks are, or its time was made up.",
    Impossible.TOO_EARLY: "The protocol waits longer before it says so. A booking may have turned up afterwards: look at "
    "AdultWork's own list.",
    Impossible.OTHERS: "All events of an operation are of one client and one candidate.",
    Impossible.ANOTHER_REQUEST: "All attempts of an operation send one and the same request. The client may have been answered "
    "for another booking than the one asked for.",
    Impossible.ANOTHER_KIND: "All events of an operation say what kind it is: one that books, or which change it makes. It was "
    "written by something else, or by a fault of the program.",
    Impossible.SHARED_BOOKING: "A booking at AdultWork was made by one operation. One of the two is wrong about it: look at "
    "AdultWork's own list for a second booking.",
    Impossible.TWO_AT_ONCE: "The first operation held this session when the second one was claimed. The client may have been "
    "booked, and charged, twice.",
    Impossible.STILL_OPEN: "Reads or the hourly sweep should have settled or flagged it by now. What became of it is unknown: "
    "see AdultWork's own list, and why the sweep does not run.",
}


def impossible(kind: Impossible, event: StoredEvent, what: str) -> Finding:
    """Return the finding of an event that cannot be."""
    return impossible_at(kind, event.operation_id, event.sequence, what)


def impossible_at(kind: Impossible, operation_id: str, sequence: int, what: str) -> Finding:
    """Return the finding of an event of this number."""
    return Finding(kind, operation_id, sequence, what, _HOW_TO_READ[kind])
