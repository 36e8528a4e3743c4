"""PhoneChat: CreateBooking, under the upstream's own path."""

import json
from collections.abc import Callable

from chalicelib.application.booking.place_booking import Answered
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.edge.answer import Answer
from chalicelib.edge.answer_form import CREATE_BOOKING, given_at, is_problem
from chalicelib.edge.container import Container
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.links import Links
from chalicelib.edge.problems.table import BY_SLUG
from chalicelib.edge.request import place_booking_command
from chalicelib.edge.routes.resource import Resource


def resource(container: Callable[[], Container]) -> Resource:
    """Return the resource that places bookings."""

    def create_booking(exchange: Exchange) -> Answer:
        """Place a booking and give its final answer; 201 only for a booking that stands."""
        command = place_booking_command(
            exchange.request,
            request_id=exchange.request_id,
            maximum_body_bytes=exchange.settings.maximum_body_bytes,
        )
        return given_answer(container().place_booking.execute(command), exchange.links)

    return Resource(CREATE_BOOKING, {"POST": create_booking})


def given_answer(answered: Answered, links: Links) -> Answer:
    """Return a final answer as it is given at an entrance."""
    answer = given_at(answered.answer, links)
    told = {
        "Idempotency-Replayed": answered.is_replayed and "true",
        "Audit-Status": answered.audit_pending and "pending",
    }
    return Answer(
        answer.body,
        status_code=answer.status,
        headers=dict(answer.headers) | {name: value for name, value in told.items() if value},
        operation_id=answered.operation_id,
        booking_id=answered.booking_id,
        problem=_problem_of(answer, links),
        audit_pending=answered.audit_pending,
    )


def _problem_of(answer: StoredAnswer, links: Links) -> str | None:
    """Return the problem that a final answer tells, for the log line; None for a booking."""
    if not is_problem(answer):
        return None
    slug = links.slug(json.loads(answer.body)["type"])
    return slug if slug in BY_SLUG else None
