"""One run of changes: a world made from a seed, and what must hold when it is over."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from chalicelib.application.booking.place_booking import Answered
from chalicelib.composition.changes import changes_beside
from chalicelib.domain.audit.chain import Head, StoredChain, beside_record, broken_link
from chalicelib.domain.changing.changes import ACCEPT_RECEIVED_BOOKING, CANCEL_MADE_BOOKING
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.operation.operation import FREES_GUARD, OPEN, OperationState
from chalicelib.domain.review.stories import impossible_stories
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.changing.use_cases import Changes
from chalicelib.edge.links import Links
from devtools.memory.changes import InMemoryChangeStore
from devtools.proof.simulation.changing.clients import ChangingClient, Wish
from devtools.proof.simulation.changing.upstream import BOOKING, SimulatedChanges
from devtools.proof.simulation.intents import CANARY
from devtools.proof.simulation.oracle.evidence import Breach
from devtools.proof.simulation.service import longest_open
from devtools.proof.simulation.simulation import Outcome, Run
from devtools.proof.simulation.world.clock import SimulatedClock
from devtools.proof.simulation.world.gateway import UpstreamReads
from devtools.proof.simulation.world.platform import Call
from devtools.proof.simulation.world.store import Requests, SimulatedTables
from devtools.proof.simulation.world.surroundings import SWEEP_EVERY_SECONDS, SWEEP_SECONDS
from devtools.proof.simulation.world.upstream import TOKEN_PREFIX

CHANGES = (CANCEL_MADE_BOOKING, CANCEL_MADE_BOOKING, ACCEPT_RECEIVED_BOOKING)
OK = 200


class UnguardedChanges(InMemoryChangeStore):
    """Tables whose guards hold nobody up: what a wrong protocol would do, to show that the oracle can fail."""

    def _guard_of(self, one: object) -> str:
        return f"guard of {getattr(one, 'id', '')}"


def simulate_changes(
    seed: int, tables: type[InMemoryChangeStore] = InMemoryChangeStore, *, is_told: bool = False
) -> Outcome:
    """Run one seed to its end; equal arguments give equal outcomes, to the last line."""
    run = ChangingRun(seed, tables, is_told=is_told)
    run.go()
    return Outcome(seed, tuple(run.breaches()), run.journal.counts, tuple(run.journal.lines))


class ChangingRun(Run):
    """The parts of one run of changes, in the world of the simulation of bookings; nothing is booked."""

    def __init__(self, seed: int, tables: type[InMemoryChangeStore], *, is_told: bool = False) -> None:
        super().__init__(seed, is_told=is_told)
        clock = SimulatedClock(self.scheduler, self.start)
        self.changed = tables(self.tables.trail, (), clock, self.tables.register)
        reads = UpstreamReads(self.platform, self.upstream)
        self.gateway = SimulatedChanges(reads, self._is_claimed)
        self.said: list[tuple[Wish, object]] = []
        store = SimulatedTables(self.changed, self.platform, Requests(self.platform))
        links = Links(problem_type_base="about:")
        self.services: list[Changes] = [
            changes_beside(one.place_booking, store, self.gateway, self.gateway, links)  # type: ignore[arg-type]  # the real one
            for one in self.world.containers
        ]

    def go(self) -> None:
        """Let everything happen."""
        weather = self.weather
        accounts = sorted(self.upstream.users)
        wishes: list[Wish] = []
        for number in range(weather.pick((1, 2, 3))):
            booking_id = number + 1
            account, change = weather.pick(accounts), weather.pick(CHANGES)
            self.gateway.bookings[booking_id] = replace(BOOKING, booking_id=booking_id)
            wishes += [Wish(number, account, change, booking_id)] * weather.pick((1, 2))
            if weather.strikes(0.2):
                self.scheduler.at(weather.rng.uniform(0, 2000), partial(self._cancel_elsewhere, booking_id))
        clients = [
            self.scheduler.spawn(ChangingClient(self.platform, self.upstream, self.services, wish, self.said).live)
            for wish in wishes
        ]

        def sweep() -> None:
            while not all(client.dead for client in clients):
                self.scheduler.sleep(SWEEP_EVERY_SECONDS)
                self._sweep_once()
            weather.clear_up()
            end = self.scheduler.now + longest_open().total_seconds()
            while self.scheduler.now < end:
                self.scheduler.sleep(SWEEP_EVERY_SECONDS)
                self._sweep_once()

        self.scheduler.spawn(sweep)
        self.scheduler.run()

    def breaches(self) -> Iterator[Breach]:
        """Yield every broken invariant."""
        told = (
            ("C1 one POST an attempt, each claimed before", self._sent_once()),
            ("C2 the state is true", self._untrue()),
            ("C3 everything ends", (f"{one.id} is {one.state}" for one in self.changed.records() if one.state in OPEN)),
            ("C4 no false success", self._false_answers()),
            ("C5 chains verify and tell what may be", self._odd_chains()),
            ("C6 nothing personal in clear", self._leaks()),
            ("no foreign error", iter(self.history.foreign_errors)),
        )
        return (Breach(name, what) for name, found in told for what in found)

    def _sent_once(self) -> Iterator[str]:
        attempts = Counter((post.operation_id, post.attempt) for post in self.gateway.sent)
        yield from (f"{name} was sent {number} times" for name, number in attempts.items() if number > 1)
        follows = {(post.operation_id, post.attempt): post.may_follow for post in self.gateway.sent}
        for post in self.gateway.sent:
            if not post.has_claim:
                yield f"{post.operation_id} was sent without a claim"
            if post.attempt > 1 and not follows.get((post.operation_id, post.attempt - 1), True):
                yield f"{post.operation_id}, attempt {post.attempt}, follows one that may have been carried out"

    def _untrue(self) -> Iterator[str]:
        made = {(post.operation_id, post.attempt) for post in self.gateway.sent if post.is_made}
        for move in self.history.moves:
            after = move.after
            if after.state in FREES_GUARD and (after.id, after.attempt) in made:
                yield f"{after.id}, attempt {after.attempt}, is {after.state} and was carried out"
        for record in self.changed.records():
            is_cancel = record.change == CANCEL_MADE_BOOKING.name
            status = self.gateway.bookings[record.booking_ids[0]].status
            if record.state is OperationState.CONFIRMED and is_cancel and status != "Cancelled":
                yield f"{record.id} is CONFIRMED, and the booking is {status}"
            is_known = any((record.id, attempt) in made for attempt in range(1, record.attempt + 1))
            if record.state is OperationState.CONFIRMED and not is_cancel and not is_known:
                yield f"{record.id} is CONFIRMED, and was never carried out"

    def _false_answers(self) -> Iterator[str]:
        made = {(post.request.change.name, post.request.booking_ids[0]) for post in self.gateway.sent if post.is_made}
        for wish, answer in self.said:
            is_success = isinstance(answer, Answered) and answer.answer.status == OK
            is_cancelled = wish.change is CANCEL_MADE_BOOKING and (
                self.gateway.bookings[wish.booking_id].status == "Cancelled"
            )
            if is_success and (wish.change.name, wish.booking_id) not in made and not is_cancelled:
                yield f"wish {wish.number} was told that it was done"

    def _odd_chains(self) -> Iterator[str]:
        trail, records = self.tables.trail, {record.id: record for record in self.changed.records()}
        ids = [*records, *(event.operation_id for event in trail.refusals)]
        chains = [StoredChain(id_, trail.events(id_)) for id_ in ids]
        for chain in chains:
            record = records.get(chain.operation_id)
            known = chain if record is None else replace(chain, head=Head(record.sequence, record.head))
            if finding := broken_link(known) or beside_record(known, covered=0):
                yield str(finding)
        yield from map(str, impossible_stories(chains))

    def _leaks(self) -> Iterator[str]:
        rows = self.changed.rows()
        yield from (f"{secret} is in a row" for secret in (CANARY, TOKEN_PREFIX) if secret in rows)

    def _is_claimed(self, operation_id: str, attempt: int) -> bool:
        return any((one.id, one.attempt) == (operation_id, attempt) for one in self.changed.records())

    def _cancel_elsewhere(self, booking_id: int) -> None:
        booking = self.gateway.bookings[booking_id]
        if booking.status in {"Pending", "Accepted"}:
            self.gateway.bookings[booking_id] = replace(booking, status="Cancelled")

    def _sweep_once(self) -> None:
        def work(call: Call) -> int:
            deadline = Deadline.after(lambda: self.scheduler.now, SWEEP_SECONDS)
            try:
                return self.weather.pick(self.services).housekeeping.expire_operations(call.name, deadline).flagged
            except StoreUnavailableError:  # the next hour goes on
                return 0

        if any(record.state in OPEN for record in self.changed.records()):
            self.platform.ask("sweep", 0, SWEEP_SECONDS + 10, work)
