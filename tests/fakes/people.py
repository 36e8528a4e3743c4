"""The register and the traces of people, in memory."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.application.people.deeds import Deeds
from chalicelib.application.people.erase_person import EraseCommand, ErasePerson, ErasureAnswer
from chalicelib.application.people.hold_person import HoldAnswer, HoldCommand, HoldPerson, LiftHold
from chalicelib.application.people.ports import Errand, Task, Written
from chalicelib.application.people.run_errands import Ran, RunErrands
from chalicelib.application.people.show_person import ShowPerson
from chalicelib.application.people.show_retention import ShowRetention
from chalicelib.domain.people.person import Hold, Person
from chalicelib.domain.people.retention import Retention
from chalicelib.domain.people.trace import Trace
from chalicelib.domain.review.desk.look import Look, LookEvent
from chalicelib.domain.reviewer_errors import AuditUnavailableError
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.review.container import Custody
from devtools.memory.punctuality import require_deadline
from tests.builders import NOW
from tests.fakes.review_desk import CUSTODIAN, Desk, visit

RETENTION = Retention(timedelta(days=400), timedelta(days=300), timedelta(days=200))
WHY = "Request of the person"
CLIENT = Person(1001, "p_client", NOW, is_client=True)
CANDIDATE = Person(123456, "p_candidate", NOW)


def nothing() -> None:
    """Do nothing in between."""


def custody_of(desk: Desk) -> Custody:
    """Return what custodians may do at a desk."""
    return InMemoryPeople(desk).custody


@dataclass
class InMemoryPeople:
    """Implements `PeopleRegister` and `Traces`.

    `named` has the pseudonyms of each operation, `traces_` what is stored of it, `ending` how many of its rows have an end;
    `opened` are the operations of a client that have no event yet which names them.
    `before_write` is called in between reading and writing the register, `before_strip` before each strip.
    """

    desk: Desk = field(default_factory=Desk)
    people: dict[int, Person] = field(default_factory=dict)
    named: dict[str, set[str]] = field(default_factory=dict)
    traces_: dict[str, Trace] = field(default_factory=dict)
    ending: dict[str, int] = field(default_factory=dict)
    opened: dict[int, list[str]] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    todo: list[Errand] = field(default_factory=list)
    before_write: Callable[[], None] = nothing
    before_strip: Callable[[], None] = nothing
    seconds_a_piece: float = 0.0

    def put(self, trace: Trace, *people: Person) -> None:
        """Store an operation of some people."""
        self.people |= {one.user_id: one for one in people}
        self.named[trace.operation_id] = {one.pseudonym for one in people}
        self.traces_[trace.operation_id] = replace(trace, names=frozenset(one.pseudonym for one in people))
        self.ending[trace.operation_id] = 2

    def find(self, user_id: int, deadline: Deadline) -> Person | None:
        """Return a person."""
        require_deadline(deadline)
        return self.people.get(user_id)

    def set_hold(self, person: Person, hold: Hold, event: LookEvent, deadline: Deadline) -> Written:
        """Set it."""

        def write(standing: Person) -> bool:
            self.people[standing.user_id] = replace(standing, hold=hold)
            self.todo = [one for one in self.todo if one.pseudonym != person.pseudonym]
            self.todo.append(Errand(Task.HELD, person.pseudonym))
            return True

        return self._write(person, write, event, deadline)

    def lift_hold(self, person: Person, event: LookEvent, deadline: Deadline) -> Written:
        """Lift it."""

        def write(standing: Person) -> bool:
            if standing.hold != person.hold:
                return False
            self.people[standing.user_id] = replace(standing, hold=None)
            self.todo = [one for one in self.todo if one.pseudonym != person.pseudonym]
            self.todo.append(Errand(Task.LIFTED, person.pseudonym))
            return True

        return self._write(person, write, event, deadline)

    def erase(self, person: Person, event: LookEvent, deadline: Deadline) -> Written:
        """Delete the person."""

        def write(standing: Person) -> bool:
            if standing.hold is not None:
                return False
            del self.people[standing.user_id]
            self.todo.append(Errand(Task.ERASED, person.pseudonym, event.look.at))
            return True

        return self._write(person, write, event, deadline)

    def errands(self, deadline: Deadline) -> Sequence[Errand]:
        """Return them."""
        require_deadline(deadline)
        return tuple(self.todo)

    def done(self, errand: Errand, deadline: Deadline) -> None:
        """Strike one off."""
        require_deadline(deadline)
        self.todo.remove(errand)

    def operations(self, pseudonym: str, account: int | None, deadline: Deadline) -> Iterator[Sequence[str]]:
        """Yield one at a time."""
        require_deadline(deadline)
        told: list[str] = []
        while new := [name for name in self._about(pseudonym, account) if name not in told]:
            self.desk.clock.tick(self.seconds_a_piece)
            told.append(new[0])
            yield [new[0]]

    def _about(self, pseudonym: str, account: int | None) -> list[str]:
        named = [name for name, people in self.named.items() if pseudonym in people]
        return named if account is None else [*named, *self.opened.get(account, ())]

    def traces(self, operation_ids: Sequence[str], now: datetime, deadline: Deadline) -> Sequence[Trace]:
        """Return what is stored; a guard that is over does not hold."""
        require_deadline(deadline)
        self._require_past(now)
        return [self._at(self.traces_[name], now) for name in operation_ids]

    def strip(self, traces: Sequence[Trace], person: Person | None, now: datetime, deadline: Deadline) -> bool:
        """Strip, if everything stands as it was read."""
        require_deadline(deadline)
        self._require_past(now)
        self.before_strip()
        standing = None if person is None else self.people.get(person.user_id)
        if person is not None and (standing is None or standing.hold is not None):
            return False
        if any(self._at(self.traces_[one.operation_id], now) != one for one in traces):
            return False
        for one in traces:
            self.traces_[one.operation_id] = replace(one, row=None, identities=())
        return True

    def counted(self, user_id: int, now: datetime, deadline: Deadline) -> int:
        """Count."""
        require_deadline(deadline)
        self._require_past(now)
        return self.counts.get(user_id, 0)

    def forget_counts(self, user_id: int, now: datetime, deadline: Deadline) -> int:
        """Delete."""
        require_deadline(deadline)
        self._require_past(now)
        return self.counts.pop(user_id, 0)

    def keep(self, operation_ids: Sequence[str], deadline: Deadline) -> int:
        """Take ends off."""
        require_deadline(deadline)
        changed = sum(self.ending[name] for name in operation_ids)
        self.ending |= dict.fromkeys(operation_ids, 0)
        return changed

    def let_end(self, operation_ids: Sequence[str], held: frozenset[str], deadline: Deadline) -> int:
        """Give ends back."""
        require_deadline(deadline)
        free = [name for name in operation_ids if not self.named[name] & held and not self.ending[name]]
        self.ending |= dict.fromkeys(free, 2)
        return 2 * len(free)

    def _write(self, person: Person, write: Callable[[Person], bool], event: LookEvent, deadline: Deadline) -> Written:
        require_deadline(deadline)
        self.before_write()
        standing = self.people.get(person.user_id)
        if self.desk.trail.head(event.look.chain, deadline).sequence >= event.sequence:
            return Written.TAKEN
        if standing is None or standing.pseudonym != person.pseudonym or not write(standing):
            return Written.REFUSED
        if not self.desk.trail.add(event, deadline):
            raise AuditUnavailableError("the fake was told of rivals")
        return Written.DONE

    def _require_past(self, now: datetime) -> None:
        assert now <= self.desk.clock.now(), "this moment has not come"

    @staticmethod
    def _at(trace: Trace, now: datetime) -> Trace:
        row = trace.row
        if row is None or row.guarded_until is None or row.guarded_until >= now:
            return trace
        return replace(trace, row=replace(row, guarded_until=None))

    @property
    def deeds(self) -> Deeds:
        """Return what the use cases have in common."""
        return Deeds(self.desk.door, self)

    @property
    def custody(self) -> Custody:
        """Return the use cases."""
        return Custody(
            ShowPerson(self.deeds),
            HoldPerson(self.deeds, self),
            LiftHold(self.deeds, self),
            ErasePerson(self.deeds, self),
            ShowRetention(self.desk.door, self, RETENTION),
        )

    def hold(self, user_id: int, token: str = CUSTODIAN, reason: str | None = WHY) -> HoldAnswer:
        """Set a hold."""
        return HoldPerson(self.deeds, self).execute(HoldCommand(visit(token, reason), user_id))

    def lift(self, user_id: int, token: str = CUSTODIAN, reason: str | None = WHY) -> HoldAnswer:
        """Lift a hold."""
        return LiftHold(self.deeds, self).execute(HoldCommand(visit(token, reason), user_id))

    def erase_person(
        self, user_id: int, *, is_dry_run: bool = False, token: str = CUSTODIAN, reason: str | None = WHY
    ) -> ErasureAnswer:
        """Erase."""
        command = EraseCommand(visit(token, reason), user_id, is_dry_run)
        return ErasePerson(self.deeds, self).execute(command)

    def run_errands(self, seconds: float = 60.0) -> Ran:
        """Let the clock do its part."""
        deadline = Deadline.after(self.desk.clock.monotonic, seconds)
        return RunErrands(self, self, self.desk.clock).execute(deadline)

    def looks(self) -> list[Look]:
        """Return what was recorded."""
        return [event.look for event in self.desk.trail.events]
