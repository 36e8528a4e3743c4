"""What an answer means: for the one POST an outcome, for a read a pass or an error of the domain."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from typing import TypeVar

from chalicelib.adapters.adultwork.codec.error_body import error_texts, says_no_route
from chalicelib.adapters.adultwork.codec.media_type import Format, declared_format
from chalicelib.adapters.adultwork.codec.wire import LARGEST_ID, read_booking, read_document
from chalicelib.adapters.adultwork.message_cleaning import clean_message
from chalicelib.adapters.http.answer import UnreadableAnswerError, UpstreamAnswer
from chalicelib.adapters.http.exchange_failure import ExchangeFailedError
from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking.booking import BookingRequest
from chalicelib.domain.errors import InvalidTokenError, Trouble, UpstreamRefusedError, UpstreamUnavailableError
from chalicelib.domain.operation.matching import echoes
from chalicelib.domain.operation.operation import OperationState, Outcome

OK, CREATED, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, TOO_MANY_REQUESTS = 200, 201, 401, 403, 404, 429
REDIRECTIONS, SERVER_ERRORS = range(300, 400), range(500, 600)
PLACED = frozenset({OK, CREATED})
REFUSALS = frozenset(
    {400, UNAUTHORIZED, 402, FORBIDDEN, 404, 405, 409, 410, 413, 414, 415, 422, TOO_MANY_REQUESTS, 431}
)
CANDIDATE_REFUSALS = frozenset({400, 404, 409, 422})
DEFAULT_RETRY_SECONDS = 5

T = TypeVar("T")


def sent_once(post: Callable[[], UpstreamAnswer], classify: Callable[[UpstreamAnswer], T]) -> T | Outcome:
    """Send a POST, once, and return what its answer means; whatever happens is an outcome."""
    try:
        answer = post()
    except ExchangeFailedError as failure:
        state = OperationState.UNKNOWN if failure.is_sent else OperationState.NOT_SENT
        return Outcome(state, failure.reason, trouble=failure.trouble)
    except Exception:  # noqa: BLE001 (once something may have been sent, the client raises nothing but the above)
        return Outcome(OperationState.NOT_SENT, "not-prepared", trouble=Trouble.UNREACHABLE)
    try:
        return classify(answer)
    except Exception:  # noqa: BLE001 (it was sent, so not even a fault of our own may hide that)
        return Outcome(OperationState.UNKNOWN, "unreadable-answer", answer.status, trouble=Trouble.UNREADABLE)


def classify_placement(
    answer: UpstreamAnswer, request: BookingRequest, zone: tzinfo, token: AccessToken | None = None
) -> Outcome:
    """Return what is known after the POST of `request`; raises nothing, whatever the answer is.

    CONFIRMED only for a typed booking that echoes what was sent; REJECTED only for a refusal that cannot have booked, and that is
    AdultWork's own word; everything else is UNKNOWN.

    `zone` is the upstream's clock. `token` is hidden in what the upstream says, as what was sent is.
    """
    if answer.status in PLACED:
        return _placement(answer, request, zone)
    return classify_refusal(answer, [*_sent_texts(request), *([token.reveal()] if token is not None else [])])


def classify_refusal(answer: UpstreamAnswer, secrets: Sequence[str]) -> Outcome:
    """Return what is known after a POST whose answer has no status of success; `secrets` are hidden in what it says."""
    message = refusal_message(answer, secrets)
    if answer.status in REFUSALS and message is not None:
        return Outcome(
            OperationState.REJECTED,
            "refused",
            upstream_status=answer.status,
            message=message or None,
            retry_after_seconds=_wait_seconds(answer) if answer.status == TOO_MANY_REQUESTS else None,
        )
    return unknown(answer, _odd_status_reason(answer))


def _placement(answer: UpstreamAnswer, request: BookingRequest, zone: tzinfo) -> Outcome:
    """Return the outcome of a 200 or 201."""
    try:
        booking = read_booking(answer)
    except UnreadableAnswerError:
        return unknown(answer, unreadable_reason(answer))
    if not 1 <= booking.booking_id <= LARGEST_ID:
        return unknown(answer, "unreadable-answer")
    if not echoes(request, booking, zone):
        return unknown(answer, "echo-differs", booking.booking_id)
    return Outcome(OperationState.CONFIRMED, "booked", upstream_status=answer.status, booking=booking)


def _odd_status_reason(answer: UpstreamAnswer) -> str:
    """Name what is odd about an answer that is neither a success nor a definite refusal."""
    if answer.status in REFUSALS:
        return unreadable_reason(answer)
    if answer.status in REDIRECTIONS:
        return "redirected"
    return "server-error" if answer.status in SERVER_ERRORS else "unexpected-status"


def unreadable_reason(answer: UpstreamAnswer) -> str:
    """Name why a body could not be read."""
    if not answer.body.strip():
        return "empty-answer"
    return "html-answer" if declared_format(answer.content_type)[0] is Format.HTML else "unreadable-answer"


def unknown(answer: UpstreamAnswer, reason: str, named_booking_id: int | None = None) -> Outcome:
    """Return the outcome of an answer that proves nothing."""
    return Outcome(
        OperationState.UNKNOWN,
        reason,
        upstream_status=answer.status,
        trouble=Trouble.UNREADABLE,
        retry_after_seconds=answer.retry_after_seconds,
        named_booking_id=named_booking_id,
    )


def _wait_seconds(answer: UpstreamAnswer) -> int:
    """Return the seconds to wait: what the upstream asks for, else a few."""
    return DEFAULT_RETRY_SECONDS if answer.retry_after_seconds is None else answer.retry_after_seconds


def _sent_texts(request: BookingRequest) -> list[str]:
    """Return the personal values that the upstream might repeat."""
    return [value for value in (request.phone_number, request.skype_name, request.comments) if value]


def refusal_message(answer: UpstreamAnswer, secrets: Sequence[str] = ()) -> str | None:
    """Return the texts of a refusal, cleaned and without `secrets`; None when it is not AdultWork's own word.

    Its own are an empty body, and one in a form that its platform writes; the text is empty where that says nothing. A page for
    people, or anything else, comes from something in between, which has refused nothing in AdultWork's name.
    """
    if not answer.body.strip():
        return ""
    try:
        texts = error_texts(read_document(answer))
    except UnreadableAnswerError:
        return None
    return None if texts is None else clean_message(" ".join(texts), secrets)


def is_candidate_refused(answer: UpstreamAnswer) -> bool:
    """Tell whether an answer to GetUserBookingRequirements understood the question and offers no booking."""
    return answer.status in CANDIDATE_REFUSALS and refusal_message(answer) is not None and not is_address_wrong(answer)


def is_address_wrong(answer: UpstreamAnswer) -> bool:
    """Tell whether a 404 is about the resource or its route, which is our trouble, and not about the user."""
    return answer.status == NOT_FOUND and bool(answer.body.strip()) and says_no_route(read_document(answer))


def classify_read(answer: UpstreamAnswer) -> None:
    """Let the answer of a read pass when its status is 200.

    Raises:
        InvalidTokenError: the upstream does not take the token.
        UpstreamRefusedError: it takes the token and forbids the read.
        UpstreamUnavailableError: any other status, or a refusal of something in between; nothing was sent that could book.
    """
    if answer.status == OK:
        return
    is_own_word = refusal_message(answer) is not None
    if answer.status == UNAUTHORIZED and is_own_word:
        raise InvalidTokenError("AdultWork does not take this access token. Refresh it and try again.")
    if answer.status == FORBIDDEN and is_own_word:
        raise UpstreamRefusedError(
            "AdultWork forbids a read that this needs; this request sent nothing.", upstream_status=answer.status
        )
    is_busy = answer.status in SERVER_ERRORS or answer.status == TOO_MANY_REQUESTS
    raise UpstreamUnavailableError(
        "AdultWork did not answer a check; this request sent nothing. It is safe to try again.",
        trouble=Trouble.UNREACHABLE if is_busy else Trouble.UNREADABLE,
        upstream_status=answer.status,
        retry_after_seconds=_wait_seconds(answer),
    )


def is_not_permitted(answer: UpstreamAnswer) -> bool:
    """Tell whether AdultWork itself says that the token may not ask for this."""
    return answer.status in (UNAUTHORIZED, FORBIDDEN) and refusal_message(answer) is not None


@contextmanager
def translated_reads() -> Iterator[None]:
    """Turn an unreadable answer to a read into the domain's error.

    Raises:
        UpstreamUnavailableError: the answer is not the document that was asked for; nothing was sent that could book.
    """
    try:
        yield
    except UnreadableAnswerError as error:
        raise UpstreamUnavailableError(
            "AdultWork answered a check with something else; this request sent nothing. It is safe to try again.",
            trouble=Trouble.UNREADABLE,
            retry_after_seconds=DEFAULT_RETRY_SECONDS,
        ) from error
