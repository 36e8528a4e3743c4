"""What a seed puts in the way of a client: faults of the upstream, lost requests and answers, tokens that run out."""

import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import requests

from devtools.proof.trials.scene.ground import Ground
from tests.integration.bookings import CREATE, DETAILS, INTROSPECTION, MADE_BOOKINGS, MEMBERS, READS, TOKEN

SEEDS = int(os.environ.get("CLIENT_SEEDS", "1"))
# Less than the second that slow faults wait; reads are given up sooner still.
QUICK = {"POST_SECONDS": "0.6", "READ_SECONDS": "0.5", "READS_SECONDS": "0.8"}
# Hours pass at once here, but what the sandbox does late it does by the machine's clock: it comes before any hour has passed.
LATE = {"latency", "slow-answer", "drop-then-commit"}
LATE_SECONDS = 0.8
CANCEL = "/v1/PhoneChat/CancelMadeBooking"
PATHS = (CREATE, CREATE, CREATE, MADE_BOOKINGS, *READS)
PATHS_OF_CHANGES = (CANCEL, CANCEL, CANCEL, DETAILS, *INTROSPECTION)
Armed: TypeAlias = tuple[str, str, int, Mapping[str, Any]]  # path, fault, times, settings


@dataclass(frozen=True)
class Trouble:
    """What is armed at the sandbox, what the phone loses ("before" it leaves, "after" its answer came), and its tokens.

    `path` is where AdultWork is asked for what the client wants; `is_late` tells that it may do so after its answer is given up.
    """

    path: str
    is_late: bool
    armed: list[Armed]
    losses: list[str | None]
    tokens: list[str]


def drawn(fault: str, seed: int, paths: Sequence[str] = PATHS) -> Trouble:
    """Return what one seed makes of a fault; it strikes at one of the paths, with the first seed at the first of them."""
    draw = random.Random(f"{fault} {seed}")
    settings = {"after_requests": draw.choice((0, 4)), "seconds": 0.5} if fault == "connect-refuse" else {}
    settings = {"seconds": LATE_SECONDS} if fault in LATE else settings
    first = paths[0] if seed == 0 else draw.choice(paths)
    armed: list[Armed] = [(first, fault, draw.choice((1, 1, 2, 3)), settings)]
    if seed and draw.random() < 0.4:
        armed.append((draw.choice(paths), draw.choice(("commit-then-drop", "status", "garbled")), 1, {}))
    losses = [draw.choice((None, None, "before", "after")) for _ in range(4)]
    tokens = draw.choice(
        (["client-token"], ["stale-token", "client-token"], ["client-token", "refreshed-client-token"])
    )
    return Trouble(paths[0], fault in LATE, armed, losses, tokens)


def begin(ground: Ground, trouble: Trouble) -> None:
    """Start over, with the trouble of a seed ahead."""
    ground.begin(**QUICK)
    ground.start()
    arm(ground, trouble)


def begin_with_booking(ground: Ground, trouble: Trouble) -> int:
    """Start over with a booking that the client made before; return its BookingID."""
    ground.begin(**QUICK)
    headers = {"Authorization": f"bearer {TOKEN}"}
    made = requests.post(f"{ground.sandbox.url}{CREATE}", json=MEMBERS, headers=headers, timeout=5)
    made.raise_for_status()
    ground.start()
    arm(ground, trouble)
    (booking,) = ground.sandbox.world.bookings
    return booking.booking_id


def arm(ground: Ground, trouble: Trouble) -> None:
    """Arm the faults of a seed."""
    for path, name, times, settings in trouble.armed:
        ground.sandbox.faults.arm(path, name, times, **settings)


def passing(ground: Ground, trouble: Trouble) -> Callable[[float], None]:
    """Return what lets time pass while the client sleeps; what was sent since is carried out first."""
    sent = 0

    def passes(seconds: float) -> None:
        nonlocal sent
        if trouble.is_late and ground.sandbox.journal.count(trouble.path) > sent:
            sent = ground.sandbox.journal.count(trouble.path)
            time.sleep(LATE_SECONDS)
        ground.clock.move_on(seconds)

    return passes
