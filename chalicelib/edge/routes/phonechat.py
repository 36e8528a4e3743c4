"""PhoneChat: CreateBooking, under the upstream's own path."""

from collections.abc import Callable

from chalicelib.edge.answer import Answer
from chalicelib.edge.container import Container
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.problem_response import operation_path
from chalicelib.edge.representation import booking_json
from chalicelib.edge.request import place_booking_command
from chalicelib.edge.routes.resource import Resource

CREATED = 201


def resource(container: Callable[[], Container]) -> Resource:
    """Return the resource that places bookings."""

    def create_booking(exchange: Exchange) -> Answer:
        """Place a booking and answer with it, as the upstream tells it; 201 only for a booking that stands."""
        command = place_booking_command(
            exchange.request,
            request_id=exchange.request_id,
            maximum_body_bytes=exchange.settings.maximum_body_bytes,
        )
        placed = container().place_booking.execute(command)
        headers = {"Content-Type": "application/json", "Location": operation_path(placed.operation_id)}
        return Answer(
            booking_json(placed.booking),
            status_code=CREATED,
            headers=headers | ({"Audit-Status": "pending"} if placed.audit_pending else {}),
            operation_id=placed.operation_id,
            booking_id=placed.booking.booking_id,
            audit_pending=placed.audit_pending,
        )

    return Resource("/v1/PhoneChat/CreateBooking", {"POST": create_booking})
