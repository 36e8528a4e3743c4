"""Route a request to its endpoint, after the checks that all endpoints share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from types import MappingProxyType

from sandbox.adultwork import account_calls, booking_calls
from sandbox.adultwork.call import Call
from sandbox.adultwork.cast import CREDITS_SCOPE, PHONE_CHAT_SCOPE, Account
from sandbox.adultwork.changing import calls
from sandbox.adultwork.clock import london_time
from sandbox.adultwork.login import exchange, is_token_request
from sandbox.adultwork.refusal import RefusalError, refusal
from sandbox.adultwork.world import World
from sandbox.connection.message import Request
from sandbox.writing.documents import ErrorDocument, Reply

DENIED = "Authorization has been denied for this request."


@dataclass(frozen=True)
class Endpoint:
    """Hold one documented endpoint: its path, its method, the scope it needs, and what answers it."""

    path: str
    method: str
    scope: str | None
    answer: Callable[[Call], Reply]


ENDPOINTS = (
    Endpoint("/v1/PhoneChat/CreateBooking", "POST", PHONE_CHAT_SCOPE, booking_calls.create_booking),
    Endpoint(
        "/v1/PhoneChat/GetUserBookingRequirements",
        "GET",
        PHONE_CHAT_SCOPE,
        booking_calls.get_user_booking_requirements,
    ),
    Endpoint("/v1/PhoneChat/MadeBookings", "GET", PHONE_CHAT_SCOPE, booking_calls.made_bookings),
    Endpoint("/v1/PhoneChat/MadeBookingDetails", "GET", PHONE_CHAT_SCOPE, booking_calls.made_booking_details),
    Endpoint("/v1/PhoneChat/CancelMadeBooking", "POST", PHONE_CHAT_SCOPE, calls.cancel_made_booking),
    Endpoint("/v1/PhoneChat/RescheduleMadeBooking", "POST", PHONE_CHAT_SCOPE, calls.reschedule_made_booking),
    Endpoint("/v1/PhoneChat/DeleteMadeBookings", "POST", PHONE_CHAT_SCOPE, calls.delete_made_bookings),
    Endpoint("/v1/PhoneChat/AcceptReceivedBooking", "POST", PHONE_CHAT_SCOPE, calls.accept_received_booking),
    Endpoint("/v1/PhoneChat/ReInvite", "POST", PHONE_CHAT_SCOPE, calls.re_invite),
    Endpoint("/v1/PhoneChat/GetSettings", "GET", PHONE_CHAT_SCOPE, account_calls.get_settings),
    Endpoint(
        "/v1/CreditHistory/GetCurrentCreditBalance",
        "GET",
        CREDITS_SCOPE,
        account_calls.get_current_credit_balance,
    ),
    Endpoint("/v1/Account/GetPermissions", "GET", None, account_calls.get_permissions),
    Endpoint("/v1/account/verifyCredentials", "GET", None, account_calls.verify_credentials),
)

_ROUTES: Mapping[str, Endpoint] = MappingProxyType({endpoint.path.lower(): endpoint for endpoint in ENDPOINTS})


def respond(request: Request, world: World, now: datetime) -> Reply:
    """Do what a request asks, as one undivided step of the world; `now` is an aware moment."""
    if is_token_request(request):
        return exchange(request, world, now)
    local = london_time(now)
    with world.lock:
        world.expire(local)
        try:
            endpoint = _endpoint(request)
            account = _authorised(request, world, endpoint, now)
            return endpoint.answer(Call(request, account, world, local))
        except RefusalError as refused:
            return refused.reply


def unknown_path(request: Request) -> RefusalError:
    """Return the refusal of a path that does not exist."""
    return refusal(HTTPStatus.NOT_FOUND, "No HTTP resource was found.", f"There is nothing at {request.path}.")


def _endpoint(request: Request) -> Endpoint:
    endpoint = _ROUTES.get(request.path.lower())
    if endpoint is None:
        raise unknown_path(request)
    if request.method != endpoint.method:
        message = f"The requested resource does not support http method '{request.method}'."
        raise RefusalError(HTTPStatus.METHOD_NOT_ALLOWED, ErrorDocument(message), ("Allow", endpoint.method))
    return endpoint


def _authorised(request: Request, world: World, endpoint: Endpoint, now: datetime) -> Account:
    scheme, _, token = (request.header("Authorization") or "").partition(" ")
    account = world.account_of_token(token.strip(), now) if scheme.lower() == "bearer" else None
    if account is None:
        raise refusal(HTTPStatus.UNAUTHORIZED, DENIED)
    if endpoint.scope is not None and endpoint.scope not in account.scopes:
        raise refusal(HTTPStatus.FORBIDDEN, f"The scope {endpoint.scope} has not been granted.")
    return account
