"""The client at a stack whose upstream misbehaves: it comes to a final state, and never to a second booking or change.

A seed draws where a fault strikes and how often, which requests or answers the phone loses, and when tokens run out.
`CLIENT_SEEDS` is how many are drawn for each fault; `make client-trials` draws twenty.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from devtools.proof.trials.scene.ground import Ground
from sandbox.faults.table import FAULTS
from tests.clients.trouble import CANCEL, PATHS_OF_CHANGES, SEEDS, begin, begin_with_booking, drawn, passing
from tests.clients.typescript.node import Driver
from tests.integration.bookings import MEMBERS

FINAL = {"booked", "declined", "not-booked", "sign-in", "rejected"}
FINAL_OF_CHANGES = {"made", "declined", "not-made", "sign-in"}


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_fault_strikes_the_client_ends_in_a_final_state_and_books_at_most_once(
    stack: tuple[Ground, str], driver: Driver, tmp_path: Path, fault: str, seed: int
) -> None:
    """What the client tells is what the sandbox has, and what is over is forgotten."""
    ground, url = stack
    trouble = drawn(fault, seed)
    begin(ground, trouble)
    client = replace(driver, passes=passing(ground, trouble))
    line = client.carry_out(url, tmp_path, booking=MEMBERS, losses=trouble.losses, tokens=trouble.tokens)
    outcome, bookings = line["outcome"], ground.sandbox.world.bookings
    assert outcome["state"] in FINAL, outcome
    assert len(bookings) == (outcome["state"] == "booked"), outcome
    if bookings:
        assert outcome["booking"]["BookingID"] == bookings[0].booking_id
    assert line["pending"] == is_kept(outcome)


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_fault_strikes_a_change_ends_in_a_final_state_and_is_sent_at_most_once(
    stack: tuple[Ground, str], driver: Driver, tmp_path: Path, fault: str, seed: int
) -> None:
    """What the client tells is how the booking stands at the sandbox, and what is over is forgotten."""
    ground, url = stack
    trouble = drawn(fault, seed, PATHS_OF_CHANGES)
    change = ["CancelMadeBooking", {"BookingID": begin_with_booking(ground, trouble), "Reason": "Something came up"}]
    client = replace(driver, passes=passing(ground, trouble))
    line = client.carry_out(url, tmp_path, change=change, losses=trouble.losses, tokens=trouble.tokens)
    outcome, (booking,) = line["outcome"], ground.sandbox.world.bookings
    assert outcome["state"] in FINAL_OF_CHANGES, outcome
    assert (booking.status == "Cancelled") is (outcome["state"] == "made"), outcome
    assert ground.sandbox.journal.count(CANCEL) <= 1
    assert line["pending"] == is_kept(outcome)


def is_kept(outcome: Mapping[str, Any]) -> bool:
    """Tell whether an intent goes on after an outcome: the user signs in, or puts something right."""
    return outcome["state"] in {"sign-in", "rejected"} or (
        outcome["state"] == "declined" and not outcome["problem"]["safe_to_retry_with_new_key"]
    )
