"""Whose token it is and what it may do, over real HTTP: asked once a minute, never assumed, forgotten when refused."""

from collections.abc import Callable

import pytest

from tests.integration.bookings import (
    BALANCE,
    CREDENTIALS,
    INTROSPECTION,
    PERMISSIONS,
    REQUIREMENTS,
    later,
    members,
)
from tests.integration.service import FOREVER, Service


def introspections(service: Service) -> int:
    """Return how often the upstream was asked whose token it is."""
    assert service.calls(PERMISSIONS) == service.calls(CREDENTIALS)
    return service.calls(PERMISSIONS)


def test_a_second_booking_within_a_minute_makes_three_calls(service: Service) -> None:
    """Two reads and the POST; what the token may do is remembered."""
    assert service.book(later(0)).status == 201
    assert service.calls() == 5
    assert service.book(later(1)).status == 201
    assert service.calls() == 8
    assert introspections(service) == 1


def test_a_cache_of_no_seconds_asks_each_time(configured: Callable[..., Service]) -> None:
    """The setting can switch it off."""
    service = configured(PERMISSION_CACHE_SECONDS="0")
    assert [service.book(later(minute)).status for minute in range(2)] == [201, 201]
    assert service.calls() == 10


def test_what_one_token_may_do_says_nothing_about_another(service: Service) -> None:
    """Not even about one of the same account."""
    tokens = ("client-token", "refreshed-client-token", "other-client-token")
    assert [service.book(later(minute), token=token).status for minute, token in enumerate(tokens)] == [201] * 3
    assert introspections(service) == 3
    assert [row["account"] for row in service.records.rows("OP")] == [1001, 1001, 1002]


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_read_drops_what_was_learnt(service: Service, status: int) -> None:
    """The next booking asks again, and books."""
    service.book(later(0))
    service.arm(REQUIREMENTS, "status", status=status)
    assert service.book(later(1)).kind == {401: (401, "invalid-token"), 403: (403, "upstream-refused")}[status]
    assert introspections(service) == 1
    assert service.book(later(2)).status == 201
    assert introspections(service) == 2
    assert service.records.states() == ["CONFIRMED", "CONFIRMED"]


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_post_drops_what_was_learnt(service: Service, status: int) -> None:
    """A token may run out between the check and the send."""
    service.arm("/v1/PhoneChat/CreateBooking", "status", status=status)
    assert service.book().status == status
    assert service.book().status == 201
    assert introspections(service) == 2
    assert service.records.states() == ["REJECTED", "CONFIRMED"]


@pytest.mark.parametrize("path", INTROSPECTION)
@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_a_failed_introspection_is_not_remembered(service: Service, path: str, status: int) -> None:
    """The next booking asks it again."""
    service.arm(path, "status", FOREVER, status=status)
    assert service.book().status in {401, 403, 502, 503}
    service.sandbox.reset()
    assert service.book().status == 201
    assert service.calls(path) == 1


@pytest.mark.parametrize("fault", ["permission-status", "permission-conflict"])
def test_a_scope_is_granted_only_by_the_word_granted(service: Service, fault: str) -> None:
    """Another status, or two entries that disagree, are no grant."""
    service.arm(PERMISSIONS, fault, FOREVER, scope="account_phonechat_bookings", status="Granted")
    assert service.book().kind == (403, "insufficient-scope")
    assert service.posts == 0


def test_a_token_that_may_not_read_the_balance_books_all_the_same(service: Service) -> None:
    """Cold, the balance is asked for and forbidden; warm, it is not asked for. Each claim says what went unchecked."""
    assert service.book(later(0), token="no-balance-token").status == 201
    assert service.book(later(1), token="no-balance-token").status == 201
    claims = [event for event in service.records.events() if event["kind"] == "claimed"]
    assert [event["unchecked"] for event in claims] == [["balance-sufficient"]] * 2
    assert service.calls(BALANCE) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_forbidden_balance_says_nothing_about_the_token(service: Service, status: int) -> None:
    """The booking goes on, its rule unchecked, and the token stays known."""
    service.arm(BALANCE, "status", status=status)
    assert service.book(later(0)).status == 201
    assert service.records.events()[0]["unchecked"] == ["balance-sufficient"]
    assert service.book(later(1)).status == 201
    assert introspections(service) == 1


@pytest.mark.parametrize(("fault", "settings"), [("html", {}), ("status", {"status": 500}), ("redirect", {})])
def test_an_odd_balance_does_not_matter_to_a_token_that_may_not_read_it(
    service: Service, fault: str, settings: dict[str, object]
) -> None:
    """How AdultWork answers when the scope is missing is not documented, so only the granted scopes count."""
    service.arm(BALANCE, fault, FOREVER, **settings)
    answer = service.book(token="no-balance-token")
    assert answer.status == 201
    operation_id = str(answer.header("Location")).rpartition("/")[2]
    claim = next(event for event in service.records.events() if event["operation_id"] == operation_id)
    assert claim["unchecked"] == ["balance-sufficient"]


def test_what_is_missing_is_asked_for_again(service: Service) -> None:
    """Who grants the scope after a refusal books at once: a refusal is not remembered."""
    assert service.book(token="no-scope-token").status == 403
    both = frozenset({"account_phonechat_bookings", "account_credits_history"})
    service.sandbox.world.set_scopes(1003, both)
    assert service.book(members(), token="no-scope-token").status == 201
