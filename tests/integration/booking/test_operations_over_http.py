"""The status of an operation over real HTTP: told to its own account only, and settled by being asked for."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.bookings import CREATE, MADE_BOOKINGS, MEMBERS, PATH, PHONE, headers, to_body
from tests.integration.exchange import CHALLENGE, require_problem
from tests.integration.service import FOREVER, Service, wait_until

KEY = "the-key-of-the-first-try"
REFRESHED, OTHER = "refreshed-client-token", "other-client-token"


def lose_answer(service: Service) -> str:
    """Book, lose the answer and the list as well; return the operation's id."""
    service.arm(CREATE, "commit-then-drop")
    service.arm(MADE_BOOKINGS, "status", FOREVER, status=503)
    document = require_problem(service.book(key=KEY), 502, "outcome-unknown")
    service.sandbox.faults.clear()
    assert document["status_url"] == f"/v1/operations/{document['operation_id']}"
    return str(document["operation_id"])


def test_asking_for_an_unknown_outcome_finds_it_out(service: Service) -> None:
    """The list is read with the caller's own token, and nothing is sent; a repeat then gets the answer to the byte."""
    operation_id = lose_answer(service)
    answer = service.ask(operation_id, token=REFRESHED)
    (booking,) = service.sandbox.world.bookings
    document = answer.document
    assert (answer.status, answer.header("Retry-After")) == (200, None)
    assert (document["operation_state"], document["BookingID"]) == ("CONFIRMED", booking.booking_id)
    assert (document["answer"]["status"], document["answer"]["body"]["PhoneNumber"]) == (201, PHONE)
    assert service.posts == 1
    repeat = service.book(key=KEY)
    assert (repeat.header("Idempotency-Replayed"), repeat.document) == ("true", document["answer"]["body"])
    assert service.records.kinds() == ["claimed", "unknown", "confirmed"]
    assert service.records.events()[-1]["evidence"]["pages"] == 2


def test_an_outcome_that_cannot_be_found_out_yet_says_when_to_ask_again(service: Service) -> None:
    """Nothing in the list proves nothing so soon after the send."""
    service.arm(CREATE, "reset-before-commit")
    operation_id = service.book(key=KEY).document["operation_id"]
    answer = service.ask(operation_id)
    assert (answer.status, answer.header("Retry-After")) == (200, "30")
    told = {name: answer.document[name] for name in ("operation_state", "safe_to_retry_with_new_key", "answer")}
    assert told == {"operation_state": "UNKNOWN", "safe_to_retry_with_new_key": False, "answer": None}


def test_an_operation_that_is_being_sent_is_told_as_such(service: Service) -> None:
    """Nothing is read upstream for it: its function may still be waiting."""
    service.arm(CREATE, "latency", seconds=0.3)
    with ThreadPoolExecutor(1) as pool:
        booked = pool.submit(service.book, key=KEY)
        wait_until(lambda: service.posts == 1)
        answer = service.ask(service.records.operation()["operation_id"])
        assert (answer.document["operation_state"], answer.header("Retry-After")) == ("SENDING", "5")
        assert service.calls(MADE_BOOKINGS) == 0
        assert booked.result().status == 201


def test_another_accounts_operation_is_not_there(service: Service) -> None:
    """It is told like one that never was, whatever state it is in, and nothing is read for it."""
    operation_id = lose_answer(service)
    other = service.ask(operation_id, token=OTHER)
    never = service.ask("op_01ARZ3NDEKTSV4RRFFQ69G5FAV", token=OTHER)
    for answer in (other, never):
        require_problem(answer, 404, "not-found")
    assert other.document["detail"] == never.document["detail"]
    assert service.records.states() == ["UNKNOWN"]


@pytest.mark.parametrize(
    ("token", "status", "slug"),
    [("nobody", 401, "invalid-token"), ("no-scope-token", 403, "insufficient-scope"), (None, 401, "missing-token")],
)
def test_whoever_may_not_book_may_not_ask(service: Service, token: str | None, status: int, slug: str) -> None:
    """The same challenge as for a booking."""
    operation_id = lose_answer(service)
    answer = service.send("GET", f"/v1/operations/{operation_id}", headers(token))
    require_problem(answer, status, slug)
    assert answer.header(CHALLENGE)


@pytest.mark.parametrize("operation_id", ["op_1", "op_01ARZ3NDEKTSV4RRFFQ69G5FAU1", "KEY%23abc", "op_%2e%2e"])
def test_what_is_no_operation_id_is_not_found(service: Service, operation_id: str) -> None:
    """Without a call."""
    require_problem(service.ask(operation_id), 404, "not-found")
    assert service.calls() == 0


def test_the_location_of_a_booking_is_its_operation(service: Service) -> None:
    """What a 201 names can be asked for."""
    location = service.book(key=KEY).header("Location")
    assert location is not None
    answer = service.send("GET", location)
    assert (answer.status, answer.document["operation_state"]) == (200, "CONFIRMED")
    assert answer.document["status_url"] == location
    assert service.send("GET", PATH).status == 405


def test_every_address_in_an_answer_begins_as_the_entrance_does(service: Service) -> None:
    """The gateway takes the stage off a path before we see it; a client needs it on every path that it is given."""
    keyed = headers(key=KEY)
    booked = service.send("POST", f"/dev{PATH}", keyed, to_body(MEMBERS))
    location = booked.header("Location")
    assert location is not None
    assert location.startswith("/dev/v1/operations/op_")
    refused = service.send("POST", f"/dev{PATH}", headers(), to_body(MEMBERS)).document
    assert (refused["type"], refused["instance"]) == ("/dev/problems/duplicate-booking", f"/dev{PATH}")
    assert refused["status_url"] == location
    for address in (location, refused["type"]):
        assert service.send("GET", address).status == 200
    assert service.send("GET", location).document["status_url"] == location
    again = service.book(key=KEY)  # through another entrance
    assert (again.header("Location"), again.body) == (location.removeprefix("/dev"), booked.body)
