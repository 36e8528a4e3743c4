"""Changes of bookings by both forms of the client: against answers that are made up, and on the whole stack."""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from devtools.places import ROOT
from devtools.proof.trials.scene.ground import Ground
from switchboard_client import (
    ACCEPT_RECEIVED_BOOKING,
    CANCEL_MADE_BOOKING,
    DELETE_MADE_BOOKINGS,
    RE_INVITE,
    RESCHEDULE_MADE_BOOKING,
    Change,
    ChangeIntent,
    Duplicate,
    FileStorage,
    IntentOverError,
    Made,
    NeedsPerson,
    NotMade,
    Rejected,
    Waiting,
)
from tests.clients.changes import ACCEPT, CASES, Case
from tests.clients.python.forms import FORMS, World
from tests.clients.python.test_answers import (
    BOOKING,
    KINDS,
    LOST,
    OPERATION,
    Answer,
    Scene,
    operation,
    problem,
    problems_of,
    require_as_told,
    scene,
)

CANCELLATION = CANCEL_MADE_BOOKING.of({"BookingID": 7, "Reason": "Something came up"})
CANCELLED: Answer = (200, {"BookingID": 7, "Status": "Cancelled"}, {})
DELETIONS = [{"BookingID": 7, "Deleted": True, "Message": None}, {"BookingID": 8, "Deleted": False, "Message": "No"}]
ANSWERS: dict[str, tuple[Any, Any]] = {
    "CancelMadeBooking": (CANCELLATION, {"BookingID": 7}),
    "RescheduleMadeBooking": (RESCHEDULE_MADE_BOOKING.of({"BookingID": 7}), {"BookingID": 8}),
    "DeleteMadeBookings": (DELETE_MADE_BOOKINGS.of({"BookingIDs": "7,8"}), DELETIONS),
    "AcceptReceivedBooking": (ACCEPT_RECEIVED_BOOKING.of({"BookingID": 7, "Credits": 8}), {"BookingID": "7"}),
    "ReInvite": (RE_INVITE.of({"BookingID": 7}), {"BookingID": "7"}),
}
CHANGES: dict[str, Change[Any, Any]] = {name: wanted.change for name, (wanted, _answer) in ANSWERS.items()}
UNKNOWN = problem("outcome-unknown", 502, operation_id=OPERATION, retry_after_seconds=30)
TWO_DAYS_SECONDS = 2 * 86_400
__all__ = ["scene"]


def changed(one: Scene, wanted: object = CANCELLATION, **options: Any) -> Any:  # noqa: ANN401 (any outcome)
    """Want a change and pursue it."""
    return one.call("change", one.call("intend_change", wanted), **{"patience_seconds": 1e7, **options})


def left(one: Scene) -> int:
    """Return how many changes are pending."""
    return len(one.call("pending_changes"))


def test_there_is_a_change_for_each_one_of_the_contract() -> None:
    """Their names and paths."""
    paths = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"]
    found = [path for path, each in paths.items() if "ChangeNotMadeProblem" in json.dumps(each)]
    assert sorted(found) == sorted(f"/v1/PhoneChat/{name}" for name in CHANGES)
    assert [change.name for change in CHANGES.values()] == list(CHANGES)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_change_goes_out_under_one_key_and_takes_nothing_but_its_answer_for_a_success(
    scene: Callable[..., Scene], name: str
) -> None:
    """Lost, a page, an empty object, null, a list of something else: it is the same request each time."""
    wanted, answer = ANSWERS[name]
    one = scene(LOST, (200, "<html>", {}), (200, {}, {}), (200, None, {}), (200, [{}], {}), (200, answer, {}))
    assert changed(one, wanted) == Made(answer)
    assert {str(request.url) for request in one.requests} == {f"https://stage.example/dev/v1/PhoneChat/{name}"}
    assert [json.loads(request.content) for request in one.requests] == [wanted.request] * 6
    assert (len(one.keys), one.slept, left(one)) == (1, [1, 2, 4, 8, 16], 0)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_change_is_found_again_after_a_restart_and_is_no_booking(scene: Callable[..., Scene], name: str) -> None:
    """Each call here is one of a new client."""
    one = scene(LOST)
    wanted, _answer = ANSWERS[name]
    intent: ChangeIntent[Any] = one.call("intend_change", wanted)
    assert one.call("intend_change", wanted) == intent
    assert (intent.wanted, one.call("pending_changes"), one.call("pending")) == (wanted, [intent], [])
    one.account = "me/too"
    assert one.call("pending_changes") == []
    with pytest.raises(IntentOverError, match="another user's"):
        one.call("change", intent)
    one.account = "me"
    booking = one.call("intend", BOOKING)
    one.call("forget", intent)
    assert (one.call("pending_changes"), one.call("pending")) == ([], [booking])


def test_an_unknown_outcome_is_looked_up_until_it_is_known_and_not_sent_again(scene: Callable[..., Scene]) -> None:
    """What the operation keeps is what the change was answered with."""
    confirmed = operation("CONFIRMED", answer={"status": 200, "body": DELETIONS})
    one = scene(UNKNOWN, operation("UNKNOWN", retry_after_seconds=45), confirmed)
    assert changed(one, DELETE_MADE_BOOKINGS.of({"BookingIDs": "7,8"})) == Made(DELETIONS)
    assert (one.methods, one.slept, left(one)) == (["POST", "GET", "GET"], [30, 45], 0)


def test_what_is_not_made_is_told_and_what_only_a_person_can_find_out_is_kept(scene: Callable[..., Scene]) -> None:
    """The one is over, the other is not."""
    not_made = problem("change-not-made", 409, operation_id=OPERATION, safe_to_retry_with_new_key=True)
    assert not_made is not None
    one = scene(UNKNOWN, operation("NOT_CREATED", answer={"status": 409, "body": not_made[1]}))
    assert (changed(one), left(one)) == (NotMade(OPERATION), 0)
    other = scene(UNKNOWN, operation("EXPIRED_UNKNOWN"))
    assert (changed(other), left(other)) == (NeedsPerson(OPERATION), 1)


def test_an_equal_change_in_the_way_is_shown_once_it_is_known(scene: Callable[..., Scene]) -> None:
    """And nothing is sent again."""
    duplicate = problem("duplicate-change", 409, operation_id=OPERATION, retry_after_seconds=30)
    one = scene(duplicate, operation("UNKNOWN", retry_after_seconds=30), operation("CONFIRMED", BookingIDs=[7]))
    outcome = changed(one)
    assert isinstance(outcome, Duplicate)
    assert outcome.operation is not None
    assert (outcome.operation["BookingIDs"], one.methods.count("POST"), left(one)) == ([7], 1, 0)


def test_an_account_that_changes_too_often_waits_as_it_is_told(scene: Callable[..., Scene]) -> None:
    """With patience it goes on; without, the wait is handed back."""
    limited = problem("too-many-changes", 429, retry_after_seconds=70)
    waits: list[Waiting] = []
    one = scene(limited, CANCELLED)
    assert isinstance(changed(one, on_wait=waits.append), Made)
    assert ([each.reason for each in waits], one.slept) == (["limited"], [70])
    assert isinstance(changed(scene(limited), patience_seconds=30), Waiting)


def test_a_mended_change_keeps_its_key(scene: Callable[..., Scene]) -> None:
    """And is what is sent from then on."""
    broken = problem("change-rejected", 422, violations=[{"pointer": "/Reason", "message": "m", "params": {}}])
    one = scene(broken, CANCELLED)
    rejected = changed(one, CANCEL_MADE_BOOKING.of({"BookingID": 7, "Reason": " "}))
    assert isinstance(rejected, Rejected)
    assert rejected.violations[0]["pointer"] == "/Reason"
    mended = one.call("mend_change", rejected.intent, CANCELLATION)
    assert isinstance(one.call("change", mended), Made)
    assert [json.loads(request.content)["Reason"] for request in one.requests] == [" ", "Something came up"]
    assert len(one.keys) == 1


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind["properties"]["type"]["const"].rpartition("/")[2])
def test_what_the_contract_says_of_a_problem_is_what_is_done_with_it(
    scene: Callable[..., Scene], kind: dict[str, Any]
) -> None:
    """For each status that it has, and for each word on a new key."""
    for told in problems_of(kind):
        one = scene(told.answer, CANCELLED)
        require_as_told(told, one, is_done=isinstance(changed(one), Made), pending=left(one))


def world_of(stack: tuple[Ground, str], folder: Path, case: Case, handler: Callable[..., Any] | None = None) -> World:
    """Return a phone of whoever makes the change."""
    ground, url = stack
    now = lambda: ground.clock.now().timestamp()  # noqa: E731 (a clock)
    return World(url, lambda _: case.token, FileStorage(folder), now, ground.clock.move_on, handler)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_process_that_dies_while_it_changes_learns_of_it_after_its_start(
    stack: tuple[Ground, str], tmp_path: Path, case: Case, form: str
) -> None:
    """The answer is lost with the process; the next one goes on with what it kept, and AdultWork is asked once."""
    ground = stack[0]
    request = case.begin(ground)
    attempts = count()

    def dying(sent: httpx.Request) -> httpx.Response:
        assert next(attempts) == 0
        http.send(sent)
        raise KeyboardInterrupt

    with httpx.Client(timeout=35) as http:
        world = world_of(stack, tmp_path, case, dying)
        intent = FORMS[form](world, "intend_change", CHANGES[case.name].of(request))
        with pytest.raises(KeyboardInterrupt):
            FORMS[form](world, "change", intent)
    world = world_of(stack, tmp_path, case)
    assert FORMS[form](world, "pending_changes") == [intent]
    outcome = FORMS[form](world, "change", intent)
    assert isinstance(outcome, Made), outcome
    assert case.made(outcome.answer)
    assert (ground.sandbox.journal.count(case.path), list(tmp_path.iterdir())) == (1, [])


def test_what_no_read_can_tell_waits_for_a_day_and_is_handed_to_a_person(
    stack: tuple[Ground, str], tmp_path: Path
) -> None:
    """AdultWork accepted and said nothing; it is not asked again."""
    ground = stack[0]
    wanted = CHANGES[ACCEPT.name].of(ACCEPT.begin(ground))
    ground.sandbox.faults.arm(ACCEPT.path, "commit-then-drop", 1)
    world = world_of(stack, tmp_path, ACCEPT)
    intent = FORMS["sync"](world, "intend_change", wanted)
    waiting = FORMS["sync"](world, "change", intent, patience_seconds=60)
    assert isinstance(waiting, Waiting)
    assert waiting.reason == "checking"
    ground.clock.move_on(TWO_DAYS_SECONDS)
    ground.function.run_schedule()
    assert FORMS["async"](world, "change", intent) == NeedsPerson(waiting.operation_id)
    assert ground.sandbox.journal.count(ACCEPT.path) == 1
    assert FORMS["async"](world, "pending_changes") == [intent]
