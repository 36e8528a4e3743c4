"""PhoneChat: ValidateBooking, a path of our own beside the upstream's: the checks of a booking, and its price."""

from collections.abc import Callable

from chalicelib.application.booking.validate_booking import Quote
from chalicelib.edge.answer import Answer
from chalicelib.edge.container import Container
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.problems.document import violation_documents
from chalicelib.edge.representation import Document, to_json
from chalicelib.edge.request import validate_booking_command
from chalicelib.edge.routes.resource import Resource

VALIDATE_BOOKING = "/v1/PhoneChat/ValidateBooking"
OK = 200


def resource(container: Callable[[], Container]) -> Resource:
    """Return the resource that quotes bookings."""

    def validate_booking(exchange: Exchange) -> Answer:
        """Tell what the checks of a booking say; broken rules are its answer, and no problem."""
        command = validate_booking_command(exchange.request, maximum_body_bytes=exchange.settings.maximum_body_bytes)
        quote = container().validate_booking.execute(command)
        headers = {"Content-Type": "application/json"}
        return Answer(to_json(quote_document(quote)), status_code=OK, headers=headers)

    return Resource(VALIDATE_BOOKING, {"POST": validate_booking})


def quote_document(quote: Quote) -> dict[str, Document]:
    """Return a quote as a client reads it; amounts are in credits and exact."""
    return {
        "is_valid": quote.is_valid,
        "violations": violation_documents(quote.violations),
        "unchecked": list(quote.unchecked),
        "price_per_minute": quote.price_per_minute,
        "minimum_credits": quote.minimum_credits,
        "balance": quote.balance,
        "balance_after": quote.balance_after,
    }
