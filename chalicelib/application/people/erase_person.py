"""ErasePerson: what ties a UserID to its records is taken away; the records stay, and their chains and digests verify."""

from collections.abc import Iterator

from chalicelib.application.people.deeds import Custodian, Deeds
from chalicelib.application.people.ports import Traces
from chalicelib.application.people.tending import held_by, is_time_left
from chalicelib.application.review.door import Visit
from chalicelib.application.review.persons import UNKNOWN
from chalicelib.domain.canonical import Canonical
from chalicelib.domain.errors import NotFoundError
from chalicelib.domain.people.person import Person
from chalicelib.domain.people.trace import Effect, Trace
from chalicelib.domain.review.desk.look import Action
from chalicelib.domain.reviewer_errors import AuditUnavailableError, ErasureRefusedError
from chalicelib.values import dataclass

REFUSED = "This person cannot be erased now; the violations say why. Nothing was taken away."
CHANGED = "Something of this person has changed meanwhile. Nothing is lost: ask again."
OUT_OF_TIME = "There was no time to read everything of this person. Nothing was taken away; ask again."


@dataclass(frozen=True, slots=True)
class EraseCommand:
    """An erasure; a dry run changes nothing. The visit's reason says why."""

    visit: Visit
    user_id: int
    is_dry_run: bool = True


@dataclass(frozen=True, slots=True)
class ErasureAnswer:
    """What would be taken away, or was.

    A dry run is refused by nothing: the effect's `obstacles` say what would. Unless `is_complete`, time ran out before all was
    taken away: the same command goes on.
    """

    pseudonym: str
    effect: Effect
    is_dry_run: bool
    is_complete: bool


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """Erases a client or a candidate."""

    deeds: Deeds
    traces: Traces

    def execute(self, command: EraseCommand) -> ErasureAnswer:
        """Erase, or tell what that would do.

        1. Let the custodian in. 2. Find the person. 3. Read what is stored of them. 4. A dry run ends here, told and recorded;
        so does an erasure that something stands in the way of. 5. Record that it begins. 6. Strip, piece by piece; whoever dies
        in between is gone on from by the same command. 7. Delete the register's row with the data key, and record what was
        done, in one write that a hold refuses.

        Raises:
            InvalidQueryError: no reason.
            NotFoundError: the register has no such person: they were never in it, or are erased.
            ErasureRefusedError: a hold, an open operation or a guard stands in the way.
            CallerError: see `Door.admit`.
            AuditUnavailableError: not read or not written; it is safe to try again.
        """
        custodian = self.deeds.admit(command.visit)  # 1
        person = self.deeds.find(custodian, command.user_id, Action.ERASE)  # 2
        effect = self._effect(custodian, person)  # 3
        stage = "dry-run" if command.is_dry_run else "refused" if effect.obstacles else "begun"
        self._record(custodian, person, effect, stage)  # 4, 5
        if command.is_dry_run:
            return ErasureAnswer(person.pseudonym, effect, is_dry_run=True, is_complete=True)
        if effect.obstacles:
            raise ErasureRefusedError(REFUSED, violations=effect.obstacles)
        is_complete = self._strip(custodian, person)  # 6
        if is_complete:
            self._delete(custodian, person, effect)  # 7
        return ErasureAnswer(person.pseudonym, effect, is_dry_run=False, is_complete=is_complete)

    def _effect(self, custodian: Custodian, person: Person) -> Effect:
        deadline, now = custodian.deadline, self.deeds.door.clock.now()
        counts = self.traces.counted(person.user_id, now, deadline)
        held = held_by(self.deeds.register, deadline) - {person.pseudonym}
        return Effect.of(self._traces(custodian, person), counts, is_held=person.hold is not None, held=held)

    def _traces(self, custodian: Custodian, person: Person) -> Iterator[Trace]:
        deadline = custodian.deadline
        for piece in self.traces.operations(person.pseudonym, person.user_id, deadline):
            if not is_time_left(deadline):
                raise AuditUnavailableError(OUT_OF_TIME, retry_after_seconds=1)
            yield from self.traces.traces(piece, self.deeds.door.clock.now(), deadline)

    def _strip(self, custodian: Custodian, person: Person) -> bool:
        """Take everything away that has to go before the register's row; False when time ran out."""
        deadline, clock = custodian.deadline, self.deeds.door.clock
        for piece in self.traces.operations(person.pseudonym, person.user_id, deadline):
            if not is_time_left(deadline):
                return False
            now = clock.now()
            found = [trace for trace in self.traces.traces(piece, now, deadline) if trace.tells_who]
            held = held_by(self.deeds.register, deadline)
            if Effect.of(found, 0, held=held).obstacles or not self.traces.strip(found, person, now, deadline):
                raise AuditUnavailableError(CHANGED, retry_after_seconds=1)
        self.traces.forget_counts(person.user_id, clock.now(), deadline)
        return True

    def _delete(self, custodian: Custodian, person: Person, effect: Effect) -> None:
        is_deleted = self.deeds.do(
            custodian,
            Action.ERASE,
            {"person": person.pseudonym, "stage": "done", **effect.counted()},
            1,
            lambda event: self.deeds.register.erase(person, event, custodian.deadline),
        )
        if is_deleted:
            return
        if self.deeds.register.find(person.user_id, custodian.deadline) is None:
            raise NotFoundError(UNKNOWN)  # another custodian was faster
        raise AuditUnavailableError(CHANGED, retry_after_seconds=1)  # asked again, it is told that a hold is on them

    def _record(self, custodian: Custodian, person: Person, effect: Effect, stage: str) -> None:
        obstacles = [obstacle.rule for obstacle in effect.obstacles]
        told: dict[str, Canonical] = {"person": person.pseudonym, "stage": stage, **effect.counted()}
        told["obstacles"] = obstacles
        self.deeds.record(custodian, Action.ERASE, told, 1)
