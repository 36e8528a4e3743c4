"""Operations: how a booking or a change stands after a lost connection, and what may be done next."""

import re
from collections.abc import Callable
from typing import Any

import simplejson

from chalicelib.application.operations.answers import ASK_AGAIN_SECONDS, wait_for_settling
from chalicelib.application.operations.get_operation import GetOperationCommand, OperationView
from chalicelib.domain.errors import NotFoundError
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.record import AnyRecord, OperationRecord
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


def resource(container: Callable[[], Container]) -> Resource:
    """Return the resource that tells the state of an operation."""

    def get_operation(exchange: Exchange) -> Answer:
        """Answer with an operation of the caller's own account, reconciled if its outcome was unknown."""
        token = bearer_token(exchange.request)
        operation_id = (exchange.request.uri_params or {}).get("operation_id", "")
        if not OPERATION_ID_FORM.fullmatch(operation_id):
            raise NotFoundError("This account has no operation of this id.")
        command = GetOperationCommand(token, operation_id, exchange.request_id, seconds_left(exchange.request))
        try:
            view = container().get_operation.execute(command)
        except NotFoundError:  # it books nothing; it may change something
            from chalicelib.edge.changing import views  # noqa: PLC0415 (no booking waits for it)

            return views.show(exchange, container().changes(), command)
        return answered_with(operation_document(view, exchange.links), view.record)

    return Resource(OPERATION, {"GET": get_operation})


def answered_with(document: dict[str, Document], record: AnyRecord) -> Answer:
    """Return the answer that tells an operation, with a time to ask again while its state may change."""
    headers = {"Content-Type": "application/json"}
    if (wait := _ask_again_seconds(record)) is not None:
        headers["Retry-After"] = str(wait)
    return Answer(to_json(document), status_code=OK, headers=headers, operation_id=record.id)


def _ask_again_seconds(record: AnyRecord) -> int | None:
    """Return when its state may have changed; None for a state that only a person changes, or nobody."""
    if record.state is OperationState.SENDING:
        return ASK_AGAIN_SECONDS
    return wait_for_settling(record) if record.state is OperationState.UNKNOWN else None


def operation_document(view: OperationView[OperationRecord], links: Links) -> dict[str, Document]:
    """Return an operation that books as a client reads it."""
    record = view.record
    about: dict[str, Document] = {
        "BookingID": record.booking_id,
        "BookUserID": record.book_user_id,
        "SessionDate": record.session_date,
        "Duration": record.duration,
        "Method": record.method,
        "Credits": record.credits,
    }
    return standing_document(view, links, about)


def standing_document(view: OperationView[Any], links: Links, about: dict[str, Document]) -> dict[str, Document]:
    """Return any operation: its state, what it is about, what may be done next, and the answer of its request.

    `same_key_tries_again` tells whether the same request under its key starts another attempt; in any other state a repeat
    sends nothing and is told how the operation stands, or gets its answer again.
    """
    record: AnyRecord = view.record
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
        "retry_after_seconds": _ask_again_seconds(record),
        **about,
        "same_key_tries_again": record.is_retryable and record.is_keyed,
        "safe_to_retry_with_new_key": has_booked_nothing_for_good(record),
        "answer": answer,
    }
