"""I5: an answer is true. A success was booked, "nothing was sent" sent nothing, a repeat gets what was given before."""

import json
from collections.abc import Iterator

from chalicelib.application.booking.place_booking import Answered
from chalicelib.application.operations.get_operation import OperationView
from chalicelib.domain.errors import (
    DuplicateBookingError,
    OperationInProgressError,
    OutcomeUnknownError,
    SwitchboardError,
)
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.operation.stored_answer import StoredAnswer
from devtools.proof.simulation.oracle.evidence import Evidence
from devtools.proof.simulation.oracle.history import Said, UpstreamBooking

BOOKED = 201
LEAVES_OPEN = (OutcomeUnknownError, OperationInProgressError, DuplicateBookingError)


def false_answers(evidence: Evidence) -> Iterator[str]:
    """Yield every answer that was not true when it was given."""
    for said in evidence.history.said:
        match said.answer:
            case Answered():
                yield from _false_success(evidence, said, said.answer)
            case OperationView():
                yield from _false_view(evidence, said, said.answer)
            case SwitchboardError():
                yield from _false_error(evidence, said, said.answer)
    yield from _unequal_repeats(evidence)


def _false_success(evidence: Evidence, said: Said, answered: Answered) -> Iterator[str]:
    """A success is recorded as CONFIRMED, or says that its record is pending; either way this operation booked it."""
    if answered.answer.status != BOOKED:
        return
    told, own = _told(answered.answer), evidence.bookings_of(answered.operation_id)
    if not any(one.id == told and _is_wanted(one, said) for one in own):
        yield f"call {said.call} was told of a booking that {answered.operation_id} did not make, or that it did not want"
    is_confirmed = said.record is not None and said.record.state is OperationState.CONFIRMED
    if not is_confirmed and not answered.audit_pending:
        yield f"call {said.call} was told of a success that is not recorded"


def _is_wanted(booking: UpstreamBooking, said: Said) -> bool:
    """Tell whether a booking is what a call asked for."""
    members = {} if said.wanted is None else said.wanted.members
    asked = (said.account, members.get("BookUserID"), members.get("SessionDate"), members.get("Credits"))
    return asked == (booking.account, booking.book_user_id, booking.session_date, booking.credits)


def _false_view(evidence: Evidence, said: Said, view: OperationView[OperationRecord]) -> Iterator[str]:
    """An operation is shown to its own account alone, and a booking only when it is CONFIRMED and its own."""
    if view.record.account != said.account:
        yield f"call {said.call} was shown an operation of another account"
    if view.answer is None or view.answer.status != BOOKED:
        return
    if view.record.state is not OperationState.CONFIRMED:
        yield f"call {said.call} was shown a booking of an operation that is {view.record.state}"
    if _told(view.answer) not in {one.id for one in evidence.bookings_of(view.record.id)}:
        yield f"call {said.call} was shown a booking that {view.record.id} did not make"


def _told(answer: StoredAnswer) -> object:
    """Return the id of the booking that an answer tells of; None when it tells of none."""
    document: dict[str, object] = json.loads(answer.body)
    return document.get("BookingID")


def _false_error(evidence: Evidence, said: Said, error: SwitchboardError) -> Iterator[str]:
    """An error that does not leave open whether something was booked stands for nothing booked by this call."""
    if isinstance(error, LEAVES_OPEN):
        return
    for booking in evidence.history.bookings:
        if booking.post is not None and booking.post.call == said.call:
            yield f"call {said.call} was told {type(error).__name__}, and booked {booking.id}"


def _unequal_repeats(evidence: Evidence) -> Iterator[str]:
    """All repeats get the same, byte for byte, and the same as the first time if that could be recorded."""
    given: dict[str, tuple[int, str]] = {}
    for said in evidence.history.said:
        answer = said.answer
        if not isinstance(answer, Answered) or answer.audit_pending:
            continue
        content = (answer.answer.status, answer.answer.body)
        if given.setdefault(answer.operation_id, content) != content:
            yield f"call {said.call} was answered differently from an earlier one of {answer.operation_id}"
