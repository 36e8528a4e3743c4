"""The types of the contract, generated from docs/openapi.json by `make python-client`."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict


class BookingRequest(TypedDict, closed=True):
    BookUserID: int
    SessionDate: str
    Duration: int
    Method: Literal[1, 2, 3]
    PhoneNumber: NotRequired[Any]
    SkypeName: NotRequired[Any]
    Credits: float
    AcceptBy: str
    Comments: NotRequired[str | None]


class BookingDraft(TypedDict):
    """
    A booking that may be unfinished or broken; the answer tells what it lacks.
    """

    BookUserID: NotRequired[Any]
    SessionDate: NotRequired[Any]
    Duration: NotRequired[Any]
    Method: NotRequired[Any]
    Credits: NotRequired[Any]
    AcceptBy: NotRequired[Any]
    PhoneNumber: NotRequired[Any]
    SkypeName: NotRequired[Any]
    Comments: NotRequired[Any]


class BookedUser(TypedDict):
    """
    The candidate. `Total` is a net score and may be negative.
    """

    UserID: int
    Nickname: str | None
    PhoneNumber: str | None
    SkypeName: str | None
    Total: int | None
    Positive: int | None
    Neutral: int | None
    Negative: int | None
    Ratings: int | None
    Disputes: int | None


class Violation(TypedDict):
    """
    One broken rule. It never repeats a value.
    """

    pointer: str
    rule: str
    message: str
    params: dict[str, float | str | list[int | str]]


class Health(TypedDict):
    status: Literal['ok']
    version: str


class ProblemPage(TypedDict):
    """
    A kind of problem, and what may be done next.
    """

    problem: str
    title: str
    advice: str
    same_key: str
    retry_after: str
    statuses: list[int]


class Method(TypedDict):
    """
    AdultWork documents what it tells of a method, and not under which names: these are Switchboard's own.
    """

    Method: int
    is_available: bool


class GetUserBookingRequirementsAnswer(TypedDict):
    """
    What a booking needs: Credits of at least the price for its Duration, and a method that is offered.
    """

    PhoneChatPPM: float | None
    Methods: list[Method] | None


class GetSettingsAnswer(TypedDict):
    """
    What AdultWork does not tell is null. Members that it does not document are passed on untyped.
    """

    OfferDirectChat: bool | None
    DirectChat: Any
    PhoneChatNumber: str | None
    ShowPhoneChatNumber: bool | None
    PhoneChatPPM: float | None


GetCurrentCreditBalanceAnswer: TypeAlias = float


class Permission(TypedDict):
    """
    What AdultWork does not tell is null. Members that it does not document are passed on untyped.
    """

    Permission: str | None
    Status: str | None


class GetPermissionsAnswer(TypedDict):
    """
    What AdultWork does not tell is null. Members that it does not document are passed on untyped.
    """

    Permissions: list[Permission | None] | None


class CancelMadeBookingRequest(TypedDict, closed=True):
    BookingID: int
    Reason: str


class RescheduleMadeBookingRequest(TypedDict, closed=True):
    BookingID: int


class DeleteMadeBookingsRequest(TypedDict, closed=True):
    BookingIDs: str


class AcceptReceivedBookingRequest(TypedDict, closed=True):
    BookingID: int
    Credits: float


class ReInviteRequest(TypedDict, closed=True):
    BookingID: int
    Reason: NotRequired[str | None]


class Deletion(TypedDict):
    BookingID: int
    Deleted: bool
    Message: str | None


Deletions: TypeAlias = list[Deletion]
"""
One entry a booking; look at `Deleted` of each, and not at the HTTP status.
"""


ReceivedBooking: TypeAlias = Any


class SignInRequest(TypedDict, closed=True):
    redirect_uri: str
    code_challenge: str


class SignInBegun(TypedDict):
    authorization_url: str
    state: str
    expires_in: int
    begun: NotRequired[str]


class TokenRequest(TypedDict, closed=True):
    grant_type: str
    code: NotRequired[str]
    state: NotRequired[str]
    code_verifier: NotRequired[str]
    begun: NotRequired[str]
    refresh_token: NotRequired[str]


class TokenGrant(TypedDict):
    access_token: str
    token_type: Literal['Bearer']
    expires_in: int
    refresh_token: NotRequired[str]


class Problem(TypedDict):
    """
    A problem (RFC 9457) of any kind.
    """

    type: str
    title: str
    status: NotRequired[int]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    operation_state: NotRequired[Literal['SENDING', 'CONFIRMED', 'REJECTED', 'NOT_SENT', 'UNKNOWN', 'NOT_CREATED', 'AMBIGUOUS', 'EXPIRED_UNKNOWN']]
    status_url: NotRequired[str]
    decided_by: NotRequired[str]
    safe_to_retry_with_new_key: NotRequired[bool]
    upstream_message: NotRequired[str]
    retry_after_seconds: NotRequired[int]
    token_error: NotRequired[Literal['invalid_token', 'insufficient_scope']]
    required_scope: NotRequired[Literal['account_phonechat_bookings', 'account_credits_history']]
    allowed_methods: NotRequired[list[str]]
    limit: NotRequired[int]
    window_seconds: NotRequired[int]
    remaining: NotRequired[int]
    audit_pending: NotRequired[Literal[True]]
    violations: NotRequired[list[Violation]]


class MalformedRequestProblem(TypedDict):
    """
    The request cannot be read. Mend what the detail and the violations name, and send it again. Nothing was sent to AdultWork.
    """

    type: Literal['/problems/malformed-request']
    title: Literal['The request cannot be read']
    status: Literal[400]
    detail: str
    instance: NotRequired[str]
    request_id: str
    safe_to_retry_with_new_key: Literal[False]
    audit_pending: NotRequired[Literal[True]]
    violations: NotRequired[list[Violation]]


class BodyTooLargeProblem(TypedDict):
    """
    The body is too large. Send a smaller body. A booking needs a few hundred bytes. Nothing was sent to AdultWork.
    """

    type: Literal['/problems/body-too-large']
    title: Literal['The body is too large']
    status: Literal[413]
    detail: str
    instance: NotRequired[str]
    request_id: str
    safe_to_retry_with_new_key: Literal[False]
    audit_pending: NotRequired[Literal[True]]


class UnsupportedMediaTypeProblem(TypedDict):
    """
    The body is not declared as JSON. Send JSON in UTF-8 with the header 'Content-Type: application/json'. Nothing was sent to AdultWork.
    """

    type: Literal['/problems/unsupported-media-type']
    title: Literal['The body is not declared as JSON']
    status: Literal[415]
    detail: str
    instance: NotRequired[str]
    request_id: str
    safe_to_retry_with_new_key: Literal[False]
    audit_pending: NotRequired[Literal[True]]


class InvalidIdempotencyKeyProblem(TypedDict):
    """
    The Idempotency-Key is malformed. Send the header once, with 16 to 128 letters, digits, '-' and '_'. Nothing was sent to AdultWork.
    """

    type: Literal['/problems/invalid-idempotency-key']
    title: Literal['The Idempotency-Key is malformed']
    status: Literal[400]
    detail: str
    instance: NotRequired[str]
    request_id: str
    safe_to_retry_with_new_key: Literal[False]
    audit_pending: NotRequired[Literal[True]]


class NotFoundProblem(TypedDict):
    """
    There is nothing here. Check the path against the documentation. Paths are case-sensitive.
    """

    type: Literal['/problems/not-found']
    title: Literal['There is nothing here']
    status: Literal[404]
    detail: str
    instance: NotRequired[str]
    request_id: str


class MethodNotAllowedProblem(TypedDict):
    """
    The method is not allowed at this path. Use one of the methods in allowed_methods.
    """

    type: Literal['/problems/method-not-allowed']
    title: Literal['The method is not allowed at this path']
    status: Literal[405]
    detail: str
    instance: NotRequired[str]
    request_id: str
    allowed_methods: list[str]


class MissingTokenProblem(TypedDict):
    """
    An access token is needed. Sign the user in with AdultWork and send the access token as 'Authorization: Bearer'. This request sent nothing.
    """

    type: Literal['/problems/missing-token']
    title: Literal['An access token is needed']
    status: Literal[401]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    operation_state: NotRequired[Literal['SENDING', 'CONFIRMED', 'REJECTED', 'NOT_SENT', 'UNKNOWN', 'NOT_CREATED', 'AMBIGUOUS', 'EXPIRED_UNKNOWN']]
    status_url: NotRequired[str]
    safe_to_retry_with_new_key: Literal[False]
    audit_pending: NotRequired[Literal[True]]


class InvalidTokenProblem(TypedDict):
    """
    The access token is not valid. Refresh the access token and send the same request again, under the same Idempotency-Key. This request booked nothing.
    """

    type: Literal['/problems/invalid-token']
    title: Literal['The access token is not valid']
    status: Literal[401]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    operation_state: NotRequired[Literal['SENDING', 'CONFIRMED', 'REJECTED', 'NOT_SENT', 'UNKNOWN', 'NOT_CREATED', 'AMBIGUOUS', 'EXPIRED_UNKNOWN']]
    status_url: NotRequired[str]
    safe_to_retry_with_new_key: Literal[False]
    token_error: Literal['invalid_token', 'insufficient_scope']
    audit_pending: NotRequired[Literal[True]]


class InsufficientScopeProblem(TypedDict):
    """
    The access token lacks a scope. Ask the user for the scope in required_scope, sign in again, and send it again under the same Idempotency-Key. This request sent nothing.
    """

    type: Literal['/problems/insufficient-scope']
    title: Literal['The access token lacks a scope']
    status: Literal[403]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    safe_to_retry_with_new_key: Literal[False]
    token_error: Literal['invalid_token', 'insufficient_scope']
    required_scope: Literal['account_phonechat_bookings', 'account_credits_history']
    audit_pending: NotRequired[Literal[True]]


class BookingRejectedProblem(TypedDict):
    """
    The booking breaks rules. Mend every violation, and send it again under the same Idempotency-Key. This request sent nothing.
    """

    type: Literal['/problems/booking-rejected']
    title: Literal['The booking breaks rules']
    status: Literal[422]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    safe_to_retry_with_new_key: Literal[False]
    audit_pending: NotRequired[Literal[True]]
    violations: list[Violation]


class ParametersRejectedProblem(TypedDict):
    """
    The parameters cannot be used. Mend every parameter that the violations name, and ask again. AdultWork was not asked.
    """

    type: Literal['/problems/parameters-rejected']
    title: Literal['The parameters cannot be used']
    status: Literal[422]
    detail: str
    instance: NotRequired[str]
    request_id: str
    violations: list[Violation]


class IdempotencyKeyReusedProblem(TypedDict):
    """
    The Idempotency-Key belongs to another request. Send what was sent first under this key to learn what became of it; only then, another one under a new key. This request sent nothing.
    """

    type: Literal['/problems/idempotency-key-reused']
    title: Literal['The Idempotency-Key belongs to another request']
    status: Literal[422]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    operation_state: NotRequired[Literal['SENDING', 'CONFIRMED', 'REJECTED', 'NOT_SENT', 'UNKNOWN', 'NOT_CREATED', 'AMBIGUOUS', 'EXPIRED_UNKNOWN']]
    status_url: NotRequired[str]
    safe_to_retry_with_new_key: Literal[False]
    audit_pending: NotRequired[Literal[True]]


class OperationInProgressProblem(TypedDict):
    """
    The request is being sent right now. Wait as long as Retry-After says, then send the same request with the same Idempotency-Key, or ask for the operation. A new key does not help.
    """

    type: Literal['/problems/operation-in-progress']
    title: Literal['The request is being sent right now']
    status: Literal[409]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    operation_state: NotRequired[Literal['SENDING', 'CONFIRMED', 'REJECTED', 'NOT_SENT', 'UNKNOWN', 'NOT_CREATED', 'AMBIGUOUS', 'EXPIRED_UNKNOWN']]
    status_url: NotRequired[str]
    safe_to_retry_with_new_key: Literal[False]
    retry_after_seconds: int
    audit_pending: NotRequired[Literal[True]]


class DuplicateBookingProblem(TypedDict):
    """
    This booking was made or tried before. Do not send it again. Ask for the operation to see how the earlier booking stands. Another phone number, Duration or Credits at the same minute is the same booking: to change them, cancel the earlier one with AdultWork first.
    """

    type: Literal['/problems/duplicate-booking']
    title: Literal['This booking was made or tried before']
    status: Literal[409]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    operation_state: NotRequired[Literal['SENDING', 'CONFIRMED', 'REJECTED', 'NOT_SENT', 'UNKNOWN', 'NOT_CREATED', 'AMBIGUOUS', 'EXPIRED_UNKNOWN']]
    status_url: NotRequired[str]
    decided_by: NotRequired[str]
    safe_to_retry_with_new_key: Literal[False]
    retry_after_seconds: NotRequired[int]
    audit_pending: NotRequired[Literal[True]]


class BookingNotCreatedProblem(TypedDict):
    """
    The booking was not made. AdultWork's own list shows that this request booked nothing. Tell the user, and if the booking is still wanted, send it under a new Idempotency-Key.
    """

    type: Literal['/problems/booking-not-created']
    title: Literal['The booking was not made']
    status: Literal[409]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    operation_state: NotRequired[Literal['SENDING', 'CONFIRMED', 'REJECTED', 'NOT_SENT', 'UNKNOWN', 'NOT_CREATED', 'AMBIGUOUS', 'EXPIRED_UNKNOWN']]
    status_url: NotRequired[str]
    safe_to_retry_with_new_key: NotRequired[bool]
    audit_pending: NotRequired[Literal[True]]


class TooManyBookingsProblem(TypedDict):
    """
    The account books too often. Wait as long as Retry-After says, then send the same request again, under the same Idempotency-Key. This request sent nothing.
    """

    type: Literal['/problems/too-many-bookings']
    title: Literal['The account books too often']
    status: Literal[429]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    operation_state: NotRequired[Literal['SENDING', 'CONFIRMED', 'REJECTED', 'NOT_SENT', 'UNKNOWN', 'NOT_CREATED', 'AMBIGUOUS', 'EXPIRED_UNKNOWN']]
    status_url: NotRequired[str]
    safe_to_retry_with_new_key: Literal[False]
    retry_after_seconds: int
    limit: int
    window_seconds: int
    remaining: int
    audit_pending: NotRequired[Literal[True]]


class UpstreamRefusedProblem(TypedDict):
    """
    AdultWork declined. Read AdultWork's reason in upstream_message and change what it names. Send it under a new Idempotency-Key if safe_to_retry_with_new_key is true, else under the same one, after a 429 not before Retry-After. This request booked nothing.
    """

    type: Literal['/problems/upstream-refused']
    title: Literal['AdultWork declined']
    status: Literal[402, 403, 409, 422, 429]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    operation_state: NotRequired[Literal['SENDING', 'CONFIRMED', 'REJECTED', 'NOT_SENT', 'UNKNOWN', 'NOT_CREATED', 'AMBIGUOUS', 'EXPIRED_UNKNOWN']]
    status_url: NotRequired[str]
    safe_to_retry_with_new_key: NotRequired[bool]
    upstream_message: NotRequired[str]
    retry_after_seconds: NotRequired[int]
    audit_pending: NotRequired[Literal[True]]


class UpstreamUnavailableProblem(TypedDict):
    """
    AdultWork cannot be reached. Wait as long as Retry-After says and send the same request again, under the same Idempotency-Key. This request sent nothing.
    """

    type: Literal['/problems/upstream-unavailable']
    title: Literal['AdultWork cannot be reached']
    status: Literal[502, 503, 504]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    operation_state: NotRequired[Literal['SENDING', 'CONFIRMED', 'REJECTED', 'NOT_SENT', 'UNKNOWN', 'NOT_CREATED', 'AMBIGUOUS', 'EXPIRED_UNKNOWN']]
    status_url: NotRequired[str]
    safe_to_retry_with_new_key: Literal[False]
    retry_after_seconds: int
    audit_pending: NotRequired[Literal[True]]


class OutcomeUnknownProblem(TypedDict):
    """
    The request was sent, and its outcome is not known yet. Do not send it again under a new key: it may have been carried out. Ask for the operation at status_url until its state is final, and tell the user that it is being checked.
    """

    type: Literal['/problems/outcome-unknown']
    title: Literal['The request was sent, and its outcome is not known yet']
    status: Literal[502, 504]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    operation_state: NotRequired[Literal['SENDING', 'CONFIRMED', 'REJECTED', 'NOT_SENT', 'UNKNOWN', 'NOT_CREATED', 'AMBIGUOUS', 'EXPIRED_UNKNOWN']]
    status_url: NotRequired[str]
    decided_by: NotRequired[str]
    safe_to_retry_with_new_key: Literal[False]
    retry_after_seconds: NotRequired[int]
    audit_pending: NotRequired[Literal[True]]


class StoreUnavailableProblem(TypedDict):
    """
    Switchboard cannot keep its records. Wait as long as Retry-After says and send the same request again, under the same Idempotency-Key. This request sent nothing.
    """

    type: Literal['/problems/store-unavailable']
    title: Literal['Switchboard cannot keep its records']
    status: Literal[503]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    operation_state: NotRequired[Literal['SENDING', 'CONFIRMED', 'REJECTED', 'NOT_SENT', 'UNKNOWN', 'NOT_CREATED', 'AMBIGUOUS', 'EXPIRED_UNKNOWN']]
    status_url: NotRequired[str]
    safe_to_retry_with_new_key: Literal[False]
    retry_after_seconds: int
    audit_pending: NotRequired[Literal[True]]


class SendingPausedProblem(TypedDict):
    """
    Bookings and changes of them are paused. Wait as long as Retry-After says and send the same request again, under the same Idempotency-Key. This request sent nothing; what was booked before stands, and its operation can be asked for.
    """

    type: Literal['/problems/sending-paused']
    title: Literal['Bookings and changes of them are paused']
    status: Literal[503]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    operation_state: NotRequired[Literal['SENDING', 'CONFIRMED', 'REJECTED', 'NOT_SENT', 'UNKNOWN', 'NOT_CREATED', 'AMBIGUOUS', 'EXPIRED_UNKNOWN']]
    status_url: NotRequired[str]
    safe_to_retry_with_new_key: Literal[False]
    retry_after_seconds: int
    audit_pending: NotRequired[Literal[True]]


class ChangeRejectedProblem(TypedDict):
    """
    The change breaks rules. Mend every violation, and send it again under the same Idempotency-Key. This request sent nothing.
    """

    type: Literal['/problems/change-rejected']
    title: Literal['The change breaks rules']
    status: Literal[422]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    safe_to_retry_with_new_key: Literal[False]
    audit_pending: NotRequired[Literal[True]]
    violations: list[Violation]


class DuplicateChangeProblem(TypedDict):
    """
    The same change is under way. Do not send it again. Ask for the operation to see what became of the earlier one; then the way is clear.
    """

    type: Literal['/problems/duplicate-change']
    title: Literal['The same change is under way']
    status: Literal[409]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    operation_state: NotRequired[Literal['SENDING', 'CONFIRMED', 'REJECTED', 'NOT_SENT', 'UNKNOWN', 'NOT_CREATED', 'AMBIGUOUS', 'EXPIRED_UNKNOWN']]
    status_url: NotRequired[str]
    decided_by: NotRequired[str]
    safe_to_retry_with_new_key: Literal[False]
    retry_after_seconds: NotRequired[int]
    audit_pending: NotRequired[Literal[True]]


class ChangeNotMadeProblem(TypedDict):
    """
    The change was not made. The booking shows that this request changed nothing. Tell the user, and if the change is still wanted, send it under a new Idempotency-Key.
    """

    type: Literal['/problems/change-not-made']
    title: Literal['The change was not made']
    status: Literal[409]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    operation_state: NotRequired[Literal['SENDING', 'CONFIRMED', 'REJECTED', 'NOT_SENT', 'UNKNOWN', 'NOT_CREATED', 'AMBIGUOUS', 'EXPIRED_UNKNOWN']]
    status_url: NotRequired[str]
    safe_to_retry_with_new_key: NotRequired[bool]
    audit_pending: NotRequired[Literal[True]]


class TooManyChangesProblem(TypedDict):
    """
    The account changes bookings too often. Wait as long as Retry-After says, then send the same request again, under the same Idempotency-Key. This request sent nothing.
    """

    type: Literal['/problems/too-many-changes']
    title: Literal['The account changes bookings too often']
    status: Literal[429]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    operation_state: NotRequired[Literal['SENDING', 'CONFIRMED', 'REJECTED', 'NOT_SENT', 'UNKNOWN', 'NOT_CREATED', 'AMBIGUOUS', 'EXPIRED_UNKNOWN']]
    status_url: NotRequired[str]
    safe_to_retry_with_new_key: Literal[False]
    retry_after_seconds: int
    limit: int
    window_seconds: int
    remaining: int
    audit_pending: NotRequired[Literal[True]]


class SignInRefusedProblem(TypedDict):
    """
    The user has to sign in again. Begin a new sign-in at /v1/oauth/begin. The detail says why this one, or this session, opens nothing.
    """

    type: Literal['/problems/sign-in-refused']
    title: Literal['The user has to sign in again']
    status: Literal[401]
    detail: str
    instance: NotRequired[str]
    request_id: str


class SignInInProgressProblem(TypedDict):
    """
    The session is being refreshed. Wait as long as Retry-After says and send the same request again: it meets the session that the other one got.
    """

    type: Literal['/problems/sign-in-in-progress']
    title: Literal['The session is being refreshed']
    status: Literal[409]
    detail: str
    instance: NotRequired[str]
    request_id: str
    retry_after_seconds: int


class TooManySignInsProblem(TypedDict):
    """
    Too many requests of sign-in. Wait as long as Retry-After says. Ask for a new access token when the old one has run out, and not before each call.
    """

    type: Literal['/problems/too-many-sign-ins']
    title: Literal['Too many requests of sign-in']
    status: Literal[429]
    detail: str
    instance: NotRequired[str]
    request_id: str
    retry_after_seconds: int


class SignInUnavailableProblem(TypedDict):
    """
    The login cannot be reached. Wait as long as Retry-After says and send the same request again.
    """

    type: Literal['/problems/sign-in-unavailable']
    title: Literal['The login cannot be reached']
    status: Literal[503]
    detail: str
    instance: NotRequired[str]
    request_id: str
    retry_after_seconds: int


class InternalErrorProblem(TypedDict):
    """
    Something went wrong inside Switchboard. The outcome is not known here. Do not send the booking again under a new key: repeat it only with the same Idempotency-Key, or ask for the operation.
    """

    type: Literal['/problems/internal-error']
    title: Literal['Something went wrong inside Switchboard']
    status: Literal[500, 502, 504]
    detail: str
    instance: NotRequired[str]
    request_id: str
    operation_id: NotRequired[str]
    operation_state: NotRequired[Literal['SENDING', 'CONFIRMED', 'REJECTED', 'NOT_SENT', 'UNKNOWN', 'NOT_CREATED', 'AMBIGUOUS', 'EXPIRED_UNKNOWN']]
    status_url: NotRequired[str]
    safe_to_retry_with_new_key: Literal[False]
    audit_pending: NotRequired[Literal[True]]


class Booking(TypedDict):
    """
    A booking as AdultWork tells it. What it does not tell is null; dates are its text.
    """

    BookingID: int
    Duration: int
    Credits: float
    Status: str | None
    Method: int
    PhoneNumber: str | None
    SkypeName: str | None
    CreateDate: str | None
    SessionDate: str
    AcceptBy: str | None
    AcceptedDate: str | None
    ConfirmedDate: str | None
    CancelledDate: str | None
    CancelledReason: str | None
    CancelledBy: str | None
    RejectedReason: str | None
    LastUpdated: str | None
    Comments: str | None
    ActionClient: str | None
    Candidate: BookedUser


class Quote(TypedDict):
    """
    What the checks of a booking say; amounts are in credits and exact.
    """

    is_valid: bool
    violations: list[Violation]
    unchecked: list[str]
    price_per_minute: float | None
    minimum_credits: float | None
    balance: float | None
    balance_after: float | None


class Answer(TypedDict):
    """
    The answer that the request got, once there is a final one.
    """

    status: int
    body: Booking | Problem


class Operation(TypedDict):
    """
    How a booking stands. Only NOT_CREATED, NOT_SENT and REJECTED say that it surely was not made.
    """

    operation_id: str
    operation_state: Literal['SENDING', 'CONFIRMED', 'REJECTED', 'NOT_SENT', 'UNKNOWN', 'NOT_CREATED', 'AMBIGUOUS', 'EXPIRED_UNKNOWN']
    status_url: str
    attempt: int
    claimed_at: str
    decided_by: str | None
    retry_after_seconds: int | None
    BookingID: int | None
    BookUserID: int
    SessionDate: str
    Duration: int
    Method: int
    Credits: float
    same_key_tries_again: bool
    safe_to_retry_with_new_key: bool
    answer: Answer | None


class MadeBookingsAnswer(TypedDict):
    """
    A page of bookings. How AdultWork wraps them is not documented, so the members around them are Switchboard's own.
    """

    PageNumber: int
    PageCount: int | None
    Bookings: list[Booking]
    unreadable: list[int | None]


class Answer1(TypedDict):
    """
    The answer that the request got, once there is a final one.
    """

    status: int
    body: Booking | Deletions | ReceivedBooking | Problem


class ChangeOperation(TypedDict):
    """
    How a change of bookings stands. Only NOT_CREATED, NOT_SENT and REJECTED say that it surely was not made.
    """

    operation_id: str
    operation_state: Literal['SENDING', 'CONFIRMED', 'REJECTED', 'NOT_SENT', 'UNKNOWN', 'NOT_CREATED', 'AMBIGUOUS', 'EXPIRED_UNKNOWN']
    status_url: str
    attempt: int
    claimed_at: str
    decided_by: str | None
    retry_after_seconds: int | None
    change: str
    BookingIDs: list[int]
    same_key_tries_again: bool
    safe_to_retry_with_new_key: bool
    answer: Answer1 | None


AnyOperation: TypeAlias = Operation | ChangeOperation
