"""The local server under load at an upstream of 300 ms: 20 bookings a second, then a burst of five times as many.

Bookings come when they are due, whether earlier ones have ended or not, and each is timed from then. What the stage's throttle
turns away never reaches the server, as in an account. All run in one process, as threads: in an account each would have a
container of its own, so what is over the floor is more here. `LOAD_SECONDS` says how long (300 for the long form); the burst
takes a tenth of it.
"""

import http.client
import importlib
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devtools.bench.figures import Budget, Figure
from devtools.bench.ground.bookings import CREATED, Bookings, require_booked
from devtools.bench.ground.processes import Child
from devtools.bench.ground.setting import Setting
from devtools.bench.served import DATABASE_SECONDS, FLOOR_SECONDS, UPSTREAM_SECONDS
from devtools.capacity.partitions import Bucket
from devtools.deploy.template import BURST, REQUESTS_PER_SECOND
from devtools.local.example import PATH
from devtools.local.server import LocalGateway
from devtools.places import ROOT

RATE, TIMES_AS_MANY = 20, 5
WARMING = 2  # times as many: the memory is compared when each thread and connection is there that a hiccup takes
SHORT_SECONDS = 30
BURST_SHARE = 0.1
MOST_AT_ONCE = 400
FAILED = 500
NONE, FLAT = Budget(0), Budget(1.05)


@dataclass(frozen=True, slots=True)
class Sample:
    """One booking: seconds from when it was due to its answer, and the answer's status."""

    seconds: float
    status: int


def load(setting: Setting, bookings: Bookings, seconds: float | None = None) -> Iterator[Figure]:
    """Measure what is over the floor, how many failed, and how the memory grew; no figure is judged by its time."""
    seconds = seconds or float(os.environ.get("LOAD_SECONDS") or SHORT_SECONDS)
    environment = {**setting.ours().environment, **setting.trust()}
    with Child(["-m", "devtools.bench.load"], ROOT, environment) as server:
        port = int(server.read())
        setting.upstream_line.slow_down(UPSTREAM_SECONDS)
        setting.aws_line.slow_down(DATABASE_SECONDS)
        try:
            came(port, bookings, due(RATE * WARMING, seconds * BURST_SHARE))
            before = int(server.ask("resident"))
            steady = came(port, bookings, due(RATE, seconds))
            after = int(server.ask("resident"))
            asked = due(RATE * TIMES_AS_MANY, seconds * BURST_SHARE)
            passed = let_through(asked)
            burst = came(port, bookings, passed)
        finally:
            setting.upstream_line.slow_down(0)
            setting.aws_line.slow_down(0)
    yield from _told(f"{RATE} bookings a second for {seconds:g} s", steady)
    yield Figure("15", "  resident memory at the end, of that at the start", "x", after / before, None, 2, budget=FLAT)
    yield from _told(f"{RATE * TIMES_AS_MANY} a second for {seconds * BURST_SHARE:g} s", burst)
    yield Figure("15", "  turned away by the throttle before", "", len(asked) - len(passed), None, len(asked))


def due(rate: float, seconds: float) -> list[float]:
    """Return when bookings come, in seconds, that come at a rate; two at least."""
    return [number / rate for number in range(max(2, round(rate * seconds)))]


def let_through(asked: Sequence[float]) -> list[float]:
    """Return those that the stage's throttle does not turn away, which has saved all that it can."""
    bucket = Bucket(REQUESTS_PER_SECOND, BURST, BURST)
    passed = []
    for at in asked:
        if bucket.holds(1, at):
            bucket.left -= 1
            passed.append(at)
    return passed


def came(port: int, bookings: Bookings, times: Sequence[float]) -> list[Sample]:
    """Let bookings come in at these times, and return what became of each.

    Raises:
        WrongAnswerError: an answer says that it is a booking, and is another one.
    """
    events = bookings.events(len(times))
    with ThreadPoolExecutor(min(MOST_AT_ONCE, len(events))) as callers:
        started = time.perf_counter()
        made = []
        for event, after in zip(events, times, strict=True):
            time.sleep(max(0.0, started + after - time.perf_counter()))
            made.append(callers.submit(_book, port, event, started + after))
        return [one.result() for one in made]


def _book(port: int, event: dict[str, Any], due: float) -> Sample:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", PATH, event["body"], event["headers"])
        answer = connection.getresponse()
        body = answer.read().decode()
    finally:
        connection.close()
    if answer.status == CREATED:
        require_booked([event], [(answer.status, body)])
    return Sample(time.perf_counter() - due, answer.status)


def _told(name: str, samples: Sequence[Sample]) -> Iterator[Figure]:
    over = [(one.seconds - FLOOR_SECONDS) * 1000 for one in samples if one.status == CREATED]
    if len(over) > 1:
        percentiles = statistics.quantiles(over, n=100, method="inclusive")
        for which in (50, 99):
            yield Figure("15", f"{name}: over the floor, p{which}", "ms", percentiles[which - 1], None, len(over))
    failed = sum(one.status >= FAILED for one in samples)
    yield Figure("15", "  answered with a 5xx", "", failed, None, len(samples), budget=NONE)
    yield Figure("15", "  not booked otherwise", "", len(samples) - len(over) - failed, None, len(samples), budget=NONE)


def resident_kib() -> int:
    """Return what this process has resident now, in KiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def main() -> None:
    """Serve the app, and answer each line of standard input with what is resident, until that ends."""
    app: Any = importlib.import_module("app").app  # only the child has its environment
    answers = sys.stdout
    # The log goes nowhere: nobody reads its lines, and a pipe that is full would stop the app.
    with (
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        redirect_stdout(nowhere),
        LocalGateway(app) as gateway,
    ):
        print(gateway.port, file=answers, flush=True)
        for _ in sys.stdin:
            print(resident_kib(), file=answers, flush=True)


if __name__ == "__main__":
    main()
