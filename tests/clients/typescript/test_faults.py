"""The client at a stack whose upstream misbehaves: it comes to a final state, and never to a second booking.

A seed draws where a fault strikes and how often, which requests or answers the phone loses, and when tokens run out.
`CLIENT_SEEDS` is how many are drawn for each fault; `make client-trials` draws twenty.
"""

import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from devtools.proof.trials.scene.ground import Ground
from sandbox.faults.table import FAULTS
from tests.clients.typescript.node import Driver
from tests.integration.bookings import CREATE, MADE_BOOKINGS, MEMBERS, READS

SEEDS = int(os.environ.get("CLIENT_SEEDS", "1"))
FINAL = {"booked", "declined", "not-booked", "sign-in", "rejected"}
# Less than the second that slow faults wait; reads are given up sooner still.
QUICK = {"POST_SECONDS": "0.6", "READ_SECONDS": "0.5", "READS_SECONDS": "0.8"}
# Hours pass at once here, but what the sandbox does late it does by the machine's clock: it comes before any hour has passed.
LATE = {"latency", "slow-answer", "drop-then-commit"}
LATE_SECONDS = 0.8
PATHS = (CREATE, CREATE, CREATE, MADE_BOOKINGS, *READS)
Armed: TypeAlias = tuple[str, str, int, Mapping[str, Any]]  # path, fault, times, settings


def drawn(fault: str, seed: int) -> tuple[list[Armed], list[str | None], list[str]]:
    """Return what one seed makes of a fault: what is armed, what the phone loses, and its tokens."""
    draw = random.Random(f"{fault} {seed}")
    settings = {"after_requests": draw.choice((0, 4)), "seconds": 0.5} if fault == "connect-refuse" else {}
    settings = {"seconds": LATE_SECONDS} if fault in LATE else settings
    first = CREATE if seed == 0 else draw.choice(PATHS)
    armed: list[Armed] = [(first, fault, draw.choice((1, 1, 2, 3)), settings)]
    if seed and draw.random() < 0.4:
        armed.append((draw.choice(PATHS), draw.choice(("commit-then-drop", "status", "garbled")), 1, {}))
    losses = [draw.choice((None, None, "before", "after")) for _ in range(4)]
    tokens = draw.choice(
        (["client-token"], ["stale-token", "client-token"], ["client-token", "refreshed-client-token"])
    )
    return armed, losses, tokens


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_fault_strikes_the_client_ends_in_a_final_state_and_books_at_most_once(
    stack: tuple[Ground, str], driver: Driver, tmp_path: Path, fault: str, seed: int
) -> None:
    """What the client tells is what the sandbox has, and what is over is forgotten."""
    ground, url = stack
    ground.begin(**QUICK)
    ground.start()
    armed, losses, tokens = drawn(fault, seed)
    for path, name, times, settings in armed:
        ground.sandbox.faults.arm(path, name, times, **settings)
    client = replace(driver, passes=passing(ground, is_late=fault in LATE))
    line = client.book(url, tmp_path, booking=MEMBERS, losses=losses, tokens=tokens)
    outcome, bookings = line["outcome"], ground.sandbox.world.bookings
    assert outcome["state"] in FINAL, outcome
    assert len(bookings) == (outcome["state"] == "booked"), outcome
    if bookings:
        assert outcome["booking"]["BookingID"] == bookings[0].booking_id
    assert line["pending"] == is_kept(outcome)


def passing(ground: Ground, *, is_late: bool) -> Callable[[float], None]:
    """Return what lets time pass while the client sleeps; a booking that was sent since is carried out first."""
    sent = 0

    def passes(seconds: float) -> None:
        nonlocal sent
        if is_late and ground.sandbox.journal.count(CREATE) > sent:
            sent = ground.sandbox.journal.count(CREATE)
            time.sleep(LATE_SECONDS)
        ground.clock.move_on(seconds)

    return passes


def is_kept(outcome: Mapping[str, Any]) -> bool:
    """Tell whether an intent goes on after an outcome: the user signs in, or puts something right."""
    return outcome["state"] in {"sign-in", "rejected"} or (
        outcome["state"] == "declined" and not outcome["problem"]["safe_to_retry_with_new_key"]
    )
