"""An upstream or a store that drips, stalls or lets nobody in: the answer comes in time all the same, over real HTTP.

Deadlines bound waiting, not work: the reads before the booking and the records around it take as long as the machine needs. So
each round first makes the same booking where all is well, and is measured by that. How long the POST itself took is on record,
and nothing excuses a late one.
"""

import http.client
import io
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from statistics import median

from chalicelib.adapters.aws.service import TRY_SECONDS
from chalicelib.adapters.http.opening import system_addresses
from chalicelib.domain.time_budget import TimeBudget
from devtools.local.server import LocalGateway
from devtools.proof.trials import canary
from devtools.proof.trials.scene.client import CREATE
from devtools.proof.trials.scene.ground import Ground, standing
from devtools.proof.trials.scene.ledger import Ledger
from devtools.proof.trials.scene.slow_door import Detour, slow_door
from devtools.proof.trials.scene.slow_store import Pace, slow_store
from devtools.proof.workers import workers

ROUNDS = 100
STORE_ROUNDS_SHARE = 5  # one of a slow store takes ten times as long as the others
POST_SECONDS, RECONCILE_SECONDS = 0.3, 0.2
SETTINGS = {"POST_SECONDS": str(POST_SECONDS), "RECONCILE_SECONDS": str(RECONCILE_SECONDS)}
ALLOWED_SECONDS, TIMES_UNDISTURBED, ALLOWED_FOR_POST_SECONDS = 1.0, 4.0, 0.5
PATIENCE_SECONDS = 30
READS = (
    "/v1/Account/GetPermissions",
    "/v1/account/verifyCredentials",
    "/v1/PhoneChat/GetUserBookingRequirements",
    "/v1/CreditHistory/GetCurrentCreditBalance",
)
MADE_BOOKINGS = "/v1/PhoneChat/MadeBookings"
FOREVER = "forever"
NO_PROBLEM = "None"


@dataclass(frozen=True, slots=True)
class Kind:
    """A way of being slow: the answer that it must lead to, and by when; in seconds."""

    name: str
    status: int
    problem: str
    state: str
    deadline: float


DRIP = Kind("drip", 504, "outcome-unknown", "UNKNOWN", POST_SECONDS + RECONCILE_SECONDS)
STALL = Kind("stall", 504, "outcome-unknown", "UNKNOWN", POST_SECONDS + RECONCILE_SECONDS)
SLOW_CONNECT = Kind("slow connect", 503, "upstream-unavailable", "NOT_SENT", POST_SECONDS)
# The store carries the claim or the conclusion out, and does not say so in time. After a claim it is asked twice what stands,
# after a conclusion for a margin's time whose the booking is.
CLAIM_SECONDS, CONCLUSION_SECONDS, LOOK_SECONDS, MARGIN_SECONDS = 1.0, 1.0, 2 * TRY_SECONDS, TimeBudget().margin
STORE_SETTINGS = SETTINGS | {"CLAIM_SECONDS": str(CLAIM_SECONDS), "CONCLUSION_SECONDS": str(CONCLUSION_SECONDS)}
UNCLAIMED = (503, "store-unavailable", "SENDING", CLAIM_SECONDS + LOOK_SECONDS)
UNCONCLUDED = (201, NO_PROBLEM, "CONFIRMED", CONCLUSION_SECONDS + MARGIN_SECONDS)
CLAIM, CONCLUSION = 1, 2
STORE_KINDS = {
    Kind("store drips about the claim", *UNCLAIMED): (Pace.DRIP, CLAIM),
    Kind("store stalls about the claim", *UNCLAIMED): (Pace.STALL, CLAIM),
    Kind("store drips about the conclusion", *UNCONCLUDED): (Pace.DRIP, CONCLUSION),
    Kind("store stalls about the conclusion", *UNCONCLUDED): (Pace.STALL, CONCLUSION),
}
KINDS = (DRIP, STALL, SLOW_CONNECT, *STORE_KINDS)


@dataclass(frozen=True, slots=True)
class Round:
    """One booking: how long its answer and its POST took, and whether it was the right one and nothing personal was heard.

    `undisturbed` is how long the answer to the same booking took just before, at an upstream that was well.
    """

    seconds: float
    post: float
    undisturbed: float
    is_true: bool

    def is_in_time(self, kind: Kind) -> bool:
        """Tell whether nothing was waited for longer than the deadlines of its kind allow."""
        allowed = max(ALLOWED_SECONDS, TIMES_UNDISTURBED * self.undisturbed)
        return self.seconds < kind.deadline + allowed and self.post < POST_SECONDS + ALLOWED_FOR_POST_SECONDS


def rounds(ground: Ground, kind: Kind, number: int) -> Iterator[Round]:
    """Book so many times, each time in a function that was just started."""
    log = io.StringIO()
    with redirect_stdout(log), LocalGateway(ground.function.app) as gateway, slow_door() as port:
        for _ in range(number):
            ground.begin(**SETTINGS)
            ground.start()
            undisturbed, *_ = _booked(gateway.port)
            ground.begin(**SETTINGS)
            if kind in STORE_KINDS:
                with slow_store(ground.endpoint_url, *STORE_KINDS[kind]) as store:
                    ground.begin(**STORE_SETTINGS, AWS_ENDPOINT_URL_DYNAMODB=store.url)
                    ground.start()
                    yield _round(gateway.port, kind, ground.ledger, log, undisturbed)
                    ground.end()
                continue
            if kind == SLOW_CONNECT:
                for path in READS:  # so that the booking needs a connection of its own
                    ground.sandbox.faults.arm(path, "close-after-answer")
                ground.start(None, (system_addresses, Detour(port, len(READS))))
            else:
                for path in (CREATE, MADE_BOOKINGS):
                    ground.sandbox.faults.arm(path, kind.name, FOREVER)
                ground.start()
            yield _round(gateway.port, kind, ground.ledger, log, undisturbed)


def _booked(port: int) -> tuple[float, int, bytes]:
    """Ask for a booking; return how many seconds the answer took, its status and its body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    started = time.monotonic()
    try:
        headers = canary.headers(canary.TOKENS[0], canary.KEY)
        connection.request("POST", CREATE, json.dumps(canary.booking()), headers)
        answer = connection.getresponse()
        body = answer.read()
        return time.monotonic() - started, answer.status, body
    finally:
        connection.close()


def _round(port: int, kind: Kind, ledger: Ledger, log: io.StringIO, undisturbed: float) -> Round:
    seconds, status, body = _booked(port)
    told = (status, str(json.loads(body).get("type")).rpartition("/")[2])
    states = [entry.state for entry in ledger.operations()]
    problem = body.decode() if kind.problem != NO_PROBLEM else ""  # a booking has its own phone number in it
    heard = list(canary.heard_in({"log": log.getvalue(), "tables": ledger.text(), "problem": problem}))
    post = max((milliseconds / 1000 for milliseconds in ledger.timings("post")), default=0.0)
    return Round(seconds, post, undisturbed, (told, states, heard) == ((kind.status, kind.problem), [kind.state], []))


def run_rounds(kind: Kind, number: int) -> list[Round]:
    """Run the rounds of one kind on a ground of their own."""
    with standing() as ground:
        return list(rounds(ground, kind, number))


def main(number: int) -> int:
    """Run so many rounds of each kind; print the figures; return the exit status."""
    with workers(2) as processes:
        numbers = [max(1, number // STORE_ROUNDS_SHARE) if kind in STORE_KINDS else number for kind in KINDS]
        done = list(zip(KINDS, processes.map(run_rounds, KINDS, numbers), strict=True))
    for kind, played in done:
        print(_line(kind, played))
    return 0 if all(one.is_true and one.is_in_time(kind) for kind, played in done for one in played) else 1


def _line(kind: Kind, played: Sequence[Round]) -> str:
    """Return the figures of one kind; answers that are late and answers that are wrong are two things."""
    seconds = [one.seconds for one in played]
    late, wrong = sum(not one.is_in_time(kind) for one in played), sum(not one.is_true for one in played)
    return (
        f"{kind.name}: {len(played)} answered {kind.status} after {kind.deadline:.1f} s, {late} late, {wrong} wrong (median "
        f"{median(seconds):.2f} s, longest {max(seconds):.2f} s; the POST at most {max(one.post for one in played):.2f} s; "
        f"undisturbed at most {max(one.undisturbed for one in played):.2f} s)"
    )
