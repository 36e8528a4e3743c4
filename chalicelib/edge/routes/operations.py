"""Operations: how a booking stands after a lost connection, and what may be done next."""

import re
from collections.abc import Callable

import simplejson

from chalicelib.application.operations.get_operation import GetOperationCommand, OperationView
from chalicelib.domain.errors import NotFoundError
from chalicelib.domain.operation.operation import OperationState
from chalicelib.edge.answer import Answer
from chalicelib.edge.answer_form import given_at
from chalicelib.edge.container import Container
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.links import Links
from chalicelib.edge.problems.new_key import has_booked_nothing_for_good
from chalicelib.edge.representation import Document, instant, to_json
from chalicelib.edge.request import bearer_token, seconds_left
from chalicelib.edge.routes.resource import Resource

OPERATION = "/v1/operations/{operation_id}"
OPERATION_ID_FORM = re.compile(r"op_[0-9A-HJKMNP-TV-Z]{26}")
OK = 200
ASK_AGAIN_SECONDS = {OperationState.SENDING: 5, OperationState.UNKNOWN: 30}  # every other state is final


def resource(container: Callable[[], Container]) -> Resource:
    """Return the resource that tells the state of an operation."""

    def get_operation(exchange: Exchange) -> Answer:
        """Answer with an operation of the caller's own account, reconciled if its outcome was unknown."""
        token = bearer_token(exchange.request)
        operation_id = (exchange.request.uri_params or {}).get("operation_id", "")
        if not OPERATION_ID_FORM.fullmatch(operation_id):
            raise NotFoundError("This account has no operation of this id.")
        command = GetOperationCommand(token, operation_id, exchange.request_id, seconds_left(exchange.request))
        view = container().get_operation.execute(command)
        headers = {"Content-Type": "application/json"}
        if (wait := ASK_AGAIN_SECONDS.get(view.record.state)) is not None:
            headers["Retry-After"] = str(wait)
        body = to_json(operation_document(view, exchange.links))
        return Answer(body, status_code=OK, headers=headers, operation_id=view.record.id)

    return Resource(OPERATION, {"GET": get_operation})


def operation_document(view: OperationView, links: Links) -> dict[str, Document]:
    """Return an operation as a client reads it: its state, what may be done next, and the answer of its request.

    `same_key_tries_again` tells whether the same request under its key starts another attempt; in any other state a repeat
    sends nothing and is told how the operation stands, or gets its answer again.
    """
    record = view.record
    answer: Document = None
    if view.answer is not None:
        given = given_at(view.answer, links)
        answer = {"status": given.status, "body": simplejson.loads(given.body, use_decimal=True)}
    return {
        "operation_id": record.id,
        "operation_state": record.state.value,
        "status_url": links.operation(record.id),
        "attempt": record.attempt,
        "claimed_at": instant(record.claimed_at),
        "decided_by": instant(view.decided_by),
        "retry_after_seconds": ASK_AGAIN_SECONDS.get(record.state),
        "BookingID": record.booking_id,
        "BookUserID": record.book_user_id,
        "SessionDate": record.session_date,
        "Duration": record.duration,
        "Method": record.method,
        "Credits": record.credits,
        "same_key_tries_again": record.is_retryable and record.is_keyed,
        "safe_to_retry_with_new_key": has_booked_nothing_for_good(record),
        "answer": answer,
    }
