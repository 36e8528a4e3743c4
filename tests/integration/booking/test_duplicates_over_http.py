"""The same booking again, over real HTTP: whatever the keys are, it is sent once, and a repeat gets its answer again."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.integration.bookings import CREATE, later, members
from tests.integration.exchange import Answer, require_problem
from tests.integration.service import Service

KEY, OTHER_KEY = "the-first-key-of-all", "another-key-of-theirs"
DUPLICATE = (409, "duplicate-booking")
RACERS = 20


def require_replay(service: Service, first: Answer, again: Answer) -> None:
    """Check that an answer is another one's repetition, to the byte, and that nothing was sent for it."""
    assert (again.status, again.body) == (first.status, first.body)
    assert (first.header("Idempotency-Replayed"), again.header("Idempotency-Replayed")) == (None, "true")
    for name in ("Content-Type", "Location"):
        assert again.header(name) == first.header(name)
    assert service.posts == 1


def test_the_same_key_again_gets_the_same_answer_and_sends_nothing(service: Service) -> None:
    """To the byte, as often as it is asked."""
    first = service.book(key=KEY)
    assert first.status == 201
    for _ in range(3):
        require_replay(service, first, service.book(key=KEY))
    assert service.records.kinds() == ["claimed", "confirmed"]


def test_a_refusal_that_stands_is_repeated_too(service: Service) -> None:
    """With the request id of the first try, which is the one that its record is found by."""
    service.arm(CREATE, "status", status=409, message="Not at this time.")
    first = service.book(key=KEY)
    assert first.kind == (409, "upstream-refused")
    require_replay(service, first, service.book(key=KEY))
    assert service.records.states() == ["REJECTED"]


@pytest.mark.parametrize("status", [401, 429])
def test_a_refusal_that_may_pass_lets_the_same_key_try_again(service: Service, status: int) -> None:
    """A second attempt of the same operation; its audit events go on from the first one's."""
    service.arm(CREATE, "status", status=status)
    assert service.book(key=KEY).status == status
    assert service.book(key=KEY).status == 201
    assert (service.posts, service.records.states()) == (2, ["CONFIRMED"])
    assert service.records.kinds() == ["claimed", "rejected", "claimed", "confirmed"]
    assert service.records.operation()["attempt"] == 2


def test_a_repeat_after_the_balance_is_spent_is_a_repeat_all_the_same(service: Service) -> None:
    """The first try took the credits that the rules would ask for."""
    first = service.book(members(Credits=300), key=KEY)
    assert first.status == 201
    require_replay(service, first, service.book(members(Credits=300), key=KEY))


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
    claimed, confirmed, refused = sorted(service.records.events(), key=lambda event: str(event["at"]))
    assert (claimed["kind"], confirmed["kind"], refused["kind"]) == ("claimed", "confirmed", "refused")
    assert (refused["reason"], refused["earlier"]) == ("duplicate-booking", document["operation_id"])


def test_another_token_of_the_same_account_is_the_same_caller(service: Service) -> None:
    """Tokens live twenty minutes; a retry comes with a fresh one."""
    first = service.book(key=KEY)
    require_replay(service, first, service.book(key=KEY, token="refreshed-client-token"))
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
    require_replay(service, service.book(first, key=KEY), service.book(shuffled, key=KEY))


def test_the_quoted_and_the_bare_form_are_one_key(service: Service) -> None:
    """The draft's structured string and the plain one."""
    assert service.book(key=f'"{KEY}"').status == 201
    assert service.book(later(1), key=KEY).kind == (422, "idempotency-key-reused")


@pytest.mark.parametrize("keys", ["one key", "a key each", "no keys"])
def test_of_twenty_equal_requests_at_once_one_is_sent(service: Service, keys: str) -> None:
    """The others learn that it is under way or get its answer; nobody gets a 5xx, and one booking stands."""
    start = Barrier(RACERS)

    def race(number: int) -> Answer:
        key = {"one key": KEY, "a key each": f"{KEY}-{number}", "no keys": None}[keys]
        start.wait()
        return service.book(key=key)

    with ThreadPoolExecutor(RACERS) as racers:
        answers = list(racers.map(race, range(RACERS)))
    first = [answer for answer in answers if answer.header("Idempotency-Replayed") is None and answer.status == 201]
    assert (len(first), {answer.body for answer in answers if answer.status == 201}) == (1, {first[0].body})
    refused = {answer.kind for answer in answers if answer.status != 201}
    assert refused <= {(409, "operation-in-progress") if keys == "one key" else DUPLICATE}
    assert (service.posts, len(service.sandbox.world.bookings)) == (1, 1)
    assert service.records.states() == ["CONFIRMED"]
    assert service.records.kinds_of_operations() == ["claimed", "confirmed"]
