"""Requests of reviewers as commands."""

import re
from datetime import timedelta

from chalice.app import Request

from chalicelib.application.people.erase_person import EraseCommand
from chalicelib.application.people.hold_person import HoldCommand
from chalicelib.application.people.show_person import PersonCommand
from chalicelib.application.review.count_operations import CountCommand
from chalicelib.application.review.door import Visit
from chalicelib.application.review.search_operations import PAGE, SearchCommand
from chalicelib.application.review.show_operation import ShowCommand
from chalicelib.application.review.verify_audit import VerifyCommand
from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import InvalidTokenError, MissingTokenError, NotFoundError
from chalicelib.domain.review.desk.chain import STATES
from chalicelib.domain.review.desk.cursor import LONGEST
from chalicelib.domain.review.desk.filters import Filter
from chalicelib.domain.reviewer_errors import ReviewerTokenInvalidError, ReviewerTokenMissingError
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.request import bearer_token, seconds_left
from chalicelib.edge.review.query import Query

LARGEST_PAGE = 100
HIGHEST_USER_ID, HIGHEST_BOOKING_ID = 2_147_483_647, 2**63 - 1

FILTERS = (
    *("from", "to", "client", "candidate", "booking", "operation", "request_id"),
    *("state", "rule", "upstream_status"),
)
LONGEST_SPAN = timedelta(days=31)
OPERATION_FORM = "Send an operation's id: op_ and 26 digits and capitals."
_PAGING = ("cursor", "limit", "reason")
OPERATION_ID = re.compile(r"op_[0-9A-HJKMNP-TV-Z]{26}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_USER_ID = re.compile(r"[0-9]{1,10}")
_RULE = re.compile(r"[a-z0-9]+(-[a-z0-9]+){0,12}")
CURSOR = re.compile(rf"[A-Za-z0-9_-]{{1,{LONGEST}}}")


def search_command(exchange: Exchange, known: AccessToken | None = None) -> SearchCommand:
    """Read a search; of a reviewer whose token is `known`, or stands in the request.

    Raises:
        CallerError: ReviewerTokenMissingError, ReviewerTokenInvalidError, or InvalidQueryError with all faults.
    """
    token = known or reviewer_token(exchange.request)
    query = Query(exchange.request, (*FILTERS, *_PAGING))
    start, end = query.moment("from"), query.moment("to")
    query.require_order(start, end)
    filter_ = Filter(
        start=start,
        end=end,
        booking=query.number("booking", 1, HIGHEST_BOOKING_ID),
        operation=query.text("operation", OPERATION_ID, OPERATION_FORM),
        request_id=query.text("request_id", _REQUEST_ID, "Send a request id as answers and logs tell it."),
        state=query.choice("state", STATES),
        rule=query.text("rule", _RULE, "Send the name of a rule or of a problem, such as duration-minimum."),
        upstream_status=query.number("upstream_status", 100, 599),
    )
    client = query.number("client", 1, HIGHEST_USER_ID)
    candidate = query.number("candidate", 1, HIGHEST_USER_ID)
    cursor = query.text("cursor", CURSOR, "Send a cursor exactly as an answer gave it.")
    size = query.number("limit", 1, LARGEST_PAGE) or PAGE
    visit = _visit(exchange, token, query)
    return SearchCommand(visit, filter_, client, candidate, cursor, size)


def show_command(exchange: Exchange, known: AccessToken | None = None) -> ShowCommand:
    """Read a question for one operation; of a reviewer as `search_command` has them.

    Raises:
        CallerError: as `search_command`, or NotFoundError for what is no id.
    """
    token = known or reviewer_token(exchange.request)
    query = Query(exchange.request, ("unmask", "reason"))
    unmask = query.flag("unmask")
    visit = _visit(exchange, token, query)
    operation_id = (exchange.request.uri_params or {}).get("operation_id", "")
    if not OPERATION_ID.fullmatch(operation_id):
        raise NotFoundError("The audit has no operation of this id.")
    return ShowCommand(visit, operation_id, unmask)


def count_command(exchange: Exchange) -> CountCommand:
    """Read a question for counts; it says from when.

    Raises:
        CallerError: as `search_command`.
    """
    token = reviewer_token(exchange.request)
    query = Query(exchange.request, ("from", "to", "cursor", "reason"))
    start, end = query.moment("from", is_required=True), query.moment("to")
    query.require_order(start, end)
    cursor = query.text("cursor", CURSOR, "Send a cursor exactly as an answer gave it.")
    visit = _visit(exchange, token, query)
    return CountCommand(visit, start, end, cursor)  # type: ignore[arg-type]  # without a start the query was not sound


def verify_command(exchange: Exchange) -> VerifyCommand:
    """Read a question for a verdict: over a span of at most LONGEST_SPAN, or over one operation.

    Raises:
        CallerError: as `search_command`.
    """
    token = reviewer_token(exchange.request)
    query = Query(exchange.request, ("from", "to", "operation", "reason"))
    operation_id = query.text("operation", OPERATION_ID, OPERATION_FORM)
    start, end = query.moment("from", is_required=not query.has("operation")), query.moment("to")
    query.require_order(start, end)
    query.require_span(start, end, LONGEST_SPAN)
    query.require_alone("operation", ("from", "to"))
    return VerifyCommand(_visit(exchange, token, query), start, end, operation_id)


def person_command(exchange: Exchange, known: AccessToken | None = None) -> PersonCommand:
    """Read a question for one person; of a custodian as `search_command` has reviewers.

    Raises:
        CallerError: as `search_command`, or NotFoundError for what is no UserID.
    """
    token = known or reviewer_token(exchange.request)
    visit = _visit(exchange, token, Query(exchange.request, ("reason",)))
    return PersonCommand(visit, _user_id(exchange))


def hold_command(exchange: Exchange, known: AccessToken | None = None) -> HoldCommand:
    """Read a hold that is to be set or lifted.

    Raises:
        CallerError: as `person_command`.
    """
    asked = person_command(exchange, known)
    return HoldCommand(asked.visit, asked.user_id)


def erase_command(exchange: Exchange, known: AccessToken | None = None) -> EraseCommand:
    """Read an erasure; unless `dry_run` is 0, it is only told.

    Raises:
        CallerError: as `person_command`.
    """
    token = known or reviewer_token(exchange.request)
    query = Query(exchange.request, ("dry_run", "reason"))
    is_dry_run = query.flag("dry_run", unless_told=True)
    visit = _visit(exchange, token, query)
    return EraseCommand(visit, _user_id(exchange), is_dry_run)


def retention_visit(exchange: Exchange, known: AccessToken | None = None) -> Visit:
    """Read a question for the retention.

    Raises:
        CallerError: as `search_command`.
    """
    token = known or reviewer_token(exchange.request)
    return _visit(exchange, token, Query(exchange.request, ("reason",)))


def _user_id(exchange: Exchange) -> int:
    text = (exchange.request.uri_params or {}).get("user_id", "")
    if not _USER_ID.fullmatch(text) or not 1 <= int(text) <= HIGHEST_USER_ID:
        raise NotFoundError("This is no UserID.")
    return int(text)


def reviewer_token(request: Request) -> AccessToken:
    """Return the access token of a reviewer.

    Raises:
        ReviewerTokenMissingError: no credentials, or of another scheme.
        ReviewerTokenInvalidError: several Authorization headers, or one that holds no token.
    """
    try:
        return bearer_token(request)
    except MissingTokenError as error:
        raise ReviewerTokenMissingError("Send your access token in the header 'Authorization: Bearer …'.") from error
    except InvalidTokenError as error:
        raise ReviewerTokenInvalidError("Send exactly one Authorization header with one access token.") from error


def _visit(exchange: Exchange, token: AccessToken, query: Query) -> Visit:
    """Return what every question has; whatever was wrong with this one ends it here."""
    reason = query.reason(exchange.request)
    query.require_sound()
    return Visit(token, exchange.request_id, seconds_left(exchange.request), reason)
