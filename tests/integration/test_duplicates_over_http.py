"""The same booking again, over real HTTP: whatever the keys are, it is sent once.

A repeat under the same key is refused today and will be answered with the stored answer one day: REPEATED says which.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.integration.bookings import later, members
from tests.integration.exchange import require_problem
from tests.integration.service import Service

KEY, OTHER_KEY = "the-first-key-of-all", "another-key-of-theirs"
REPEATED = (409, "duplicate-booking")
DUPLICATE = (409, "duplicate-booking")
RACERS = 20


def test_the_same_key_again_sends_nothing(service: Service) -> None:
    """The answer names the operation that the first one began."""
    first = service.book(key=KEY)
    again = service.book(key=KEY)
    assert (first.status, again.kind) == (201, REPEATED)
    assert again.document["operation_id"] == service.records.operation()["operation_id"]
    assert service.posts == 1


@pytest.mark.parametrize(("first", "second"), [(KEY, OTHER_KEY), (KEY, None), (None, KEY), (None, None)])
def test_an_equal_booking_under_another_key_or_none_sends_nothing(
    service: Service, first: str | None, second: str | None
) -> None:
    """The guard is on what is booked; the problem says not to send it again."""
    assert service.book(key=first).status == 201
    document = require_problem(service.book(key=second), *DUPLICATE)
    assert document["operation_id"] == service.records.operation()["operation_id"]
    assert document["status_url"] == f"/v1/operations/{document['operation_id']}"
    assert document["safe_to_retry_with_new_key"] is False
    assert service.posts == 1
    assert service.records.kinds() == ["claimed", "confirmed"]


def test_another_token_of_the_same_account_is_the_same_caller(service: Service) -> None:
    """Tokens live twenty minutes; a retry comes with a fresh one."""
    assert service.book(key=KEY).status == 201
    assert service.book(key=KEY, token="refreshed-client-token").kind == REPEATED
    assert service.book(token="refreshed-client-token").kind == DUPLICATE
    assert service.posts == 1


def test_another_account_is_another_caller(service: Service) -> None:
    """Keys and guards belong to an account."""
    assert service.book(key=KEY).status == 201
    assert service.book(key=KEY, token="other-client-token").status == 201
    assert service.posts == 2


def test_a_key_that_was_used_for_another_booking_discloses_nothing(service: Service) -> None:
    """Not even the operation that it belongs to."""
    service.book(later(0), key=KEY)
    document = require_problem(service.book(later(1), key=KEY), 422, "idempotency-key-reused")
    assert document.keys().isdisjoint({"operation_id", "status_url", "operation_state"})
    assert service.posts == 1


def test_the_same_booking_written_otherwise_is_the_same_booking(service: Service) -> None:
    """Spacing, member order, an offset, separators in the phone number: the fingerprint is over what was understood."""
    first = members()
    shuffled = dict(reversed(first.items())) | {"PhoneNumber": "07700-900 123", "SkypeName": "not.used"}
    shuffled["SessionDate"] = f"{first['SessionDate'][:10]}T20:30:00Z"
    assert service.book(first, key=KEY).status == 201
    assert service.book(shuffled, key=KEY).kind == REPEATED
    assert service.posts == 1


def test_the_quoted_and_the_bare_form_are_one_key(service: Service) -> None:
    """The draft's structured string and the plain one."""
    assert service.book(key=f'"{KEY}"').status == 201
    assert service.book(later(1), key=KEY).kind == (422, "idempotency-key-reused")


@pytest.mark.parametrize("keys", ["one key", "a key each", "no keys"])
def test_of_twenty_equal_requests_at_once_one_is_sent(service: Service, keys: str) -> None:
    """The others learn that it is under way or done; nobody gets a 5xx, and one booking stands."""
    start = Barrier(RACERS)

    def race(number: int) -> tuple[int, str | None]:
        key = {"one key": KEY, "a key each": f"{KEY}-{number}", "no keys": None}[keys]
        start.wait()
        return service.book(key=key).kind

    with ThreadPoolExecutor(RACERS) as racers:
        kinds = list(racers.map(race, range(RACERS)))
    assert kinds.count((201, None)) == 1
    assert set(kinds) - {(201, None)} <= {REPEATED, DUPLICATE, (409, "operation-in-progress")}
    assert (service.posts, len(service.sandbox.world.bookings)) == (1, 1)
    assert service.records.states() == ["CONFIRMED"]
    assert service.records.kinds() == ["claimed", "confirmed"]
