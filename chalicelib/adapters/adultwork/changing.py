"""The changes that are sent for callers, and what each answer means: by the classification that bookings have."""

from collections.abc import Callable, Mapping
from decimal import Decimal

import simplejson

from chalicelib.adapters.adultwork import faults
from chalicelib.adapters.adultwork.client import AdultWorkClient
from chalicelib.adapters.adultwork.codec import wire
from chalicelib.adapters.adultwork.codec.changes import deletions_in, received_booking
from chalicelib.adapters.http.answer import UnreadableAnswerError, UpstreamAnswer
from chalicelib.application.ports import BookingGateway
from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking.booking import Booking
from chalicelib.domain.changing.change import Answer
from chalicelib.domain.changing.operation import ChangeOutcome
from chalicelib.domain.changing.request import ChangeRequest
from chalicelib.domain.errors import Trouble
from chalicelib.domain.operation.operation import OperationState, Outcome
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

GuardsSend = Callable[[Callable[[], ChangeOutcome], ChangeOutcome], ChangeOutcome]
NOT_SENT = ChangeOutcome(OperationState.NOT_SENT, "breaker-open", trouble=Trouble.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class AdultWorkChanges:
    """The upstream as `ChangeGateway`.

    `guard_send` sends, or refuses to while the upstream is down. `reads` are those of bookings.
    """

    client: AdultWorkClient
    guard_send: GuardsSend
    reads: BookingGateway

    def send(self, token: AccessToken, request: ChangeRequest, deadline: Deadline) -> ChangeOutcome:
        """Send a change, once."""

        def send() -> ChangeOutcome:
            outcome = faults.sent_once(
                lambda: self.client.post(request.change.path, token, request_body(request), deadline),
                lambda answer: classify_change(answer, request, token),
            )
            return of_outcome(outcome) if isinstance(outcome, Outcome) else outcome

        return self.guard_send(send, NOT_SENT)

    def booking_details(self, token: AccessToken, booking_id: int, deadline: Deadline) -> Booking:
        """Read one made booking."""
        return self.reads.booking_details(token, booking_id, deadline)


def request_body(request: ChangeRequest) -> bytes:
    """Return the documented members that are there, exact."""
    members = {name: _shortest(value) for name, value in request.members.items()}
    return simplejson.dumps(members, use_decimal=True, separators=(",", ":")).encode()


def _shortest(value: Decimal | int | str) -> Decimal | int | str:
    return Decimal(format(value.normalize(), "f")) if isinstance(value, Decimal) else value


def classify_change(answer: UpstreamAnswer, request: ChangeRequest, token: AccessToken) -> ChangeOutcome:
    """Return what is known after the POST of a change.

    CONFIRMED only for an answer that shows the change as its declaration says; REJECTED only for AdultWork's own word that it was
    not made; everything else is UNKNOWN.
    """
    reader = _READERS[request.change.answer]
    if request.change.answer is Answer.DELETIONS or answer.status in faults.PLACED:
        try:
            return reader(answer, request)
        except UnreadableAnswerError:
            if answer.status in faults.PLACED:
                return of_outcome(faults.unknown(answer, faults.unreadable_reason(answer)))
    return of_outcome(faults.classify_refusal(answer, [*request.words.values(), token.reveal()]))


def of_outcome(outcome: Outcome) -> ChangeOutcome:
    """Return an outcome without a booking as that of a change."""
    return ChangeOutcome(
        outcome.state,
        outcome.reason,
        outcome.upstream_status,
        message=outcome.message,
        retry_after_seconds=outcome.retry_after_seconds,
        trouble=outcome.trouble,
        named_booking_id=outcome.named_booking_id,
    )


def _made(answer: UpstreamAnswer, request: ChangeRequest) -> ChangeOutcome:
    """Read a made booking: the one that was named, in a status that shows the change where one does."""
    change, booking = request.change, wire.read_booking(answer)
    is_ours = change.moves or (booking.booking_id,) == request.booking_ids
    if not is_ours or (change.done and booking.status not in change.done):
        return of_outcome(faults.unknown(answer, "echo-differs", booking.booking_id))
    named = None if (booking.booking_id,) == request.booking_ids else booking.booking_id
    told = booking.written(nulls=True)
    return ChangeOutcome(OperationState.CONFIRMED, "changed", answer.status, told=told, named_booking_id=named)


def _deleted(answer: UpstreamAnswer, request: ChangeRequest) -> ChangeOutcome:
    """Read a list of deletions; it says of each booking whether it is gone, whatever the status is."""
    deletions = deletions_in(wire.read_document(answer))
    if {deletion["BookingID"] for deletion in deletions} != set(request.booking_ids):
        return of_outcome(faults.unknown(answer, "echo-differs"))
    gone = sum(deletion["Deleted"] is True for deletion in deletions)
    facts = {"deleted": gone, "kept": len(request.booking_ids) - gone}
    return ChangeOutcome(OperationState.CONFIRMED, "changed", answer.status, told=list(deletions), facts={**facts})


def _received(answer: UpstreamAnswer, request: ChangeRequest) -> ChangeOutcome:
    """Read a booking as its performer sees it: nothing is known of it but that it names itself."""
    booking_id, booking = received_booking(wire.read_document(answer))
    if (booking_id,) != request.booking_ids:
        return of_outcome(faults.unknown(answer, "echo-differs", booking_id))
    return ChangeOutcome(OperationState.CONFIRMED, "changed", answer.status, told=booking)


_READERS: Mapping[Answer, Callable[[UpstreamAnswer, ChangeRequest], ChangeOutcome]] = {
    Answer.MADE: _made,
    Answer.DELETIONS: _deleted,
    Answer.RECEIVED: _received,
}
