"""PhoneChat: CreateBooking, under the upstream's own path."""

from collections.abc import Callable

from chalicelib.edge.answer import Answer
from chalicelib.edge.container import Container
from chalicelib.edge.exchange import Exchange
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
        answered = container().place_booking.execute(command)
        told = {
            "Idempotency-Replayed": answered.is_replayed and "true",
            "Audit-Status": answered.audit_pending and "pending",
        }
        return Answer(
            answered.answer.body,
            status_code=answered.answer.status,
            headers=dict(answered.answer.headers) | {name: value for name, value in told.items() if value},
            operation_id=answered.operation_id,
            booking_id=answered.booking_id,
            audit_pending=answered.audit_pending,
        )

    return Resource("/v1/PhoneChat/CreateBooking", {"POST": create_booking})
