"""The changes at the edge: each declared one is served under AdultWork's own path."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from chalice.app import Chalice

from chalicelib.application.booking.place_booking import Answered
from chalicelib.application.changing.make_change import ChangeCommand
from chalicelib.application.operations.get_operation import GetOperationCommand, OperationView
from chalicelib.domain.changing.change import Change
from chalicelib.domain.changing.changes import CHANGES
from chalicelib.domain.changing.operation import ChangeRecord
from chalicelib.domain.errors import ChangeRejectedError, NotFoundError, SwitchboardError, TooManyChangesError
from chalicelib.domain.violation import Violation
from chalicelib.edge.changing.change_answers import HttpChangeAnswers
from chalicelib.edge.changing.use_cases import Changes
from chalicelib.edge.container import Container, EdgeSettings, NothingExpires
from chalicelib.edge.links import Links
from chalicelib.edge.middleware import install
from chalicelib.edge.routes import register
from chalicelib.edge.routes.operations import OPERATION
from tests.builders import NOW, change_record
from tests.unit.edge.gateway_event import (
    ORIGIN,
    FakeGetOperation,
    FakePlaceBooking,
    FakeValidateBooking,
    Reply,
    call,
    edge_app,
    rest_event,
)

OPERATION_ID = "op_01KF3Q8Z5T7W9Y1B3D5F7H9K1M"
HEADERS = {
    "Authorization": "Bearer client-token",
    "Origin": ORIGIN,
    "Content-Type": "application/json",
    "Idempotency-Key": "0123456789abcdef",
}
MADE = HttpChangeAnswers(Links()).made(OPERATION_ID, {"BookingID": 7, "Status": "Cancelled"})
RECORD = change_record(id=OPERATION_ID)


@dataclass
class FakeMake:
    """Answers every change with one outcome and keeps what was asked."""

    outcome: Answered | SwitchboardError = field(default_factory=lambda: Answered(MADE, OPERATION_ID))
    asked: list[ChangeCommand] = field(default_factory=list)

    def execute(self, command: ChangeCommand) -> Answered:
        """Return or raise the outcome."""
        self.asked.append(command)
        if isinstance(self.outcome, SwitchboardError):
            raise self.outcome
        return self.outcome


@dataclass
class FakeGet:
    """Tells one operation."""

    view: OperationView[ChangeRecord]

    def execute(self, command: GetOperationCommand) -> OperationView[ChangeRecord]:
        """Return it."""
        assert command.operation_id == OPERATION_ID
        return self.view


def app_of(make: FakeMake, view: OperationView[ChangeRecord] | None = None) -> Chalice:
    """Return an app that changes with a fake."""
    changes = Changes(make, FakeGet(view or OperationView(RECORD, None)), NothingExpires())
    container = Container(
        FakePlaceBooking(),
        FakeGetOperation(NotFoundError("no")),
        EdgeSettings(allowed_origins=frozenset({ORIGIN})),
        FakeValidateBooking(),
        changes=lambda: changes,
    )
    app = Chalice(app_name="edge-under-test")
    install(app, lambda: container)
    register(app, lambda: container)
    return app


def send(make: FakeMake, path: str, body: str = '{"BookingID": 7}') -> Reply:
    """Ask for a change."""
    return call(app_of(make), rest_event("POST", path, headers=HEADERS, body=body))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_every_declared_change_is_served_to_allowed_pages(change: Change) -> None:
    """The token, the key and the members as they came."""
    make = FakeMake()
    reply = send(make, change.path)
    assert (reply.status, reply.body) == (200, '{"BookingID":7,"Status":"Cancelled"}')
    assert reply.headers["location"] == f"/v1/operations/{OPERATION_ID}"
    assert reply.headers["access-control-allow-origin"] == ORIGIN
    (command,) = make.asked
    assert (command.change, command.idempotency_key, command.members) == (change, "0123456789abcdef", {"BookingID": 7})
    assert 23 < command.seconds_left <= 24


def test_what_is_wrong_is_one_problem() -> None:
    """422, with every violation."""
    make = FakeMake(ChangeRejectedError([Violation("/Reason", "required", "Send the reason.")]))
    reply = send(make, CHANGES[0].path)
    assert (reply.status, reply.document["type"]) == (422, "/problems/change-rejected")
    assert reply.document["safe_to_retry_with_new_key"] is False


def test_a_limit_of_changes_is_called_that() -> None:
    """In the headers, too."""
    limited = TooManyChangesError("Later.", limit=5, window_seconds=60, retry_after_seconds=23)
    reply = send(FakeMake(limited), CHANGES[0].path)
    assert (reply.status, reply.headers["ratelimit-policy"]) == (429, '"changes";q=5;w=60')


def test_a_body_that_is_no_json_object_is_refused_before_anything_else() -> None:
    """As for a booking."""
    make = FakeMake()
    assert send(make, CHANGES[0].path, "[]").status == 400
    assert make.asked == []


def test_the_status_resource_tells_changes_as_well() -> None:
    """What it changes in place of what it books; when to ask again while it may move."""
    view = OperationView(RECORD, None, NOW + timedelta(minutes=15))
    path = f"/v1/operations/{OPERATION_ID}"
    event = rest_event("GET", OPERATION, headers=HEADERS, path=path, pathParameters={"operation_id": OPERATION_ID})
    reply = call(app_of(FakeMake(), view), event)
    assert (reply.status, reply.headers["retry-after"]) == (200, "30")
    assert reply.document == {
        "operation_id": OPERATION_ID,
        "operation_state": "UNKNOWN",
        "status_url": f"/v1/operations/{OPERATION_ID}",
        "attempt": 1,
        "claimed_at": "2026-01-15T12:00:00.000+00:00",
        "decided_by": "2026-01-15T12:15:00.000+00:00",
        "retry_after_seconds": 30,
        "change": "CancelMadeBooking",
        "BookingIDs": [7],
        "same_key_tries_again": False,
        "safe_to_retry_with_new_key": False,
        "answer": None,
    }


def test_a_service_that_changes_nothing_has_nothing_there() -> None:
    """As the container of a test has it."""
    reply = call(edge_app(), rest_event("POST", CHANGES[0].path, headers=HEADERS, body="{}"))
    assert reply.status == 404
