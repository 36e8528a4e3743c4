"""What the clock asks for: operations that nobody came back for are flagged, and Lambda finds what it has to call."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chalice.app import Chalice, Rate, ScheduledEventConfig

from chalicelib import log
from chalicelib.application.operations.housekeeping import Expired, Housekeeping
from chalicelib.application.operations.look_at_open import LookAtOpen, Standing
from chalicelib.application.operations.reconcile import Reconciler
from chalicelib.bootstrap import build
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.time_budget import Deadline, TimeBudget
from chalicelib.edge.answer_form import HttpAnswers
from chalicelib.edge.container import Container, EdgeSettings, LooksAtOpen, NothingExpires, NothingOpen
from chalicelib.edge.links import Links
from chalicelib.edge.schedules import ScheduleFailedError, schedule
from chalicelib.settings import InvalidSettingsError
from tests.builders import LONDON
from tests.contract.records import UNKNOWN, claim, made, operation
from tests.fakes.clock import FixedClock
from tests.fakes.store import TroubledStore
from tests.fakes.system import SequentialConcurrency
from tests.fakes.upstream import InMemoryGateway

TROUBLE = StoreUnavailableError("07700900123 could not be written")
OPERATION_ID = "op_01KF3Q8Z5T7W9Y1B3D5F7H9K1M"
REQUEST_ID = "5c1b3cf0-0000-4000-8000-000000000000"
EVENT = {
    "version": "0",
    "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "a-number",
    "time": "2026-01-16T13:00:00Z",
    "region": "eu-west-2",
    "resources": ["arn:aws:events:eu-west-2:a-number:rule/expire"],
    "detail": {},
}


class Context:
    """What Lambda tells of a call; a millisecond passes each time it is asked what is left."""

    aws_request_id = REQUEST_ID

    def __init__(self, milliseconds: int = 26_000) -> None:
        self.left = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left."""
        self.left -= 1
        return self.left


class Counting:
    """Implements ExpiresOperations by a list of answers; keeps what was asked, and how long each look had.

    An answer is what was flagged, with failures if there were some, or what the look itself fails with.
    """

    def __init__(self, *answers: int | Expired | Exception) -> None:
        self._answers = iter(answers)
        self.asked: list[str] = []
        self.remaining: list[float] = []

    def expire_operations(self, request_id: str, deadline: Deadline) -> Expired:
        """Give the next answer."""
        self.asked.append(request_id)
        self.remaining.append(deadline.remaining())
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return Expired(answer) if isinstance(answer, int) else answer


@dataclass(frozen=True)
class Looking:
    """Implements LooksAtOpen by one answer, or what it fails with."""

    answer: Standing | Exception

    def execute(self, deadline: Deadline) -> Standing:
        """Give it."""
        assert deadline.remaining() > 0
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def registered(
    housekeeping: Any,  # noqa: ANN401 (any of the above)
    look_at_open: Callable[[], LooksAtOpen] = NothingOpen,
) -> tuple[Chalice, Any]:
    """Return an app with the schedule, and its handler, which takes any event."""
    nobody: Any = None
    container = Container(nobody, nobody, EdgeSettings(), nobody, housekeeping, look_at_open=look_at_open)
    app = Chalice(app_name="scheduled")
    handler = schedule(app, lambda: container)
    log.configure()
    return app, handler


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return what was logged."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_lambda_finds_the_handler_where_chalice_says_it_is() -> None:
    """`chalice package` writes the name into the template; the module of the app must have it."""
    import app  # noqa: PLC0415 (the module that Lambda loads)

    (config,) = app.app.event_sources
    assert isinstance(config, ScheduledEventConfig)
    assert (config.name, config.handler_string) == ("expire_operations", "app.expire_operations")
    assert app.expire_operations is app.app.handler_map["expire_operations"]
    assert isinstance(config.schedule_expression, Rate)
    assert config.schedule_expression.to_string() == "rate(1 hour)"


def test_it_goes_on_until_nothing_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    """One call in vain may only have found functions that died; two are the end. What was done is a line and a metric."""
    counting = Counting(25, 0, 3, 0, 0)
    _, handler = registered(counting)
    assert handler(EVENT, Context()) is None
    assert counting.asked == [REQUEST_ID] * 5
    _, line = lines(capsys)
    assert (line["event"], line["level"], line["count"], line["request_id"]) == (
        "operations.expired",
        "ERROR",
        28,
        REQUEST_ID,
    )
    assert line["OperationsExpired"] == 28


def test_an_hour_with_nothing_to_do_is_told_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    """No metric, no warning."""
    _, handler = registered(Counting(0, 0))
    handler(EVENT, Context())
    is_open, line = lines(capsys)
    assert (line["level"], line["count"], "OperationsExpired" in line) == ("INFO", 0, False)
    assert (is_open["event"], is_open["count"], is_open["OpenOperations"]) == ("operations.open", 0, 0)


def test_what_is_open_is_counted_after_that_and_the_oldest_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Whether or not something was flagged."""
    _, handler = registered(Counting(0, 0), lambda: Looking(Standing(3, OPERATION_ID, 1200)))
    handler(EVENT, Context())
    line, _ = lines(capsys)
    assert (line["event"], line["operation_id"], line["count"]) == ("operations.open", OPERATION_ID, 3)
    assert (line["OpenOperations"], line["OldestOpenSeconds"]) == (3, 1200)


def test_what_cannot_be_counted_is_a_failure_and_what_was_flagged_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Each has its line."""
    _, handler = registered(Counting(2, 0, 0), lambda: Looking(TROUBLE))
    with pytest.raises(ScheduleFailedError):
        handler(EVENT, Context())
    failure, line = lines(capsys)
    assert (failure["event"], failure["cause"], line["count"]) == (
        "expire_operations.failed",
        "StoreUnavailableError",
        2,
    )


def test_wrong_settings_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """In both lines: nothing can be flagged, and nothing counted."""

    def broken() -> Container:
        raise InvalidSettingsError("CALL_SECONDS: 07700900123")

    app = Chalice(app_name="scheduled")
    handler = schedule(app, broken)
    log.configure()
    with pytest.raises(ScheduleFailedError):
        handler(EVENT, Context())
    first, second, _ = lines(capsys)
    assert first["settings"] == second["settings"] == "CALL_SECONDS"


def test_it_ends_before_the_platform_ends_it() -> None:
    """Two seconds are kept back from what Lambda grants, and time runs down as Lambda says."""
    counting = Counting(1, 0, 0)
    _, handler = registered(counting)
    handler(EVENT, Context(26_000))
    first, *_, last = counting.remaining
    assert 23.9 < last < first < 24
    late = Counting(0, 0)
    _, handler = registered(late)
    handler(EVENT, Context(1_900))
    assert late.remaining == [0, 0]


@pytest.mark.parametrize("answers", [[TROUBLE], [Expired(0, (TROUBLE,)), 0]], ids=["look", "write"])
def test_a_failure_is_counted_by_lambda_and_shows_nothing(
    capsys: pytest.CaptureFixture[str], answers: list[int | Expired | Exception]
) -> None:
    """The error that Lambda logs has a text of ours, and neither cause nor context to print."""
    _, handler = registered(Counting(*answers))
    with pytest.raises(ScheduleFailedError) as caught:
        handler(EVENT, Context())
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    failure, _, line = lines(capsys)
    told = (failure["event"], failure["level"], failure["request_id"])
    assert told == ("expire_operations.failed", "ERROR", REQUEST_ID)
    assert (line["event"], line["count"], "OperationsExpired" in line) == ("operations.expired", 0, False)
    assert "07700900123" not in json.dumps([failure, line])


@pytest.mark.parametrize(
    ("answers", "count"),
    [([25, TROUBLE], 25), ([Expired(24, (TROUBLE,)), 3, 0, 0], 27), ([Expired(0, (TROUBLE,)), 3, 0, 0], 3)],
    ids=["a later look", "a write", "only a write at first"],
)
def test_what_was_flagged_is_told_whatever_failed(
    capsys: pytest.CaptureFixture[str], answers: list[int | Expired | Exception], count: int
) -> None:
    """The looks go on after a write that failed, the metric calls for a person, and Lambda counts the failure."""
    counting = Counting(*answers)
    _, handler = registered(counting)
    with pytest.raises(ScheduleFailedError):
        handler(EVENT, Context())
    assert len(counting.asked) == len(answers)
    failure, _, line = lines(capsys)
    assert failure["event"] == "expire_operations.failed"
    assert (line["level"], line["count"], line["OperationsExpired"]) == ("ERROR", count, count)


def test_a_container_without_a_schedule_expires_nothing() -> None:
    """A local run has none."""
    assert NothingExpires().expire_operations(REQUEST_ID, Deadline(float, 0, 1)) == Expired()
    nobody: Any = None
    container = Container(nobody, nobody, EdgeSettings(), validate_booking=nobody)
    assert isinstance(container.housekeeping, NothingExpires)
    assert container.look_at_open().execute(Deadline(float, 0, 1)) == Standing()


def test_the_real_container_keeps_house() -> None:
    """The schedule does by the clock what a booking does on its way."""
    container = build({"HMAC_KEY": "a secret of more than thirty-two characters", "AWS_REGION": "eu-west-2"})
    placing: Any = container.place_booking
    assert isinstance(container.housekeeping, Housekeeping)
    assert container.housekeeping is placing.housekeeping
    assert isinstance(container.look_at_open(), LookAtOpen)


def test_what_nobody_came_back_for_is_flagged_in_one_hour() -> None:
    """An unknown outcome and a function that died a day ago; what is younger stays open."""
    clock = FixedClock(datetime(2026, 1, 16, 13, 0, tzinfo=UTC))
    store = TroubledStore(clock=clock)
    unknown, died, young = (operation(number, account=number) for number in (1, 2, 3))
    made(store, unknown, UNKNOWN)
    claim(store, died)
    claim(store, replace(young, claimed_at=clock.now() - timedelta(hours=23)))
    policy = ReconciliationPolicy()
    beside = SequentialConcurrency()
    reconciler = Reconciler(InMemoryGateway(), store, HttpAnswers(Links()), clock, beside, LONDON, policy)
    _, handler = registered(Housekeeping(store, store.register, reconciler, clock, beside, policy, TimeBudget()))
    handler(EVENT, Context())
    assert [store.state_of(each.id) for each in (unknown, died, young)] == [
        OperationState.EXPIRED_UNKNOWN,
        OperationState.EXPIRED_UNKNOWN,
        OperationState.SENDING,
    ]
    assert len(store.trail.events(died.id)) == 3
