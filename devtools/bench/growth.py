"""How a booking's cost grows with what lies behind it: operations without a known outcome, and bookings in the list.

The open operations are real ones: bookings whose answer was lost while the list could not be read. They are made anew
for every sample, because they are settled beside the booking that is measured: AdultWork takes so long for that one that
there is time for all of it.
"""

import http.client
import json
import statistics
from collections.abc import Iterator

from devtools.bench.figures import Budget, Figure
from devtools.bench.ground.bookings import SECOND_TOKEN, THIRD_TOKEN, TOKEN, Bookings
from devtools.bench.ground.processes import Function
from devtools.bench.ground.setting import Line, Sandbox, Setting
from devtools.local.example import PATH

OPEN, ROWS = (0, 1, 10, 25), (10, 100, 1000)
WORST = Budget(200, 120)
TOKENS = (TOKEN, SECOND_TOKEN)  # of one account: a token that was seen in the last minute starts no look
LIST = "/v1/PhoneChat/MadeBookings"
SLOW = {"path": PATH, "fault": "latency", "seconds": 4.5, "times": 1}  # the settling ends after 5 s, come what may
UNANSWERED = frozenset({202, 502, 503, 504})


def growth(setting: Setting, bookings: Bookings) -> Iterator[Figure]:
    """Measure the CPU time of a booking for each number of open operations and rows."""
    database = setting.database()
    setting.restock()
    standing = 0
    for rows in ROWS:
        _fill(setting.sandbox, bookings, rows - standing)
        standing = rows
        for number in OPEN:
            milliseconds = cost(setting, bookings, database, number)
            name = f"CPU with {number} open operations and {rows:,} rows in the list"
            budget = WORST if (number, rows) == (OPEN[-1], ROWS[-1]) else None
            yield Figure("13", name, "ms", statistics.median(milliseconds), None, len(milliseconds), budget=budget)


def _fill(sandbox: Sandbox, bookings: Bookings, rows: int) -> None:
    """Make bookings at the upstream that Switchboard knows nothing of."""
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=10)
    for event in bookings.events(rows):
        headers = {"Authorization": f"bearer {TOKEN}", "Content-Type": "application/json"}
        connection.request("POST", PATH, event["body"], headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            msg = f"the sandbox made no booking: {answer.status} {body!r}"
            raise RuntimeError(msg)
    connection.close()


def cost(setting: Setting, bookings: Bookings, database: Line, number: int) -> list[float]:
    """Return the milliseconds of a booking that finds so many open operations, one sample a token."""
    ours = setting.ours(database)
    with ours.start() as function, ours.with_settings(BREAKER_FAILURES="0").start() as unlucky:
        function.book(bookings.events(3, THIRD_TOKEN))
        milliseconds = []
        for token in TOKENS:
            _leave_open(setting.sandbox, bookings, unlucky, number, token)
            setting.sandbox.control("POST", "faults", SLOW)
            milliseconds.append(function.book(bookings.events(1, token)).cpu * 1000)
    return milliseconds


def _leave_open(sandbox: Sandbox, bookings: Bookings, unlucky: Function, number: int, token: str) -> None:
    """Make bookings whose outcome stays unknown."""
    if not number:
        return
    for fault in ({"path": PATH, "fault": "commit-then-drop"}, {"path": LIST, "fault": "status", "status": 503}):
        sandbox.control("POST", "faults", {**fault, "times": "forever"})
    statuses = unlucky.attempt(bookings.events(number, token))
    sandbox.control("DELETE", "faults")
    if not set(statuses) <= UNANSWERED:
        msg = f"bookings without an answer were told as {json.dumps(statuses)}"
        raise RuntimeError(msg)
