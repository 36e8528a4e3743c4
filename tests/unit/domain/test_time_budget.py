"""Deadlines are absolute, and the time budget adds up."""

import pytest

from chalicelib.domain.time_budget import Deadline, Leash, TimeBudget
from tests.fakes.clock import FixedClock


def test_what_is_left_shrinks_and_never_goes_below_zero() -> None:
    """Let the time pass the end."""
    clock = FixedClock()
    deadline = Deadline.after(clock.monotonic, 10)
    remaining = []
    for _ in range(4):
        remaining.append(deadline.remaining())
        clock.tick(4)
    assert remaining == [10, 6, 2, 0]


def test_a_step_may_not_outlive_the_call() -> None:
    """Ask for less and for more than what is left; the start of the call is kept."""
    clock = FixedClock()
    call = Deadline.after(clock.monotonic, 10)
    clock.tick(4)
    assert call.within(5).remaining() == 5
    assert call.within(7).remaining() == 6
    assert call.within(7).since == call.since == clock.monotonic() - 4


def test_the_wall_clock_does_not_move_a_deadline() -> None:
    """Set the time of day an hour ahead and two back."""
    clock = FixedClock()
    deadline = Deadline.after(clock.monotonic, 10)
    for step in (3600, -7200):
        clock.step_wall_clock(step)
        assert deadline.remaining() == 10


def test_a_post_needs_its_own_time_its_conclusion_s_and_a_margin() -> None:
    """Add the defaults, and other numbers."""
    assert TimeBudget().needed_to_send == 17
    assert TimeBudget(post=3, conclusion=2, margin=0.5).needed_to_send == 5.5


def test_after_reads_that_took_their_whole_time_a_booking_is_still_sent() -> None:
    """Add the slowest reads and the POST to the end of the call, which is before the platform's."""
    budget = TimeBudget()
    assert budget.reads + budget.needed_to_send <= budget.call < budget.function < 29
    assert budget.read * 2 <= budget.reads


@pytest.mark.parametrize("seconds", [0, -3])
def test_a_call_without_time_has_nothing_left(seconds: float) -> None:
    """Begin a call whose platform has given up on it."""
    assert Deadline.after(FixedClock().monotonic, seconds).remaining() == 0


def test_a_leash_ends_the_deadlines_that_it_holds_and_what_is_derived_of_them() -> None:
    """Hold one, let it go on as ever, and end it; the deadline that it was made of goes on."""
    clock, leash = FixedClock(), Leash()
    deadline = Deadline.after(clock.monotonic, 10)
    held = leash.hold(deadline)
    step = held.within(5)
    clock.tick(2)
    assert (held.remaining(), step.remaining(), held.since) == (8, 3, deadline.since)
    leash.is_over = True
    assert (held.remaining(), step.remaining(), held.within(5).remaining()) == (0, 0, 0)
    assert deadline.remaining() == 8
