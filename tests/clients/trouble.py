"""What a seed puts in the way of a client: faults of the upstream, lost requests and answers, tokens that run out."""

import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from devtools.proof.trials.scene.ground import Ground
from tests.integration.bookings import CREATE, MADE_BOOKINGS, READS

SEEDS = int(os.environ.get("CLIENT_SEEDS", "1"))
# Less than the second that slow faults wait; reads are given up sooner still.
QUICK = {"POST_SECONDS": "0.6", "READ_SECONDS": "0.5", "READS_SECONDS": "0.8"}
# Hours pass at once here, but what the sandbox does late it does by the machine's clock: it comes before any hour has passed.
LATE = {"latency", "slow-answer", "drop-then-commit"}
LATE_SECONDS = 0.8
PATHS = (CREATE, CREATE, CREATE, MADE_BOOKINGS, *READS)
Armed: TypeAlias = tuple[str, str, int, Mapping[str, Any]]  # path, fault, times, settings


@dataclass(frozen=True)
class Trouble:
    """What is armed at the sandbox, what the phone loses ("before" it leaves, "after" its answer came), and its tokens."""

    armed: list[Armed]
    losses: list[str | None]
    tokens: list[str]


def drawn(fault: str, seed: int) -> Trouble:
    """Return what one seed makes of a fault."""
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
    return Trouble(armed, losses, tokens)


def begin(ground: Ground, trouble: Trouble) -> None:
    """Start over, with the trouble of a seed ahead."""
    ground.begin(**QUICK)
    ground.start()
    for path, name, times, settings in trouble.armed:
        ground.sandbox.faults.arm(path, name, times, **settings)


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
