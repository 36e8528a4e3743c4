"""Thirty-two taps at once, over real HTTP, round after round: one booking is sent each time, and nobody is lied to.

`make races ROUNDS=200` runs as many rounds as the figures in the documents are about, and prints them.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.integration.bookings import members
from tests.integration.exchange import Answer
from tests.integration.service import Service

RACERS = 32
GIVEN_ROUNDS = os.environ.get("SWITCHBOARD_RACE_ROUNDS")
ROUNDS = int(GIVEN_ROUNDS or 6)
CHEAP = {"BookUserID": 200003, "Credits": 0.5}  # hundreds of rounds must not end with an empty balance
NO_LIMITS = {"BOOKINGS_PER_MINUTE": "0", "BOOKINGS_PER_DAY": "0"}
REFUSALS = {
    "one key": {(409, "operation-in-progress")},
    "a key each": {(409, "operation-in-progress"), (409, "duplicate-booking")},
}


@pytest.fixture(scope="module")
def racers() -> Iterator[ThreadPoolExecutor]:
    """Return the threads of all rounds."""
    with ThreadPoolExecutor(RACERS) as threads:
        yield threads


@pytest.mark.timeout(60 + 10 * ROUNDS)
@pytest.mark.parametrize("keys", REFUSALS)
def test_of_thirty_two_requests_at_once_one_is_sent(
    configured: Callable[..., Service], racers: ThreadPoolExecutor, capsys: pytest.CaptureFixture[str], keys: str
) -> None:
    """In every round: one POST, one booking, one operation; whoever did not win gets its answer or a refusal that is true."""
    service = configured(**NO_LIMITS)
    begun = time.monotonic()
    kinds: Counter[str] = Counter()
    seconds: list[float] = []
    for number in range(ROUNDS):
        answers = _race(service, racers, number, keys)
        assert service.posts == number + 1
        _require_truth(service, answers, REFUSALS[keys])
        kinds.update(_kind(answer) for answer in answers)
        seconds += [answer.seconds for answer in answers]
    assert service.records.states() == ["CONFIRMED"] * ROUNDS
    assert len(service.sandbox.world.bookings) == ROUNDS
    assert service.records.kinds_of_operations() == ["claimed", "confirmed"] * ROUNDS
    if GIVEN_ROUNDS:  # somebody wants to see figures
        with capsys.disabled():
            sys.stdout.write(
                f"\n{keys}: {ROUNDS} rounds x {RACERS} requests, {service.posts} POSTs, {dict(sorted(kinds.items()))}, "
                f"slowest answer {max(seconds):.2f} s, all in {time.monotonic() - begun:.0f} s\n"
            )


def _race(service: Service, racers: ThreadPoolExecutor, number: int, keys: str) -> Sequence[Answer]:
    """Send the same booking from all racers at once; each round books another minute."""
    start = Barrier(RACERS)
    day, minute = divmod(number, 60)
    document = members(**CHEAP, SessionDate=f"{members()['SessionDate'][:8]}{22 + day:02} 21:{minute:02}")

    def tap(racer: int) -> Answer:
        key = f"round-{number:04}-of-all" if keys == "one key" else f"round-{number:04}-of-{racer:04}"
        start.wait()
        return service.book(document, key=key)

    return list(racers.map(tap, range(RACERS)))


def _require_truth(service: Service, answers: Sequence[Answer], refusals: set[tuple[int, str]]) -> None:
    """Check each answer of a round against what really happened."""
    first = [answer for answer in answers if answer.status == 201 and answer.header("Idempotency-Replayed") is None]
    assert len(first) == 1
    operation = str(first[0].header("Location"))
    for answer in answers:
        if answer.status == 201:
            assert (answer.body, answer.header("Location")) == (first[0].body, operation)
            continue
        assert answer.kind in refusals
        document = answer.document
        # Who was overtaken again and again learns that others are being worked on, but not which of them will win.
        assert document.get("status_url", operation) == operation
        assert document["safe_to_retry_with_new_key"] is False
    assert first[0].document["BookingID"] == service.sandbox.world.bookings[-1].booking_id


def _kind(answer: Answer) -> str:
    """Return how an answer is counted."""
    if answer.status == 201:
        return "201 replayed" if answer.header("Idempotency-Replayed") else "201"
    return f"{answer.status} {answer.slug}"
