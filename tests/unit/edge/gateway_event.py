"""Events as API Gateway makes them, the context that Lambda adds, and the answer that comes back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from chalice.app import Chalice, Request

from chalicelib.application.place_booking import PlaceBookingCommand, Placed
from chalicelib.domain.booking import BookedUser, Booking
from chalicelib.edge.container import Container, EdgeSettings
from chalicelib.edge.middleware import install
from chalicelib.edge.routes import register

CREATE_BOOKING = "/v1/PhoneChat/CreateBooking"
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
BODY = b'{"BookUserID": 123456, "Credits": 32.50}'
HEADERS: Mapping[str, str] = {
    "Authorization": "Bearer client-token",
    "Content-Type": "application/json",
    "Idempotency-Key": '"0123456789abcdef"',
}


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

    outcome: Placed | BaseException = field(default_factory=lambda: Placed(OPERATION_ID, BOOKING, audit_pending=False))
    commands: list[PlaceBookingCommand] = field(default_factory=list)

    def execute(self, command: PlaceBookingCommand) -> Placed:
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


def edge_app(use_case: FakePlaceBooking, settings: EdgeSettings | None = None) -> Chalice:
    """Return an app with the whole edge around a fake use case; ORIGIN is allowed."""
    container = Container(use_case, settings or EdgeSettings(allowed_origins=frozenset({ORIGIN})))
    app = Chalice(app_name="edge-under-test")
    install(app, lambda: container)
    register(app, lambda: container)
    return app


def call(app: Chalice, event: dict[str, Any], context: object = None) -> Reply:
    """Run one event through an app."""
    answer = app(event, context or CountdownContext())
    assert answer["multiValueHeaders"] == {}
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    return Reply(answer["statusCode"], headers, answer["body"])
