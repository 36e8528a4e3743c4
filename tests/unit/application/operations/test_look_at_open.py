"""What is open: how many operations, and how old the oldest is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from chalicelib.application.operations.look_at_open import LookAtOpen, OpenOperations, Standing
from chalicelib.domain.time_budget import Deadline
from tests.fakes.clock import FixedClock

OPERATION_ID = "op_01KF3Q8Z5T7W9Y1B3D5F7H9K1M"
NOW = FixedClock().now()


@dataclass(frozen=True)
class Counted:
    """Implements CountsOpen by what there is."""

    found: OpenOperations

    def count_open(self, deadline: Deadline) -> OpenOperations:
        """Tell it."""
        assert deadline.remaining() > 0
        return self.found


@pytest.mark.parametrize(
    ("claimed_at", "seconds"),
    [(NOW - timedelta(minutes=20), 1200), (NOW, 0), (NOW + timedelta(seconds=3), 0)],
    ids=["twenty minutes ago", "now", "by a clock that is ahead"],
)
def test_the_age_of_the_oldest_is_told(claimed_at: datetime, seconds: int) -> None:
    """In whole seconds; nothing is younger than just claimed."""
    look = LookAtOpen(Counted(OpenOperations(7, OPERATION_ID, claimed_at)), FixedClock())
    assert look.execute(Deadline(float, 0, 1)) == Standing(7, OPERATION_ID, seconds)


def test_without_an_open_operation_there_is_no_oldest() -> None:
    """And its age is none."""
    look = LookAtOpen(Counted(OpenOperations()), FixedClock())
    assert look.execute(Deadline(float, 0, 1)) == Standing(0, None, 0)
