"""`make drill`: the operations table is restored to an earlier second, and after `make rebuild-guards` nothing is sent twice.

The real function books at the sandbox; its tables are the stand-in's. The restore is DynamoDB's own call, which the stand-in
answers with the table as it stands (see `restoring`), so it is made at the second that it restores to. All else is as in an
account: docs/operations.md has the same steps for one.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta

from chalicelib.domain.keyed_hash import HmacKey
from devtools.local.dynamodb import local_client
from devtools.operate.rebuild_guards import rebuild
from devtools.operate.restoring import restore
from devtools.proof.trials import canary
from devtools.proof.trials.scene.client import CREATE, Client
from devtools.proof.trials.scene.function import Reply
from devtools.proof.trials.scene.ground import HMAC_KEY, Ground, standing
from devtools.proof.trials.scene.ledger import Ledger

TOKEN = canary.TOKENS[0]
MADE_BOOKINGS = "/v1/PhoneChat/MadeBookings"
FOREVER = "forever"
SETTLED = timedelta(minutes=20)  # the settle window is over then
Seen = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Wish:
    """A booking that somebody wants: its key, None for none, and the hour of its session."""

    name: str
    key: str | None
    hour: int

    def booked(self, client: Client, key: str | None = None) -> Reply:
        """Ask for it, under its own key or another one."""
        session = {"SessionDate": f"{canary.DAY} {self.hour}:30", "AcceptBy": f"{canary.DAY} 08:00"}
        return client.book(TOKEN, key or self.key, **session)


BEFORE = Wish("booked before the second", "drill-key-of-what-was-before", 10)
UNKNOWN = Wish("unknown at the second, found after it", "drill-key-of-what-was-unknown", 11)
TRIED_AGAIN = Wish("refused before the second, booked after it", "drill-key-of-a-second-try", 12)
NEVER_MADE = Wish("unknown at the second, surely not made after it", "drill-key-of-what-never-was", 13)
MADE_ANEW = Wish("the same booking, made after that", "drill-key-of-what-was-anew", 13)
AFTER = Wish("booked after the second", "drill-key-of-what-came-after", 14)
AFTER_WITHOUT_KEY = Wish("booked after the second without a key", None, 15)
BOOKED = (BEFORE, UNKNOWN, TRIED_AGAIN, MADE_ANEW, AFTER, AFTER_WITHOUT_KEY)


@dataclass(slots=True)
class Drill:
    """One drill on a ground; `is_rebuilt` False leaves the rebuilding out, to see what it is for."""

    ground: Ground
    is_rebuilt: bool = True
    client: Client = field(init=False)
    restored: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self.client = Client(self.ground)

    def scenes(self) -> Iterator[Seen]:
        """Play it; yield what was to be seen, and whether it was."""
        self.ground.begin()
        self.ground.start()
        yield from self._before_the_second()
        ledger = self.ground.ledger
        self.restored = f"{ledger.operations_table}-restored"
        restore(ledger.client, ledger.operations_table, self.restored, self.ground.clock.now())
        yield "the table is restored to this second, beside the one that stands", bool(ledger.operations())
        yield from self._after_the_second()
        self.ground.restart(SENDING="0")
        yield "bookings are stopped", Wish("stopped", None, 16).booked(self.client).problem == "sending-paused"
        if self.is_rebuilt:
            yield "what came after the second is made from the audit", self._rebuild() == 0
        self.ground.restart(SENDING="1", OPERATIONS_TABLE=self.restored)
        yield from self._repeats()

    def _rebuild(self) -> int:
        """Bring the restored table forward as `make rebuild-guards RESUME=1` does; return the exit status."""
        with closing(local_client(self.ground.endpoint_url)) as client:
            keys = [HmacKey(HMAC_KEY.encode())]
            return rebuild(client, self.ground.ledger.audit_table, self.restored, resume=True, keys=keys)

    def _before_the_second(self) -> Iterator[Seen]:
        yield BEFORE.name, BEFORE.booked(self.client).status == 201
        for wish, fault, more in ((UNKNOWN, "commit-then-drop", {}), (NEVER_MADE, "status", {"status": 500})):
            self.ground.sandbox.faults.arm(CREATE, fault, **more)
            self.ground.sandbox.faults.arm(MADE_BOOKINGS, "status", FOREVER, status=503)
            yield wish.name, wish.booked(self.client).problem == "outcome-unknown"
            self.ground.sandbox.faults.clear()
        self.ground.sandbox.faults.arm(CREATE, "status", status=429)
        yield TRIED_AGAIN.name, TRIED_AGAIN.booked(self.client).problem == "upstream-refused"

    def _after_the_second(self) -> Iterator[Seen]:
        self.ground.clock.move_on(SETTLED.total_seconds())
        yield UNKNOWN.name, UNKNOWN.booked(self.client).status == 201
        yield NEVER_MADE.name, NEVER_MADE.booked(self.client).problem == "booking-not-created"
        for wish in (TRIED_AGAIN, MADE_ANEW, AFTER, AFTER_WITHOUT_KEY):
            yield wish.name, wish.booked(self.client).status == 201

    def _repeats(self) -> Iterator[Seen]:
        """Repeat every booking under its key and under another one: each is known, and AdultWork gets nothing."""
        sent = self.sends()
        for number, wish in enumerate(BOOKED):
            again = wish.booked(self.client)
            known = again.status == 201 or again.problem == "duplicate-booking"
            yield f"{wish.name}: repeated, {again.status}", known
            other = wish.booked(self.client, f"drill-another-key-{number:04}")
            yield f"{wish.name}: under another key, {other.status}", other.problem == "duplicate-booking"
        ledger = self.ground.ledger
        stood, stands = (_states(one) for one in (ledger, replace(ledger, operations_table=self.restored)))
        yield f"{len(stood)} operations stand as they stood", stands == stood
        broken = ledger.broken_chains()
        yield f"every chain is whole ({len(broken)} broken)", not broken
        yield f"nothing was sent twice ({self.sends() - sent} more)", self.sends() == sent

    def sends(self) -> int:
        """Return how many bookings the sandbox was asked for."""
        return self.ground.sandbox.journal.count(CREATE)


def _states(ledger: Ledger) -> dict[str, str]:
    return {entry.id: entry.state.value for entry in ledger.operations()}


def main() -> int:
    """Play the drill; return the exit status."""
    wrong = 0
    with standing() as ground:
        for told, is_so in Drill(ground, is_rebuilt=os.environ.get("REBUILT") != "0").scenes():
            print(f"{'ok   ' if is_so else 'WRONG'} {told}", flush=True)
            wrong += not is_so
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
