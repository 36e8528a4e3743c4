"""What the local server adds to a booking: measured at a slow upstream, over one kept connection, as a page would book."""

import http.client
import importlib
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

from devtools.bench.figures import Budget, Figure
from devtools.bench.ground.bookings import Bookings, require_booked
from devtools.bench.ground.processes import Child
from devtools.bench.ground.setting import Setting
from devtools.local.example import PATH
from devtools.local.server import LocalGateway
from devtools.places import ROOT

OVERHEAD = Budget(20, 10)
UPSTREAM_SECONDS, DATABASE_SECONDS = 0.3, 0.005
FLOOR_SECONDS = 2 * (UPSTREAM_SECONDS + DATABASE_SECONDS)  # reads, record, send, record
WARM_UP, BOOKINGS = 3, 21


def overhead(setting: Setting, bookings: Bookings) -> Iterator[Figure]:
    """Measure the median of what is over the floor."""
    environment = {**setting.ours().environment, **setting.trust()}  # it runs from the sources, beside no authorities
    with Child(["-m", "devtools.bench.served"], ROOT, environment) as server:
        connection = http.client.HTTPConnection("127.0.0.1", int(server.read()), timeout=30)
        _book(connection, bookings, WARM_UP)
        setting.upstream_line.slow_down(UPSTREAM_SECONDS)
        setting.aws_line.slow_down(DATABASE_SECONDS)
        try:
            seconds = _book(connection, bookings, BOOKINGS)
        finally:
            setting.upstream_line.slow_down(0)
            setting.aws_line.slow_down(0)
            connection.close()
    milliseconds = (statistics.median(seconds) - FLOOR_SECONDS) * 1000
    yield Figure(
        "11",
        "local server, over the floor at 300 ms upstream, p50",
        "ms",
        milliseconds,
        None,
        BOOKINGS,
        budget=OVERHEAD,
    )


def _book(connection: http.client.HTTPConnection, bookings: Bookings, number: int) -> list[float]:
    """Make some bookings; return the seconds that each took."""
    seconds = []
    for event in bookings.events(number):
        started = time.perf_counter()
        connection.request("POST", PATH, event["body"], event["headers"])
        answer = connection.getresponse()
        body = answer.read().decode()
        seconds.append(time.perf_counter() - started)
        require_booked([event], [(answer.status, body)])
    return seconds


def main() -> None:
    """Serve the app until standard input ends."""
    app: Any = importlib.import_module("app").app  # only the child has its environment
    with LocalGateway(app) as gateway:
        print(gateway.port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
