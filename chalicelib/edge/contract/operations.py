"""What each method of each path is for, what it answers, and with which problems; whatever is served has to be here."""

from collections.abc import Mapping

from chalicelib.domain.access import Scope
from chalicelib.domain.changing.changes import CHANGES
from chalicelib.domain.reading.endpoints import ENDPOINTS
from chalicelib.edge.answer_form import CREATE_BOOKING
from chalicelib.edge.contract.operation import JSON, Operation, Success
from chalicelib.edge.contract.parts.change_operations import change_operations
from chalicelib.edge.contract.parts.read_operations import read_operations
from chalicelib.edge.problems.changes import CHANGES_PROBLEM_TYPES
from chalicelib.edge.problems.table import BY_SLUG
from chalicelib.edge.routes.documentation import CONTRACT, FILE, REFERENCE
from chalicelib.edge.routes.operations import OPERATION
from chalicelib.edge.routes.problems import PROBLEM
from chalicelib.edge.routes.sign_in import BEGIN, LOGOUT, TOKEN
from chalicelib.edge.routes.validation import VALIDATE_BOOKING

_BOOKS = (Scope.PHONECHAT_BOOKINGS,)
_OF_CHANGES = frozenset(row.slug for row in CHANGES_PROBLEM_TYPES.values())
_ABOUT_A_BOOKING = tuple(
    slug for slug, row in BY_SLUG.items() if row.safe_to_retry_with_new_key is not None and slug not in _OF_CHANGES
)
_OF_READING = (
    *("malformed-request", "body-too-large", "unsupported-media-type", "invalid-idempotency-key"),
    *("missing-token", "invalid-token", "insufficient-scope", "upstream-refused", "upstream-unavailable"),
    "internal-error",
)
_OF_SIGN_IN = (
    *("malformed-request", "body-too-large", "unsupported-media-type"),
    *("sign-in-refused", "too-many-sign-ins", "store-unavailable", "internal-error"),
)

OPERATIONS: Mapping[tuple[str, str], Operation] = {
    (CREATE_BOOKING, "POST"): Operation(
        "createBooking",
        "PhoneChat",
        "Book a session",
        "AdultWork's own call, made safe: every rule is checked before anything is sent, the booking is sent once, and a repeat "
        'under the same Idempotency-Key gets the first answer. Make one key when the user taps "book", keep it on the device '
        "with the body, and send both unchanged until there is a final answer.",
        Success(
            201,
            "The booking stands.",
            {JSON: "Booking"},
            ("Location", "Idempotency-Replayed", "Audit-Status"),
        ),
        problems=_ABOUT_A_BOOKING,
        scopes=_BOOKS,
        parameters=("Idempotency-Key", "X-Request-Id"),
        body="BookingRequest",
        spends_credits=True,
        status="getOperation",
    ),
    (VALIDATE_BOOKING, "POST"): Operation(
        "validateBooking",
        "PhoneChat",
        "Check a booking, and learn its price",
        "Every check of CreateBooking up to the point where it would claim, with the same rules and messages. Nothing is sent, "
        "claimed or recorded. Broken rules are the answer here, and no problem; what would end the booking before its rules "
        "are known is the same problem.",
        Success(200, "What the booking would meet.", {JSON: "Quote"}),
        problems=_OF_READING,
        scopes=_BOOKS,
        parameters=("Idempotency-Key", "X-Request-Id"),
        body="BookingDraft",
    ),
    **read_operations(ENDPOINTS),
    **change_operations(CHANGES),
    (OPERATION, "GET"): Operation(
        "getOperation",
        "Operations",
        "Ask how a booking or a change stands",
        "For any valid token of the same account and scope. While the outcome is not known, it is looked up at AdultWork, as far "
        "as AdultWork tells it.",
        Success(200, "How it stands.", {JSON: "AnyOperation"}, ("Retry-After",)),
        problems=(
            *("missing-token", "invalid-token", "insufficient-scope", "not-found"),
            *("upstream-refused", "upstream-unavailable", "store-unavailable", "sending-paused", "internal-error"),
        ),
        scopes=_BOOKS,
        parameters=("operation_id", "X-Request-Id"),
    ),
    (BEGIN, "POST"): Operation(
        "beginSignIn",
        "Sign-in",
        "Begin a sign-in",
        "Send the browser to `authorization_url`. A page calls this with its cookies (`credentials: include`) and gets one that "
        "binds the sign-in to this browser; a native app, which sends no Origin, gets the same as `begun`. Where sign-in is off, "
        "this is a 404.",
        Success(200, "Where to go.", {JSON: "SignInBegun"}, ("Set-Cookie",)),
        problems=_OF_SIGN_IN,
        body="SignInRequest",
    ),
    (TOKEN, "POST"): Operation(
        "exchangeToken",
        "Sign-in",
        "Get an access token",
        "For the code that the browser came back with, once; or for the session. A page's refresh token is in a cookie that no "
        "script reads. The answer to a code is final: when it is lost, begin anew. A refresh may be sent again.",
        Success(200, "The access token.", {JSON: "TokenGrant"}, ("Set-Cookie",)),
        problems=(*_OF_SIGN_IN, "sign-in-in-progress", "sign-in-unavailable"),
        body="TokenRequest",
    ),
    (LOGOUT, "POST"): Operation(
        "logOut",
        "Sign-in",
        "Forget the session in this browser",
        "It is forgotten here. AdultWork documents no way to end it there, so its refresh token runs out by itself.",
        Success(204, "It is forgotten.", {}, ("Set-Cookie",)),
        problems=("sign-in-refused", "internal-error"),
    ),
    ("/health", "GET"): Operation(
        "readHealth",
        "Service",
        "Ask whether the service can serve",
        "It tells the version, and nothing about how it is configured.",
        Success(200, "It can.", {JSON: "Health"}),
    ),
    (PROBLEM, "GET"): Operation(
        "readProblem",
        "Service",
        "Read what a problem means",
        "Where the `type` of a problem leads: a page for people, or JSON, by `Accept`.",
        Success(
            200,
            "What it means and what to do.",
            {"text/html": None, JSON: "ProblemPage", "text/plain": None},
        ),
        problems=("not-found", "internal-error"),
        parameters=("slug", "X-Request-Id"),
    ),
    (CONTRACT, "GET"): Operation(
        "readContract",
        "Service",
        "Read this document",
        "OpenAPI 3.1, made from what serves the requests, with the limits and addresses of this deployment.",
        Success(200, "The document.", {JSON: None}),
    ),
    (REFERENCE, "GET"): Operation(
        "readReference",
        "Service",
        "Read this document as a page",
        "With forms that send requests to this deployment.",
        Success(200, "The page.", {"text/html": None}),
    ),
    (FILE, "GET"): Operation(
        "readFile",
        "Service",
        "Load a file of the pages",
        "Stylesheet, script and icon.",
        Success(200, "The file.", {"text/css": None, "text/javascript": None, "image/svg+xml": None}),
        problems=("not-found", "internal-error"),
        parameters=("file", "X-Request-Id"),
    ),
}
