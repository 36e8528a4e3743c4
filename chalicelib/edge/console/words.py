"""What the console calls states and filters, and what can be done about an operation without a final state."""

from collections.abc import Mapping

from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class State:
    """A state in words: `kind` is one of KINDS, which the chart and the colours go by; `todo` is there while it is open."""

    label: str
    kind: str
    todo: str | None = None


KINDS: Mapping[str, str] = {  # in the order in which the chart piles them up
    "booked": "Booked or changed",
    "refused": "Refused or declined",
    "unknown": "Outcome not known",
    "nothing": "Nothing booked or changed",
}
_FOR_A_PERSON = (
    "A person settles it from evidence, such as AdultWork's own list of the client's bookings: an operator runs"
    " make resolve, with a reason."
)
STATES: Mapping[str, State] = {
    "CONFIRMED": State("Booked", "booked"),
    "REFUSED": State("Refused", "refused"),
    "REJECTED": State("Declined by AdultWork", "refused"),
    "NOT_SENT": State("Not sent", "nothing"),
    "NOT_CREATED": State("Not booked", "nothing"),
    "SENDING": State(
        "Being sent",
        "unknown",
        "A call is working on it. If that call died, the client's next one finds it. What stays open is handed to a person, after"
        " a day unless EXPIRY_HOURS says otherwise.",
    ),
    "UNKNOWN": State(
        "Outcome not known",
        "unknown",
        "AdultWork's own list settles it when the client comes back: by a repeat, by asking for its status, or by another"
        " booking. What stays unknown is handed to a person, after a day unless EXPIRY_HOURS says otherwise.",
    ),
    "AMBIGUOUS": State("Ambiguous", "unknown", _FOR_A_PERSON),
    "EXPIRED_UNKNOWN": State("Not known, for a person", "unknown", _FOR_A_PERSON),
}
_CHANGE_FOR_A_PERSON = (
    "A person settles it from evidence, such as AdultWork's own pages: an operator runs make resolve, with a reason, and"
    " BOOKING=DONE or BOOKING=NONE."
)
CHANGES: Mapping[str, State] = {  # of an operation that changes bookings
    **STATES,
    "CONFIRMED": State("Changed", "booked"),
    "NOT_CREATED": State("Not changed", "nothing"),
    "UNKNOWN": State(
        "Outcome not known",
        "unknown",
        "Of a cancellation, the booking itself tells when its user comes back: by a repeat, or by asking for its status. No read"
        " tells it of another change. What stays unknown is handed to a person, after a day unless EXPIRY_HOURS says otherwise.",
    ),
    "AMBIGUOUS": State("Ambiguous", "unknown", _CHANGE_FOR_A_PERSON),
    "EXPIRED_UNKNOWN": State("Not known, for a person", "unknown", _CHANGE_FOR_A_PERSON),
}
FILTER_LABELS: Mapping[str, str] = {
    "from": "Asked from",
    "to": "Asked before",
    "client": "Client",
    "candidate": "Candidate",
    "booking": "BookingID",
    "operation": "Operation",
    "request_id": "Request id",
    "state": "State",
    "rule": "Rule or reason",
    "upstream_status": "AdultWork's status",
}


def state_of(state: str | None, change: str | None = None) -> State:
    """Return a state in words, of a booking or of a `change`; one that this version does not know as it is called."""
    return (STATES if change is None else CHANGES).get(state or "", State(state or "Cannot be read", "nothing"))
