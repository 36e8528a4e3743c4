"""What clients, the upstream, time and death do to the public interface, in any order that hypothesis thinks of.

The model is small: which requests each key was used for, and which final answers were given. Everything else is checked
against the world itself: the sandbox's bookings and the records.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from devtools.proof.trials import canary
from devtools.proof.trials.crash_matrix import ALL_IS_SETTLED_SECONDS, LEASE_IS_OVER_SECONDS
from devtools.proof.trials.scene.client import CREATE, Client
from devtools.proof.trials.scene.death import AwaitPoint, Death, KilledError
from devtools.proof.trials.scene.function import Reply
from devtools.proof.trials.scene.ground import Ground
from devtools.proof.trials.scene.ledger import OPEN, Entry
from devtools.proof.trials.verdict import CREATED, SESSION, wrong_at_any_time, wrong_at_the_end
from sandbox.adultwork.booking import cancelled, rejected
from sandbox.adultwork.clock import london_time

TOKENS = {"client-token": 1001, "refreshed-client-token": 1001, "other-client-token": 1002}
TOKEN_OF = {1001: "refreshed-client-token", 1002: "other-client-token"}
MINUTES = (f"{canary.DAY} 20:00", f"{canary.DAY} 21:00")
MADE_BOOKINGS = "/v1/PhoneChat/MadeBookings"
DAY_SECONDS = 24 * 3600.0

KEYS = st.sampled_from([f"{canary.KEY}-{number}" for number in range(3)])
OPTIONAL_KEYS = KEYS | st.none()
SESSIONS = st.sampled_from(MINUTES)
FAULTS: st.SearchStrategy[tuple[str, dict[str, object]] | None] = st.sampled_from(
    [
        None,
        ("commit-then-drop", {}),
        ("reset-before-commit", {}),
        ("status", {"status": 500}),
        ("status", {"status": 402}),
        ("status", {"status": 429}),
        ("echo-differs", {"field": "SessionDate"}),
        ("html", {"commit": True}),
    ]
)
POINTS = st.builds(
    AwaitPoint,
    st.sampled_from(
        [
            "gateway.requirements",
            "gateway.create_booking",
            "gateway.made_bookings",
            "store.claim",
            "store.conclude",
            "store.resolve",
            "store.find",
            "vault.unlock",
        ]
    ),
    st.just(1),
)
SIDES: st.SearchStrategy[Literal["before", "after"]] = st.sampled_from(["before", "after"])


@dataclass(frozen=True)
class Asked:
    """A request to book, as the model knows it."""

    account: int
    key: str
    session: str


class ProtocolMachine(RuleBasedStateMachine):
    """One ground, three tokens of two accounts, three keys, two sessions of one candidate."""

    ground: ClassVar[Ground]

    @initialize()
    def begin(self) -> None:
        """Start over."""
        self.ground.begin()
        self.ground.start()
        self.client = Client(self.ground)
        self.sessions_of: dict[tuple[int, str], str] = {}  # what each key of an account was used for first
        self.final: dict[Asked, bytes] = {}

    @rule(token=st.sampled_from(sorted(TOKENS)), key=OPTIONAL_KEYS, session=SESSIONS, fault=FAULTS, blind=st.booleans())
    def book(
        self, token: str, key: str | None, session: str, fault: tuple[str, dict[str, object]] | None, *, blind: bool
    ) -> None:
        """Book, in any weather; `blind` is when the list of bookings cannot be read either."""
        if fault is not None:
            self.ground.sandbox.faults.arm(CREATE, fault[0], **fault[1])
        if blind:
            self.ground.sandbox.faults.arm(MADE_BOOKINGS, "status", "forever", status=503)
        before = len(self.ground.sandbox.world.bookings)
        reply = self._book(token, key, session)
        self.ground.sandbox.faults.clear()
        if len(self.ground.sandbox.world.bookings) > before:
            assert reply is not None
            assert reply.problem in {None, "outcome-unknown"}

    @precondition(lambda self: self.sessions_of)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """Send a request again, as it was."""
        account, key = data.draw(st.sampled_from(sorted(self.sessions_of)))
        session = self.sessions_of[account, key]
        self._book(TOKEN_OF[account], key, session)

    @rule(token=st.sampled_from(sorted(TOKENS)), key=KEYS, session=SESSIONS, fault=FAULTS, point=POINTS, side=SIDES)
    def die(  # noqa: PLR0913, PLR0917 (all that a death depends on)
        self,
        token: str,
        key: str,
        session: str,
        fault: tuple[str, dict[str, object]] | None,
        point: AwaitPoint,
        side: Literal["before", "after"],
    ) -> None:
        """Book, and let the function die on the way if it gets there."""
        if fault is not None:
            self.ground.sandbox.faults.arm(CREATE, fault[0], **fault[1])
        self.ground.start(Death(point, side))
        self._book(token, key, session)
        self.ground.sandbox.faults.clear()
        self.ground.start()

    @precondition(lambda self: self.ground.sandbox.world.bookings)
    @rule(data=st.data(), how=st.sampled_from(["cancelled", "rejected"]))
    def end_upstream(self, data: st.DataObject, how: str) -> None:
        """End a booking at AdultWork."""
        world, now = self.ground.sandbox.world, london_time(self.ground.clock.now())
        booking = data.draw(st.sampled_from(list(world.bookings)))
        if booking.is_standing:
            step = {
                "cancelled": lambda one: cancelled(one, now, "…", "…"),
                "rejected": lambda one: rejected(one, now, "…"),
            }
            world.move(booking.booking_id, step[how])

    @precondition(lambda self: self.ground.ledger.operations())
    @rule(data=st.data(), token=st.sampled_from(sorted(TOKENS)))
    def ask(self, data: st.DataObject, token: str) -> None:
        """Ask for an operation: one's own is told as it stands, another account's is not there."""
        entry: Entry = data.draw(st.sampled_from(self.ground.ledger.operations()))
        reply = self.client.ask(token, entry.id)
        if entry.account != TOKENS[token]:
            assert reply.problem == "not-found"
            return
        (after,) = [one for one in self.ground.ledger.operations() if one.id == entry.id]
        assert (reply.status, reply.document["operation_state"]) == (200, after.state)
        assert entry.state in OPEN or after.state is entry.state

    @rule(seconds=st.sampled_from([LEASE_IS_OVER_SECONDS, ALL_IS_SETTLED_SECONDS, DAY_SECONDS, 3 * DAY_SECONDS]))
    def let_time_pass(self, seconds: float) -> None:
        """Past the lease, past the window in which a late booking turns up, past a day, past the life of a key."""
        self.ground.clock.move_on(seconds)
        self.ground.start()
        if seconds >= DAY_SECONDS:  # keys hold for two days; from here on the model does not know which still do
            self.sessions_of.clear()
            self.final.clear()

    @rule()
    def run_the_schedule(self) -> None:
        """Flag what nobody came back for."""
        self.ground.function.run_schedule()

    @invariant()
    def nothing_is_doubled_or_made_up(self) -> None:
        """Whatever happened so far."""
        if hasattr(self, "client"):
            assert list(wrong_at_any_time(self.ground, self.client.told)) == []

    def teardown(self) -> None:
        """Let every account come back once everything had its time: then nothing is open, and nothing was lost or told."""
        if not hasattr(self, "client"):
            return
        for seconds in (LEASE_IS_OVER_SECONDS, ALL_IS_SETTLED_SECONDS):
            self.ground.clock.move_on(seconds)
            self.ground.start()
            for entry in self.ground.ledger.operations():
                self.client.ask(TOKEN_OF[entry.account], entry.id)
        assert list(wrong_at_the_end(self.ground, self.client.told)) == []

    def _book(self, token: str, key: str | None, session: str) -> Reply | None:
        """Book; check the answer against what the key was used for, and against the world. None when the function died."""
        account, known = TOKENS[token], len(self.ground.ledger.operations())
        try:
            reply = self.client.book(token, key, SessionDate=session)
        except KilledError:
            reply = None
        is_claimed = len(self.ground.ledger.operations()) > known
        if reply is not None and reply.status == CREATED:
            self._require_booked(account, session, reply)
        if key is not None:
            if reply is not None and (account, key) in self.sessions_of:
                self._require_sense(Asked(account, key, session), reply)
            if is_claimed:
                assert (account, key) not in self.sessions_of
                self.sessions_of[account, key] = session
        return reply

    def _require_booked(self, account: int, session: str, reply: Reply) -> None:
        """Check that a success is one."""
        booking = self.ground.sandbox.world.booking(reply.document["BookingID"])
        assert booking is not None
        assert (booking.account_id, booking.session_date.strftime(SESSION)) == (account, session)

    def _require_sense(self, asked: Asked, reply: Reply) -> None:
        """Check what a key that was used before leads to."""
        if self.sessions_of[asked.account, asked.key] != asked.session:
            assert reply.problem == "idempotency-key-reused"
            return
        is_final = reply.status == CREATED or reply.headers.get("idempotency-replayed") == "true"
        assert is_final or asked not in self.final
        if is_final:
            assert self.final.setdefault(asked, reply.body) == reply.body
