"""Both forms of the client against answers that are made up: what is sent, when it is sent again, and how long it waits."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import product
from typing import Any, TypeAlias

import httpx
import pytest

from devtools.places import ROOT
from switchboard_client import (
    Answered,
    Booked,
    BookingRequest,
    Declined,
    Defect,
    Duplicate,
    IntentOverError,
    MemoryStorage,
    NeedsPerson,
    NotBooked,
    Outcome,
    Refused,
    Rejected,
    SignIn,
    Unavailable,
    Waiting,
)
from tests.clients.python.forms import FORMS, World

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC).timestamp()
BOOKING: BookingRequest = {
    "BookUserID": 123456,
    "SessionDate": "2032-02-21 21:30",
    "Duration": 15,
    "Method": 2,
    "Credits": 32.5,
    "AcceptBy": "2032-02-21 18:00",
}
OPERATION = "op_01KF3Q8Z5T7W9Y1B3D5F7H9K1M"
LOST = None
Answer: TypeAlias = tuple[int, Any, dict[str, str]] | None
BOOKED: Answer = (201, {"BookingID": 1}, {})


def problem(slug: str, status: int, **more: Any) -> Answer:  # noqa: ANN401 (any JSON value)
    """Return a problem of a stage."""
    address = f"https://stage.example/dev/problems/{slug}"
    return (
        status,
        {"type": address, "title": "A title", "status": status, "detail": "Why", "request_id": "r", **more},
        {},
    )


def operation(state: str, **more: Any) -> Answer:  # noqa: ANN401 (any JSON value)
    """Return how an operation stands."""
    told = {"operation_id": OPERATION, "operation_state": state, "retry_after_seconds": None, "decided_by": None}
    return 200, {**told, "same_key_tries_again": False, "answer": None, "BookingID": None, **more}, {}


@dataclass
class Scene:
    """A world whose answers are given in turn, the last one for ever; and what was seen of the client in it."""

    form: str
    answers: list[Answer]
    requests: list[httpx.Request] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    rejected: list[str | None] = field(default_factory=list)
    storage: MemoryStorage = field(default_factory=MemoryStorage)
    account: str = "me"

    def call(self, name: str, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 (whatever the method takes and returns)
        """Call a method of a client in this world."""
        now = lambda: NOW + sum(self.slept)  # noqa: E731 (a clock)
        url = "https://stage.example/dev/"
        world = World(url, self.token, self.storage, now, self.slept.append, self.answer, self.account)
        return FORMS[self.form](world, name, *arguments, **options)

    def book(self, **options: Any) -> Outcome:  # noqa: ANN401 (options of `book`)
        """Intend and book."""
        outcome: Outcome = self.call("book", self.call("intend", BOOKING), **{"patience_seconds": 1e7, **options})
        return outcome

    def token(self, rejected: str | None) -> str:
        """Return a stale token, then a fresh one."""
        self.rejected.append(rejected)
        return "fresh" if rejected else "stale"

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Give the next answer."""
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is LOST:
            raise httpx.ReadTimeout("lost", request=request)
        status, body, headers = answer
        return httpx.Response(status, headers=headers, text=body if isinstance(body, str) else json.dumps(body))

    @property
    def keys(self) -> set[str]:
        """Return the keys that were sent."""
        return {one.headers["Idempotency-Key"] for one in self.requests if one.method == "POST"}

    @property
    def methods(self) -> list[str]:
        """Return the methods that were sent."""
        return [one.method for one in self.requests]

    @property
    def pending(self) -> int:
        """Return how many intents are left."""
        return len(self.call("pending"))


@pytest.fixture(params=FORMS)
def scene(request: pytest.FixtureRequest) -> Callable[..., Scene]:
    """Return what makes a world, for each form in turn."""
    return lambda *answers: Scene(request.param, list(answers))


def test_one_key_and_one_body_go_out_however_often_a_request_is_sent(scene: Callable[..., Scene]) -> None:
    """Lost, a page, a failure: it is the same request each time."""
    one = scene(LOST, (200, "<html>", {}), (200, [], {}), problem("internal-error", 500), BOOKED)
    outcome = one.book()
    assert isinstance(outcome, Booked)
    assert outcome.booking["BookingID"] == 1
    (key,) = one.keys
    assert (len(key), int(key, 16) > 0) == (32, True)
    assert {request.content for request in one.requests} == {json.dumps(BOOKING, separators=(",", ":")).encode()}
    assert {str(request.url) for request in one.requests} == {"https://stage.example/dev/v1/PhoneChat/CreateBooking"}
    assert (one.slept, one.pending) == ([1, 2, 4, 8], 0)


def test_each_wait_is_honoured_in_seconds_as_a_date_and_in_the_body(scene: Callable[..., Scene]) -> None:
    """What is neither names no wait: the client's own is taken."""
    date = format_datetime(datetime.fromtimestamp(NOW + 7 + 11 + 90, UTC), usegmt=True)
    one = scene(
        (503, "", {"Retry-After": "7"}),
        problem("upstream-unavailable", 503, retry_after_seconds=11),
        (429, "slow down", {"Retry-After": date}),
        problem("too-many-bookings", 429, retry_after_seconds=7200),
        (503, "", {"Retry-After": "tomorrow"}),
        BOOKED,
    )
    assert isinstance(one.book(), Booked)
    assert one.slept == [7, 11, 90, 7200, 16]


def test_an_unknown_outcome_is_looked_up_until_it_is_known_and_not_sent_again(scene: Callable[..., Scene]) -> None:
    """No answer leads the token elsewhere."""
    evil = {"status_url": "https://evil.example/", "decided_by": "2026-01-15T12:15:00Z"}
    one = scene(
        problem("outcome-unknown", 504, operation_id=OPERATION, retry_after_seconds=30, **evil),
        operation("UNKNOWN", retry_after_seconds=45),
        LOST,
        operation("CONFIRMED", answer={"status": 201, "body": {"BookingID": 1}}),
    )
    waits: list[Waiting] = []
    assert isinstance(one.book(on_wait=waits.append), Booked)
    assert one.methods == ["POST", "GET", "GET", "GET"]
    assert str(one.requests[1].url) == f"https://stage.example/dev/v1/operations/{OPERATION}"
    assert (one.slept, one.pending) == ([30, 45, 4], 0)
    assert (waits[0].reason, waits[0].decided_by) == ("checking", datetime(2026, 1, 15, 12, 15, tzinfo=UTC))


@pytest.mark.parametrize("then", [operation("NOT_SENT", same_key_tries_again=True), problem("not-found", 404)])
def test_what_surely_was_not_sent_is_sent_again_under_its_key(scene: Callable[..., Scene], then: Answer) -> None:
    """An operation that was not sent, or that is not there."""
    one = scene(problem("operation-in-progress", 409, operation_id=OPERATION, retry_after_seconds=5), then, BOOKED)
    assert isinstance(one.book(), Booked)
    assert (one.methods, len(one.keys)) == (["POST", "GET", "POST"], 1)


def test_an_operation_without_an_id_is_sent_again_to_learn_of_it(scene: Callable[..., Scene]) -> None:
    """The same key tells how it stands."""
    one = scene(problem("operation-in-progress", 409, retry_after_seconds=5), BOOKED)
    assert isinstance(one.book(), Booked)


@pytest.mark.parametrize("state", ["AMBIGUOUS", "EXPIRED_UNKNOWN"])
def test_what_only_a_person_can_find_out_is_handed_over_and_kept(scene: Callable[..., Scene], state: str) -> None:
    """No read can tell."""
    one = scene(problem("outcome-unknown", 502, operation_id=OPERATION, retry_after_seconds=30), operation(state))
    assert (one.book(), one.pending) == (NeedsPerson(OPERATION), 1)


def test_a_refusal_that_an_operation_keeps_is_told(scene: Callable[..., Scene]) -> None:
    """As it was given first."""
    refused = problem("upstream-refused", 409, safe_to_retry_with_new_key=True, upstream_message="No")
    assert refused is not None
    kept = operation("REJECTED", answer={"status": 409, "body": refused[1]})
    one = scene(problem("outcome-unknown", 502, operation_id=OPERATION, retry_after_seconds=30), kept)
    outcome = one.book()
    assert isinstance(outcome, Declined)
    assert (outcome.message, outcome.intent, one.pending) == ("No", None, 0)


def test_an_equal_booking_is_shown_once_it_is_known_and_nothing_is_sent_again(scene: Callable[..., Scene]) -> None:
    """It may be the very booking that the user wanted."""
    duplicate = problem("duplicate-booking", 409, operation_id=OPERATION, retry_after_seconds=30)
    one = scene(duplicate, operation("UNKNOWN", retry_after_seconds=30), operation("CONFIRMED", BookingID=7))
    outcome = one.book()
    assert isinstance(outcome, Duplicate)
    assert outcome.operation is not None
    assert (outcome.operation["BookingID"], one.methods.count("POST"), one.pending) == (7, 1, 0)
    unread = scene(problem("duplicate-booking", 409))
    assert isinstance(unread.book(), Duplicate)
    assert unread.pending == 1


def test_a_token_that_is_no_longer_taken_is_refreshed_once(scene: Callable[..., Scene]) -> None:
    """A second refusal is for the user."""
    stale = problem("invalid-token", 401)
    one = scene(stale, BOOKED)
    assert (isinstance(one.book(), Booked), one.rejected) == (True, [None, "stale"])
    assert [request.headers["Authorization"] for request in one.requests] == ["Bearer stale", "Bearer fresh"]
    refused = scene(stale)
    assert (refused.book(), refused.pending) == (SignIn(None), 1)


def test_a_mended_booking_keeps_its_key_and_what_was_sent_first_is_learnt_of(scene: Callable[..., Scene]) -> None:
    """The first body may have booked."""
    broken = problem("booking-rejected", 422, violations=[{"pointer": "/Credits", "message": "m", "params": {}}])
    one = scene(LOST, broken, problem("idempotency-key-reused", 422), BOOKED)
    rejected = one.book()
    assert isinstance(rejected, Rejected)
    mended = one.call("mend", rejected.intent, {**BOOKING, "Credits": 40})
    assert mended.key == rejected.intent.key
    assert isinstance(one.call("book", mended), Booked)
    assert [json.loads(request.content)["Credits"] for request in one.requests] == [32.5, 32.5, 40, 32.5]
    assert one.pending == 0


def test_an_intent_belongs_to_one_account_and_outlives_its_client(scene: Callable[..., Scene]) -> None:
    """Each call here is one of a new client."""
    one = scene(LOST)
    intent = one.call("intend", BOOKING)
    assert one.call("intend", dict(BOOKING)) == intent
    assert one.call("pending") == [intent]
    one.account = "me/too"
    assert one.call("pending") == []
    with pytest.raises(IntentOverError, match="another user's"):
        one.call("book", intent)
    one.account = "me"
    one.call("forget", intent)
    assert one.call("pending") == []


def test_patience_that_is_over_hands_the_wait_back(scene: Callable[..., Scene]) -> None:
    """And keeps the intent."""
    one = scene(problem("upstream-unavailable", 503, retry_after_seconds=60))
    outcome = one.book(patience_seconds=30)
    assert isinstance(outcome, Waiting)
    assert (outcome.reason, outcome.retry_at.timestamp(), one.slept, one.pending) == ("unreachable", NOW + 60, [], 1)


def test_a_token_source_that_fails_is_a_network_that_is_away(scene: Callable[..., Scene]) -> None:
    """Nothing is sent without a token; with none to be had, the user signs in."""
    one = scene(BOOKED)
    world = World("https://stage.example", failing(), one.storage, lambda: NOW, one.slept.append, one.answer)
    intent = FORMS[one.form](world, "intend", BOOKING)
    assert FORMS[one.form](world, "book", intent) == SignIn(None)
    assert (one.slept, one.requests) == ([1], [])


def failing() -> Callable[[str | None], str | None]:
    """Return a source that fails, and then has no token."""
    answers: Iterator[str | None] = iter([None])
    calls: list[None] = []

    def source(_rejected: str | None) -> str | None:
        calls.append(None)
        if len(calls) == 1:
            raise OSError
        return next(answers)

    return source


def test_nothing_is_sent_when_the_intent_cannot_be_kept(scene: Callable[..., Scene]) -> None:
    """The disk is full."""

    class Full(MemoryStorage):
        def set(self, name: str, text: str) -> None:
            raise OSError(28, name, text)

    one = scene(BOOKED)
    one.storage = Full()
    with pytest.raises(OSError, match="28"):
        one.call("intend", BOOKING)
    assert one.requests == []


def test_a_question_says_what_became_of_it(scene: Callable[..., Scene]) -> None:
    """Nothing is tried again but with a fresh token."""
    quote = {"is_valid": True, "violations": [], "unchecked": []}

    def asked(*answers: Answer) -> object:
        answered: object = scene(*answers).call("quote", {})
        return answered

    assert asked(problem("invalid-token", 401), (200, quote, {})) == Answered(quote)
    assert asked(LOST) == Unavailable(None, None)
    assert asked((200, {}, {})) == Unavailable(None, None)
    told = asked(problem("upstream-unavailable", 503, retry_after_seconds=9))
    assert isinstance(told, Unavailable)
    assert told.retry_after_seconds == 9
    assert asked(problem("insufficient-scope", 403, required_scope="s")) == SignIn("s")
    assert isinstance(asked(problem("malformed-request", 400)), Refused)
    found = scene(operation("CONFIRMED")).call("operation", OPERATION)
    assert isinstance(found, Answered)


CONTRACT = json.loads((ROOT / "docs" / "openapi.json").read_text())["components"]["schemas"]
KINDS = [one for one in CONTRACT.values() if "x-same-key" in one and "status" in one["properties"]]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind["properties"]["type"]["const"].rpartition("/")[2])
def test_what_the_contract_says_of_a_problem_is_what_the_client_does_with_it(
    scene: Callable[..., Scene], kind: dict[str, Any]
) -> None:
    """For each status that it has, and for each word on a new key."""
    for told in problems_of(kind):
        one = scene(told.answer, BOOKED)
        require_as_told(told, one, is_done=isinstance(one.book(), Booked), pending=one.pending)


@dataclass(frozen=True)
class KindOfProblem:
    """A problem with one of its statuses; `safe` is what it says of a new key, None when it says nothing."""

    slug: str
    safe: bool | None
    is_told_to_wait: bool
    is_yes: bool
    answer: Answer


def problems_of(kind: dict[str, Any]) -> Iterator[KindOfProblem]:
    """Return a problem of the contract, for each status and each word on a new key."""
    slug = kind["properties"]["type"]["const"].rpartition("/")[2]
    flag = kind["properties"].get("safe_to_retry_with_new_key")
    flags = [None] if flag is None else [False] if flag.get("const") is False else [True, False]
    for status, safe in product(kind["properties"]["status"]["enum"], flags):
        waits = kind["x-retry-after"] == "always" or (slug, status) == ("upstream-refused", 429)
        waits = waits or slug == "outcome-unknown"
        more = {} if safe is None else {"safe_to_retry_with_new_key": safe}
        answer = problem(slug, status, **more, **({"retry_after_seconds": 3} if waits else {}))
        yield KindOfProblem(slug, safe, waits, kind["x-same-key"] == "yes", answer)


def require_as_told(told: KindOfProblem, one: Scene, *, is_done: bool, pending: int) -> None:
    """Require what the contract says: sent again under its key, and done then; or told and kept, or over."""
    is_for_the_user = told.slug in {"missing-token", "insufficient-scope"}
    is_sent_again = told.is_told_to_wait or (told.is_yes and not is_for_the_user)
    assert (len(one.requests) > 1, is_done) == (is_sent_again, is_sent_again), told
    assert pending == (not is_sent_again and told.safe is not True), told
    assert len(one.keys) == 1


def test_there_are_problems_to_be_tried() -> None:
    """The contract has them all."""
    assert len(KINDS) > 15


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (problem("malformed-request", 400), Defect),
        (problem("booking-not-created", 409, safe_to_retry_with_new_key=True), NotBooked),
    ],
)
def test_an_end_that_is_nobodys_choice_is_told(scene: Callable[..., Scene], answer: Answer, expected: type) -> None:
    """The program is broken; the booking was not made."""
    assert isinstance(scene(answer).book(), expected)
