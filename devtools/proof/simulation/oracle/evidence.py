"""What the oracle looks at, and what it says."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from chalicelib.domain.audit.chain import StoredChain
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.operation.record import OperationRecord
from devtools.proof.simulation.intents import Intent
from devtools.proof.simulation.oracle.history import CALL, History, UpstreamBooking


@dataclass(frozen=True, slots=True)
class Breach:
    """A broken invariant."""

    invariant: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what}"


class People(NamedTuple):
    """The UserIDs of an operation, or of what was refused."""

    client: int
    candidate: int


def people_of(
    records: Sequence[OperationRecord], refusals: Sequence[AuditEvent], history: History
) -> dict[str, People]:
    """Return whom each chain is about: operations tell it themselves, refusals by what their call wanted."""
    about = {record.id: People(record.account, record.book_user_id) for record in records}
    for event in refusals:
        wanted = history.asked[int(event.request_id.removeprefix(CALL))].wanted
        if wanted is not None:
            about[event.operation_id] = People(event.account, int(str(wanted.members["BookUserID"])))
    return about


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything about one run that is over: the truth, what the store holds, and who wanted what.

    `known` are the operations that the store has a record of, `people` whom each chain is about; `ended_at` is the true time at
    the end, where time passes.
    """

    history: History
    records: Sequence[OperationRecord]
    known: AbstractSet[str]
    chains: Mapping[str, Sequence[bytes]]
    rows: str
    intents: Sequence[Intent]
    people: Mapping[str, People] = field(default_factory=dict)
    ended_at: datetime | None = None
    booked_by: dict[tuple[str, int], list[UpstreamBooking]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for booking in self.history.bookings:
            if booking.post is not None and booking.post.operation_id is not None:
                name = (booking.post.operation_id, booking.post.attempt)
                self.booked_by.setdefault(name, []).append(booking)

    def bookings_of(self, operation_id: str) -> list[UpstreamBooking]:
        """Return what an operation booked upstream, in all its attempts."""
        return [one for (id_, _), several in self.booked_by.items() if id_ == operation_id for one in several]

    def stored_chains(self) -> Iterator[StoredChain]:
        """Yield the chains as a verifier takes them."""
        yield from (StoredChain(id_, events) for id_, events in self.chains.items())

    def lost(self) -> list[UpstreamBooking]:
        """Return the bookings made through us that the store has no record of."""
        ours = [booking for booking in self.history.bookings if booking.post is not None]
        return [one for one in ours if one.post is not None and one.post.operation_id not in self.known]
