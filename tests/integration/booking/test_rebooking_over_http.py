"""The same booking anew over real HTTP, once nothing stands in the way upstream any more."""

from collections.abc import Callable
from datetime import datetime

import pytest

from sandbox.adultwork.booking import Booking, accepted, cancelled, confirmed, rejected
from sandbox.adultwork.clock import london_time, system_clock
from tests.integration.bookings import CREATE, DETAILS, TOKEN
from tests.integration.exchange import require_problem
from tests.integration.service import FOREVER, Service

KEY, NEW_KEY = "the-key-of-the-first-try", "a-new-key-for-the-same"
Step = Callable[[Booking, datetime], Booking]
ENDS: dict[str, Step] = {
    "cancelled": lambda booking, now: cancelled(booking, now, "Changed my mind", "Client"),
    "rejected": lambda booking, now: rejected(booking, now, "No time"),
}
STANDS: dict[str, Step] = {"pending": lambda booking, _: booking, "accepted": accepted, "confirmed": confirmed}


def move(service: Service, step: Step) -> None:
    """Move the first booking on at AdultWork."""
    world = service.sandbox.world
    now = london_time(system_clock())
    world.move(world.bookings[0].booking_id, lambda booking: step(booking, now))


@pytest.mark.parametrize("key", [NEW_KEY, None])
@pytest.mark.parametrize("end", ENDS)
def test_a_booking_that_ended_upstream_may_be_made_again(service: Service, end: str, key: str | None) -> None:
    """Under another key or none: the guard is freed on the old operation, and the new one takes it."""
    first = service.book(key=KEY)
    move(service, ENDS[end])
    second = service.book(key=key)
    assert second.status == 201
    assert second.document["BookingID"] != first.document["BookingID"]
    assert (service.posts, service.records.states()) == (2, ["CONFIRMED"] * 2)
    assert service.records.kinds() == ["claimed", "confirmed", "released", "claimed", "confirmed"]
    assert [booking.is_standing for booking in service.sandbox.world.bookings] == [False, True]
    assert service.book(key="one-more-key-of-theirs").kind == (409, "duplicate-booking")


def test_the_old_key_keeps_its_old_answer(service: Service) -> None:
    """A repeat of the first request is no new booking, although its booking has ended."""
    first = service.book(key=KEY)
    move(service, ENDS["cancelled"])
    again = service.book(key=KEY)
    assert (again.body, again.header("Idempotency-Replayed")) == (first.body, "true")
    assert service.posts == 1


@pytest.mark.parametrize("step", STANDS)
def test_a_booking_that_stands_upstream_keeps_an_equal_one_out(service: Service, step: str) -> None:
    """However far it has come."""
    service.book(key=KEY)
    move(service, STANDS[step])
    document = require_problem(service.book(key=NEW_KEY), 409, "duplicate-booking")
    assert document["operation_state"] == "CONFIRMED"
    assert service.posts == 1


@pytest.mark.parametrize("fault", ["status", "html", "garbled", "redirect", "commit-then-drop"])
def test_a_booking_whose_state_cannot_be_read_stands(service: Service, fault: str) -> None:
    """Whoever does not know must not book again."""
    service.book(key=KEY)
    move(service, ENDS["cancelled"])
    service.arm(DETAILS, fault, FOREVER)
    assert service.book(key=NEW_KEY).kind == (409, "duplicate-booking")
    assert service.posts == 1


def test_a_booking_that_was_found_in_the_list_and_has_ended_may_be_made_again(service: Service) -> None:
    """Its answer was lost, so the list told of it."""
    service.arm(CREATE, "commit-then-drop")
    assert service.book(key=KEY, token=TOKEN).status == 201
    move(service, ENDS["rejected"])
    assert service.book(key=NEW_KEY).status == 201
    assert service.posts == 2
