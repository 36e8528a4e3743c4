"""What must hold when a trial is over, whatever happened in it; each broken rule is told in a sentence."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from chalicelib.domain.operation.operation import OperationState
from devtools.proof.trials import canary
from devtools.proof.trials.scene.function import Reply
from devtools.proof.trials.scene.ground import Ground
from devtools.proof.trials.scene.ledger import OPEN, Entry
from sandbox.adultwork.booking import Booking

CREATED = 201
SESSION = "%Y-%m-%d %H:%M"


def duplicated(bookings: Sequence[Booking]) -> list[str]:
    """Tell which sessions of which candidates more than one standing booking of an account is for."""
    slots = Counter(
        (booking.account_id, booking.candidate.user_id, booking.session_date.strftime(SESSION))
        for booking in bookings
        if booking.is_standing
    )
    return [f"duplicated: {number} bookings stand for {slot}" for slot, number in slots.items() if number > 1]


def misnamed(entries: Sequence[Entry], bookings: Sequence[Booking]) -> Iterator[str]:
    """Tell which confirmed operations name no booking of their own."""
    truth = {
        booking.booking_id: (booking.account_id, booking.candidate.user_id, booking.session_date.strftime(SESSION))
        for booking in bookings
    }
    confirmed = [entry for entry in entries if entry.state is OperationState.CONFIRMED]
    for entry in confirmed:
        if truth.get(entry.booking_id or 0) != (entry.account, entry.candidate, entry.session_date):
            yield f"misnamed: {entry.id} is confirmed with the booking {entry.booking_id}"
    if len({entry.booking_id for entry in confirmed}) < len(confirmed):
        yield "misnamed: two operations are confirmed with one booking"


def lost(entries: Sequence[Entry], bookings: Sequence[Booking]) -> list[str]:
    """Tell which bookings no confirmed operation names; where one waits for a person, nothing is lost."""
    named = {entry.booking_id for entry in entries if entry.state is OperationState.CONFIRMED}
    flagged = {
        (entry.account, entry.candidate, entry.session_date)
        for entry in entries
        if entry.state in {OperationState.AMBIGUOUS, OperationState.EXPIRED_UNKNOWN}
    }
    return [
        f"lost: no operation knows of booking {booking.booking_id}"
        for booking in bookings
        if booking.booking_id not in named
        and (booking.account_id, booking.candidate.user_id, booking.session_date.strftime(SESSION)) not in flagged
    ]


def untrue(told: Sequence[Reply], bookings: Sequence[Booking]) -> Iterator[str]:
    """Tell which successes were none, and which operations were told of in different words."""
    existing = {booking.booking_id for booking in bookings}
    bodies = defaultdict(set)
    for reply in told:
        if reply.status == CREATED:
            bodies[reply.headers["location"]].add(reply.body)
            if reply.document["BookingID"] not in existing:
                yield f"untrue: booking {reply.document['BookingID']} does not exist"
    for operation, different in bodies.items():
        if len(different) > 1:
            yield f"untrue: {len(different)} different successes of {operation}"


def wrong_at_any_time(ground: Ground, told: Sequence[Reply]) -> Iterator[str]:
    """Tell what must never be, while operations are still open as well."""
    entries, bookings = ground.ledger.operations(), ground.sandbox.world.bookings
    yield from duplicated(bookings)
    yield from misnamed(entries, bookings)
    yield from untrue(told, bookings)
    yield from (f"the chain of {operation} is broken" for operation in ground.ledger.broken_chains())


def wrong_at_the_end(ground: Ground, told: Sequence[Reply]) -> Iterator[str]:
    """Tell what must not be when every operation had the time and the callers to be settled."""
    yield from wrong_at_any_time(ground, told)
    entries = ground.ledger.operations()
    yield from lost(entries, ground.sandbox.world.bookings)
    yield from (f"stuck: {entry.id} is {entry.state}" for entry in entries if entry.state in OPEN)
    problems = [reply.body.decode() for reply in told if reply.problem is not None]
    texts = {"log": ground.function.log.getvalue(), "tables": ground.ledger.text(), "problems": "".join(problems)}
    yield from canary.heard_in(texts)
