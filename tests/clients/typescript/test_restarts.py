"""A phone kills the app in the middle of a booking; what it kept leads to the same booking after the restart."""

from collections.abc import Callable
from pathlib import Path

import pytest

from devtools.proof.trials.scene.ground import Ground
from tests.clients.typescript.node import driving
from tests.integration.bookings import CREATE, MEMBERS
from tests.integration.service import wait_until

ANSWER_SECONDS = 0.7


@pytest.fixture
def begun(stack: tuple[Ground, str]) -> Callable[..., str]:
    """Return what starts the stack anew under some settings, and returns its address."""
    ground, url = stack

    def begin(**settings: str) -> str:
        ground.begin(**settings)
        ground.start()
        return url

    return begin


def test_an_app_killed_while_its_booking_is_sent_gets_that_booking_after_its_restart(
    begun: Callable[..., str], stack: tuple[Ground, str], bundles: tuple[Path, Path], tmp_path: Path
) -> None:
    """One POST upstream, one booking, one key; and nothing is left to do."""
    ground, url = stack[0], begun()
    ground.sandbox.faults.arm(CREATE, "slow-answer", 1, seconds=ANSWER_SECONDS)
    with driving(bundles, ground.clock.move_on) as first:
        first.say({"url": url, "folder": str(tmp_path), "booking": MEMBERS})
        wait_until(lambda: ground.sandbox.journal.count(CREATE) == 1, 30)
        first.kill()
    kept = [path.name for path in tmp_path.iterdir()]
    with driving(bundles, ground.clock.move_on) as second:
        line = second.carry_out(url, tmp_path)
    (booking,) = ground.sandbox.world.bookings
    assert (line["outcome"]["state"], line["outcome"]["booking"]["BookingID"]) == ("booked", booking.booking_id)
    assert ground.sandbox.journal.count(CREATE) == 1
    assert kept == [f"switchboard%2F1001%2F{line['key']}"]
    assert (line["pending"], list(tmp_path.iterdir())) == (0, [])


def test_an_app_that_loses_patience_hands_the_wait_back_and_keeps_the_intent(
    begun: Callable[..., str], stack: tuple[Ground, str], bundles: tuple[Path, Path], tmp_path: Path
) -> None:
    """The outcome is unknown for a quarter of an hour, the app waits for a minute; later it is told."""
    ground, url = stack[0], begun()
    ground.sandbox.faults.arm(CREATE, "reset-before-commit", 1)
    with driving(bundles, ground.clock.move_on) as client:
        line = client.carry_out(url, tmp_path, booking=MEMBERS, patience=60)
        waiting = line["outcome"]
        assert (waiting["state"], waiting["reason"], line["pending"]) == ("waiting", "checking", 1)
        assert waiting["operationId"].startswith("op_")
        assert waiting["decidedBy"] > waiting["retryAt"]
        later = client.carry_out(url, tmp_path)
    assert (later["outcome"]["state"], later["pending"], later["key"]) == ("not-booked", 0, line["key"])
    assert (ground.sandbox.world.bookings, ground.sandbox.journal.count(CREATE)) == ((), 1)


def test_an_account_over_its_limit_waits_as_long_as_it_is_told_and_books_under_the_same_key(
    begun: Callable[..., str], stack: tuple[Ground, str], bundles: tuple[Path, Path], tmp_path: Path
) -> None:
    """The limit of the minute is used up by another booking."""
    ground, url = stack[0], begun(BOOKINGS_PER_MINUTE="1")
    slept: list[float] = []

    def passes(seconds: float) -> None:
        slept.append(seconds)
        ground.clock.move_on(seconds)

    with driving(bundles, passes) as client:
        first = client.carry_out(url, tmp_path, booking=MEMBERS)
        second = client.carry_out(url, tmp_path, booking={**MEMBERS, "SessionDate": MEMBERS["AcceptBy"][:-5] + "22:30"})
    assert [line["outcome"]["state"] for line in (first, second)] == ["booked", "booked"]
    assert len(slept) <= 1  # none, where the minute ended in between
    assert ground.sandbox.journal.count(CREATE) == 2
