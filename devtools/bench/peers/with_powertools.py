"""Powertools for AWS Lambda: its resolver, its logger, and a pydantic model."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, CORSConfig, Response
from pydantic import ValidationError

from devtools.bench.peers import work

logger = Logger(service="peer")
resolver = APIGatewayRestResolver(cors=CORSConfig())


def create_booking() -> Any:  # noqa: ANN401 (its Response)
    """Place one booking and answer with it."""
    event = resolver.current_event
    try:
        asked = work.Asked.model_validate_json(event.body)
        operation, booking = work.place(event.headers["Authorization"], asked)
    except work.RefusedError as error:
        return Response(error.args[0], "application/json", {"message": error.args[1]})
    except ValidationError as error:
        return Response(HTTPStatus.UNPROCESSABLE_ENTITY, "application/json", {"message": str(error)})
    logger.info("booked", operation=operation)
    location = {"Location": f"/v1/operations/{operation}"}
    return Response(HTTPStatus.CREATED, "application/json", booking, headers=location)


resolver.post("/v1/PhoneChat/CreateBooking")(create_booking)


def answer(event: dict[str, Any], context: object) -> Any:  # noqa: ANN401 (its answer)
    """Resolve one event."""
    return resolver.resolve(event, context)
