"""Reads in both forms of the client: what is asked, when it is asked again, and where paging ends."""

from collections.abc import Callable
from typing import Any

import pytest

from devtools.proof.trials.scene.ground import Ground
from switchboard_client import Answered, MemoryStorage, Refused, SignIn, Unavailable
from tests.clients.python.forms import FORMS, World
from tests.clients.python.test_answers import LOST, Answer, Scene, problem, scene
from tests.integration.bookings import MEMBERS

BASE = "https://stage.example/dev"
EMPTY = {"PageNumber": 2, "PageCount": 2, "Bookings": [], "unreadable": []}
READS: dict[str, tuple[tuple[Any, ...], str, Any]] = {
    "get_user_booking_requirements": (
        (7,),
        "/v1/PhoneChat/GetUserBookingRequirements?BookUserID=7",
        {"PhoneChatPPM": 1.5, "Methods": None},
    ),
    "made_bookings": (
        ({"OrderBy": "date-asc", "PageNumber": 2},),
        "/v1/PhoneChat/MadeBookings?OrderBy=date-asc&PageNumber=2",
        EMPTY,
    ),
    "made_booking_details": ((9,), "/v1/PhoneChat/MadeBookingDetails?BookingID=9", {"BookingID": 9}),
    "get_settings": ((), "/v1/PhoneChat/GetSettings", {"PhoneChatPPM": None}),
    "get_current_credit_balance": ((), "/v1/CreditHistory/GetCurrentCreditBalance", 0),
    "get_permissions": ((), "/v1/Account/GetPermissions", {"Permissions": None}),
}
__all__ = ["scene"]


@pytest.mark.parametrize("name", READS)
def test_a_read_asks_under_the_name_of_the_contract_and_takes_nothing_else_for_its_answer(
    scene: Callable[..., Scene], name: str
) -> None:
    """A page, null, an empty object and JSON's true are no answers: it is asked again after 1, 2, 4 … seconds."""
    given, address, answer = READS[name]
    one = scene((200, "<html>", {}), (200, None, {}), (200, {}, {}), (200, True, {}), (200, answer, {}))
    assert one.call(name, *given) == Answered(answer)
    assert {(request.method, str(request.url)) for request in one.requests} == {("GET", BASE + address)}
    assert not any(request.content or "idempotency-key" in request.headers for request in one.requests)
    assert one.slept == [1, 2, 4, 8]


def test_a_read_waits_as_told_with_a_fresh_token_where_that_was_the_trouble(scene: Callable[..., Scene]) -> None:
    """And then it has its answer."""
    away = problem("upstream-unavailable", 503, retry_after_seconds=7)
    one = scene(problem("invalid-token", 401), LOST, away, (200, 3.25, {}))
    assert one.call("get_current_credit_balance") == Answered(3.25)
    assert (one.slept, one.rejected) == ([1, 7], [None, "stale", None, None])


def test_a_read_comes_back_when_its_patience_is_over_and_tells_the_wait(scene: Callable[..., Scene]) -> None:
    """What is longer than the patience is not waited for."""
    one = scene(problem("upstream-unavailable", 503, retry_after_seconds=21))
    assert one.call("get_permissions").retry_after_seconds == 21
    assert isinstance(one.call("get_permissions", patience_seconds=60), Unavailable)
    assert (len(one.requests), one.slept) == (4, [21, 21])


def test_what_waiting_does_not_mend_is_told_at_once(scene: Callable[..., Scene]) -> None:
    """The parameters, the scope, AdultWork's no."""
    assert isinstance(scene(problem("parameters-rejected", 422, violations=[])).call("made_bookings"), Refused)
    assert isinstance(scene(problem("upstream-refused", 404)).call("made_bookings"), Refused)
    assert scene(problem("insufficient-scope", 403, required_scope="s")).call("made_bookings") == SignIn("s")


def page(number: int, count: int | None, *ids: int) -> Answer:
    """Return a page of bookings."""
    bookings = [{"BookingID": one} for one in ids]
    return 200, {"PageNumber": number, "PageCount": count, "Bookings": bookings, "unreadable": []}, {}


def test_the_pages_end_with_the_last_one_that_was_told(scene: Callable[..., Scene]) -> None:
    """Also where one before it is empty."""
    assert _pages(scene(page(1, 2, 3, 2), page(2, 2, 1))) == ([[3, 2], [1]], ["1", "2"])
    assert _pages(scene(page(2, 2, 1)), {"PageNumber": 2}) == ([[1]], ["2"])
    assert _pages(scene(page(1, 3, 3), page(2, 3), page(3, 3, 1))) == ([[3], [], [1]], ["1", "2", "3"])


def test_where_no_count_is_told_they_end_with_a_page_that_has_nothing_new(scene: Callable[..., Scene]) -> None:
    """An empty one, or the one before once more."""
    assert _pages(scene(page(1, None))) == ([[]], ["1"])
    assert _pages(scene(page(1, None, 3), page(2, None, 2), page(3, None))) == ([[3], [2]], ["1", "2", "3"])
    assert _pages(scene(page(1, None, 3), page(1, None, 3))) == ([[3]], ["1", "2"])


def test_a_page_that_cannot_be_read_is_the_last_one_and_is_told(scene: Callable[..., Scene]) -> None:
    """Nobody takes half a list for a whole one."""
    assert _pages(scene(page(1, 3, 3), LOST)) == ([[3], "Unavailable"], ["1", "2"])


def _pages(one: Scene, *query: Any) -> tuple[list[Any], list[str]]:  # noqa: ANN401 (a query)
    """Return the ids of each page, and the numbers that were asked for."""
    found = one.call("made_bookings_pages", *query, patience_seconds=0)
    told = [
        [each["BookingID"] for each in page.answer["Bookings"]] if isinstance(page, Answered) else type(page).__name__
        for page in found
    ]
    return told, [request.url.params["PageNumber"] for request in one.requests]


@pytest.mark.parametrize("form", FORMS)
def test_the_reads_at_the_stack_tell_what_the_sandbox_has(stack: tuple[Ground, str], form: str) -> None:
    """Three bookings, over two pages, the newest first; one of them alone; and what the user has."""
    ground, url = stack
    ground.begin()
    ground.start()
    ahead: list[float] = []
    world = World(url, lambda _: "client-token", MemoryStorage(), lambda: sum(ahead), ahead.append)
    for hour in ("18", "19", "20"):
        intent = FORMS[form](
            world, "intend", {**MEMBERS, "SessionDate": f"2032-02-21 {hour}:30", "AcceptBy": "2032-02-20 18:00"}
        )
        FORMS[form](world, "book", intent)
    made = [one.booking_id for one in ground.sandbox.world.bookings]
    pages = FORMS[form](world, "made_bookings_pages", {"OrderBy": "date-asc", "BookingsPerPage": 2})
    assert [[one["BookingID"] for one in page.answer["Bookings"]] for page in pages] == [made[:2], made[2:]]
    details = FORMS[form](world, "made_booking_details", made[0]).answer
    assert (details["BookingID"], details["Status"]) == (made[0], "Pending")
    assert FORMS[form](world, "get_user_booking_requirements", 123456).answer["PhoneChatPPM"] == 1.5
    assert FORMS[form](world, "get_current_credit_balance").answer > 0
    assert FORMS[form](world, "get_permissions").answer["Permissions"]
    assert "DirectChat" in FORMS[form](world, "get_settings").answer
