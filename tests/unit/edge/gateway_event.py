"""Events as API Gateway makes them, the context that Lambda adds, and the answer that comes back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from chalice.app import Chalice, Request

from chalicelib.application.booking.place_booking import Answered, PlaceBookingCommand
from chalicelib.application.booking.validate_booking import Quote, ValidateBookingCommand
from chalicelib.application.operations.get_operation import GetOperationCommand, OperationView
from chalicelib.domain.booking.booking import BookedUser, Booking
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.edge.answer_form import HttpAnswers
from chalicelib.edge.container import Container, EdgeSettings
from chalicelib.edge.links import Links
from chalicelib.edge.middleware import install
from chalicelib.edge.routes import register
from tests.builders import operation_record

CREATE_BOOKING = "/v1/PhoneChat/CreateBooking"
VALIDATE_BOOKING = "/v1/PhoneChat/ValidateBooking"
OPERATIONS = "/v1/operations/{operation_id}"
ORIGIN = "https://app.example"
OPERATION_ID = "op_01HZX3V6M8Q2R4T6W8Y0A2C4E6"
BOOKING = Booking(
    booking_id=77,
    duration=15,
    credits=Decimal("32.5000"),
    status="Pending",
    method=1,
    session_date="2026-01-20T21:30:00",
    candidate=BookedUser(user_id=123456),
)
FORM = HttpAnswers(Links())
ANSWERED = Answered(FORM.booked(OPERATION_ID, BOOKING), OPERATION_ID, BOOKING.booking_id)
RECORD = operation_record(id=OPERATION_ID, state=OperationState.CONFIRMED, credits=Decimal("32.5000"), booking_id=77)
BODY = b'{"BookUserID": 123456, "Credits": 32.50}'
HEADERS: Mapping[str, str] = {
    "Authorization": "Bearer client-token",
    "Content-Type": "application/json",
    "Idempotency-Key": '"0123456789abcdef"',
}
VIEW = OperationView(RECORD, ANSWERED.answer)
QUOTE = Quote((), (), Decimal("1.5"), Decimal("22.5000"), Decimal(300), Decimal("267.50"))


class CountdownContext:
    """A Lambda context whose time runs down by 40 ms each time it is asked."""

    aws_request_id = "lambda-request"

    def __init__(self, milliseconds: int = 26_000) -> None:
        self.left = milliseconds + 40

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left."""
        self.left -= 40
        return self.left


@dataclass
class FakePlaceBooking:
    """Answers every command with one outcome and keeps the commands."""

    outcome: Answered | BaseException = ANSWERED
    commands: list[PlaceBookingCommand] = field(default_factory=list)

    def execute(self, command: PlaceBookingCommand) -> Answered:
        """Return or raise the outcome."""
        self.commands.append(command)
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


@dataclass
class FakeValidateBooking:
    """Answers every request with one quote and keeps the requests."""

    outcome: Quote | BaseException = QUOTE
    commands: list[ValidateBookingCommand] = field(default_factory=list)

    def execute(self, command: ValidateBookingCommand) -> Quote:
        """Return or raise the outcome."""
        self.commands.append(command)
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


@dataclass
class FakeGetOperation:
    """Answers every question with one view and keeps the questions."""

    outcome: OperationView[OperationRecord] | BaseException = VIEW
    commands: list[GetOperationCommand] = field(default_factory=list)

    def execute(self, command: GetOperationCommand) -> OperationView[OperationRecord]:
        """Return or raise the outcome."""
        self.commands.append(command)
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


@dataclass(frozen=True)
class Reply:
    """What the gateway sends on; `headers` are by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def document(self) -> Any:  # noqa: ANN401 (JSON of any shape)
        """Return the JSON of the body."""
        return json.loads(self.body)


def rest_event(
    method: str = "POST", resource: str = CREATE_BOOKING, *, headers: Mapping[str, str] = HEADERS, **changes: object
) -> dict[str, Any]:
    """Return a REST proxy event; `changes` replace its members."""
    event: dict[str, Any] = {
        "resource": resource,
        "path": resource,
        "httpMethod": method,
        "headers": dict(headers),
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "body": BODY.decode() if method == "POST" else None,
        "isBase64Encoded": False,
        "requestContext": {
            "httpMethod": method,
            "resourcePath": resource,
            "requestId": "gateway-request",
            "identity": {"sourceIp": "192.0.2.1"},
        },
    }
    return {**event, **changes}


def request_of(event: dict[str, Any], context: object = None) -> Request:
    """Return the request that Chalice makes of an event."""
    return Request(event, context)


def container_of(
    place_booking: FakePlaceBooking | None = None,
    get_operation: FakeGetOperation | None = None,
    settings: EdgeSettings | None = None,
    validate_booking: FakeValidateBooking | None = None,
) -> Container:
    """Return a container of fake use cases; ORIGIN is allowed."""
    return Container(
        place_booking=place_booking or FakePlaceBooking(),
        get_operation=get_operation or FakeGetOperation(),
        settings=settings or EdgeSettings(allowed_origins=frozenset({ORIGIN})),
        validate_booking=validate_booking or FakeValidateBooking(),
    )


def edge_app(
    place_booking: FakePlaceBooking | None = None,
    settings: EdgeSettings | None = None,
    *,
    get_operation: FakeGetOperation | None = None,
    validate_booking: FakeValidateBooking | None = None,
) -> Chalice:
    """Return an app with the whole edge around fake use cases."""
    container = container_of(place_booking, get_operation, settings, validate_booking)
    app = Chalice(app_name="edge-under-test")
    install(app, lambda: container)
    register(app, lambda: container)
    return app


def operation_event(operation_id: str = OPERATION_ID, method: str = "GET", **changes: Any) -> dict[str, Any]:  # noqa: ANN401 (members of an event)
    """Return a request for an operation, as the gateway passes it on."""
    return rest_event(method, OPERATIONS, **{"pathParameters": {"operation_id": operation_id}, **changes})


def call(app: Chalice, event: dict[str, Any], context: object = None) -> Reply:
    """Run one event through an app that sets no cookies."""
    reply, cookies = call_with_cookies(app, event, context)
    assert cookies == []
    return reply


def call_with_cookies(app: Chalice, event: dict[str, Any], context: object = None) -> tuple[Reply, list[str]]:
    """Run one event through an app; return the answer, and the cookies that it sets. No other header comes several times."""
    answer = app(event, context or CountdownContext())
    several = dict(answer["multiValueHeaders"])
    cookies = several.pop("Set-Cookie", [])
    assert several == {}
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    return Reply(answer["statusCode"], headers, answer["body"]), cookies
