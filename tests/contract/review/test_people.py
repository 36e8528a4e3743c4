"""Holds and erasures on DynamoDB, on rows as bookings write them; the use cases are the real ones."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.adapters.aws.people import person_rows, traces
from chalicelib.adapters.aws.people.register import DynamoDBPeopleRegister
from chalicelib.adapters.aws.people.traces import DynamoDBTraces
from chalicelib.adapters.aws.review.look_trail import DynamoDBLookTrail
from chalicelib.application.people.deeds import Deeds
from chalicelib.application.people.erase_person import EraseCommand, ErasePerson, ErasureAnswer
from chalicelib.application.people.hold_person import HoldAnswer, HoldCommand, HoldPerson, LiftHold
from chalicelib.application.people.ports import Errand, Task, Written
from chalicelib.application.people.run_errands import Ran, RunErrands
from chalicelib.application.review.door import Door
from chalicelib.domain.canonical import Canonical, canonical_bytes
from chalicelib.domain.errors import NotFoundError
from chalicelib.domain.operation.operation import OperationState, guard_name
from chalicelib.domain.people.person import Hold, Person
from chalicelib.domain.people.trace import Effect, StandingRow, Trace
from chalicelib.domain.review.desk.look import Action, Head, Look
from chalicelib.domain.review.desk.reviewer import Reviewer
from chalicelib.domain.reviewer_errors import AuditUnavailableError, ErasureRefusedError
from devtools.local.dynamodb import create_table
from tests.builders import NOW
from tests.contract.records import enough_time
from tests.fakes.clock import FixedClock
from tests.fakes.review_desk import CUSTODIAN, FakeVerifier, visit

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

CLIENT, CANDIDATE = 1001001, 2002002
CLIENT_NAME, CANDIDATE_NAME = "p_" + "C" * 26, "p_" + "D" * 26
WHY = "Request of the person"
LATER = NOW + timedelta(days=10)  # when the guards of what `book` makes are over
KEPT = timedelta(days=400)
INDEXES = tuple(
    tables.Index(name, attribute, tables.TEXT) for name, attribute in (person_rows.BY_CLIENT, person_rows.BY_CANDIDATE)
)
_numbers = count()


@dataclass
class Tables:
    """Two new tables, with what custodians use of them."""

    client: "DynamoDBClient"
    clock: FixedClock
    operations: str
    audit: str

    @property
    def register(self) -> DynamoDBPeopleRegister:
        """Return the register."""
        return DynamoDBPeopleRegister(self.client, self.operations, self.audit)

    @property
    def traces(self) -> DynamoDBTraces:
        """Return the traces."""
        return DynamoDBTraces(self.client, self.operations, self.audit, KEPT, KEPT)

    @property
    def deeds(self) -> Deeds:
        """Return what the use cases have in common."""
        return Deeds(Door(FakeVerifier(), DynamoDBLookTrail(self.client, self.audit), self.clock), self.register)

    def put(self, table: str, row: dict[str, Any]) -> None:
        """Put a row."""
        self.client.put_item(TableName=table, Item=row)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return all rows of a table."""
        return self.client.scan(TableName=table, ConsistentRead=True)["Items"]

    def enter(self, user_id: int, pseudonym: str, **more: Any) -> None:  # noqa: ANN401 (attributes)
        """Put a person into the register."""
        created = items.instant(NOW)
        self.put(
            self.operations,
            {**person_rows.person_key(user_id), "pseudonym": items.text(pseudonym), "created_at": created, **more},
        )

    def book(self, number: int, state: OperationState = OperationState.CONFIRMED, day: int = 20) -> str:
        """Put what one booking of the client with the candidate leaves; return its operation."""
        name = f"op_{number:026}"
        key, date = tables.operation_row(name), f"2026-01-{day:02} 21:30"
        at = NOW + timedelta(seconds=number)
        ends = datetime.fromisoformat(f"2026-01-{day:02}T21:30:00+00:00") + timedelta(hours=24)
        row = {
            **person_rows.key(key),
            "account": items.number(CLIENT),
            "book_user_id": items.number(CANDIDATE),
            "session_date": items.text(date),
            "state": items.text(state),
            "head": items.hashed("ab" * 32),
            "events": items.number(2),
            "answer": {"B": b"sealed"},
            "fingerprint": items.text("kid:fingerprint"),
            "claimed_at": items.instant(at),
            "expires_at": items.expiry(ends + timedelta(days=30)),
        }
        if state in {OperationState.SENDING, OperationState.UNKNOWN}:
            row["open"] = items.text(tables.open_shard(CLIENT))
        self.put(self.operations, row)
        guard = guard_name(CLIENT, CANDIDATE, date)
        self.put(self.operations, items.guard_row(guard, name, ends))
        for sequence, named in ((1, ("candidate", CANDIDATE_NAME)), (2, ("client", CLIENT_NAME))):
            told: dict[str, Canonical] = {
                "operation_id": name,
                "sequence": sequence,
                "at": at.isoformat(),
                named[0]: named[1],
            }
            event = {
                "pk": items.text(key),
                "sk": items.text(tables.event_sort_key(sequence)),
                "canonical": items.text(canonical_bytes(told).decode()),
                "at": items.instant(at),
                named[0]: items.text(named[1]),
                tables.ENDS: items.expiry(at + KEPT),
            }
            self.put(self.audit, event | ({"people": {"B": b"1001001 2002002"}} if sequence == 1 else {}))
        contact = {"pk": items.text(tables.contact_row(name)), "sk": items.text(tables.event_sort_key(2))}
        self.put(self.audit, {**contact, "contact": {"B": b"sealed"}, tables.ENDS: items.expiry(at + KEPT)})
        return name

    def count(self) -> None:
        """Put rows that count bookings and refusals."""
        now = self.clock.now()
        day, minute = (int(now.timestamp()) // seconds for seconds in (86_400, 60))
        for name in (
            tables.rate_row(CLIENT, 86_400, day),
            tables.rate_row(CLIENT, 86_400, day - 1),
            tables.rate_row(CLIENT, 60, minute - 3),
            tables.refusals_row(CLIENT, now - timedelta(hours=30)),
        ):
            self.put(self.operations, person_rows.key(name))

    def erase(self, user_id: int = CLIENT, *, is_dry_run: bool = False) -> ErasureAnswer:
        """Erase somebody."""
        return ErasePerson(self.deeds, self.traces).execute(EraseCommand(visit(CUSTODIAN, WHY), user_id, is_dry_run))

    def hold(self, user_id: int = CLIENT) -> HoldAnswer:
        """Hold somebody."""
        return HoldPerson(self.deeds, self.traces).execute(HoldCommand(visit(CUSTODIAN, WHY), user_id))

    def lift(self, user_id: int = CLIENT) -> HoldAnswer:
        """Lift a hold."""
        return LiftHold(self.deeds, self.traces).execute(HoldCommand(visit(CUSTODIAN, WHY), user_id))

    def run_errands(self) -> Ran:
        """Do what the clock does."""
        return RunErrands(self.register, self.traces, self.clock).execute(enough_minutes())

    def ending(self) -> int:
        """Count the rows of the audit that have an end."""
        return sum(tables.ENDS in row for row in self.rows(self.audit))


def enough_minutes() -> Any:  # noqa: ANN401 (a deadline)
    """Return the deadline of the hourly function."""
    clock = FixedClock()
    return replace(enough_time(clock), at=clock.monotonic() + 600)


def on_new_tables(client: "DynamoDBClient", operations: str, audit: str) -> Tables:
    """Return new tables in which a client and a candidate are registered."""
    create_table(client, replace(tables.OPERATIONS, expiry=None), operations)
    create_table(client, replace(tables.AUDIT, indexes=(tables.BY_DAY, *INDEXES), expiry=None), audit)
    made = Tables(client, FixedClock(), operations, audit)
    made.enter(CLIENT, CLIENT_NAME, key_id={"B": b"12345678"}, wrapped={"B": b"wrapped"})
    made.enter(CANDIDATE, CANDIDATE_NAME)
    return made


@pytest.fixture
def held(review_client: "DynamoDBClient") -> Iterator[Tables]:
    """Return such tables, and delete them."""
    number = next(_numbers)
    operations, audit = f"people-operations-{number}", f"people-audit-{number}"
    yield on_new_tables(review_client, operations, audit)
    for table in (operations, audit):
        review_client.delete_table(TableName=table)


def test_the_register_tells_who_a_user_id_is(held: Tables) -> None:
    """A client has a key."""
    assert held.register.find(CLIENT, enough_time()) == Person(CLIENT, CLIENT_NAME, NOW, is_client=True)
    assert held.register.find(CANDIDATE, enough_time()) == Person(CANDIDATE, CANDIDATE_NAME, NOW)
    assert held.register.find(3003003, enough_time()) is None


def test_after_an_erasure_no_attribute_of_any_row_has_the_user_id(held: Tables) -> None:
    """The rows of both tables, sealed ones as well; chains and heads stay, and so does the other person."""
    held.book(1)
    held.book(2, OperationState.REJECTED, day=21)
    held.count()
    held.clock.tick(10 * 86_400)
    before = {(row["pk"]["S"], row["sk"]["S"]): row["canonical"] for row in held.rows(held.audit) if "canonical" in row}
    held.count()
    answer = held.erase()
    assert answer.effect == Effect(operations=2, rows=2, identities=2, contacts=2, counts=4)
    everything = [*held.rows(held.operations), *held.rows(held.audit)]
    assert str(CLIENT) not in repr([row for row in everything if not _is_old_count(row)])
    kept = {row["pk"]["S"]: row for row in held.rows(held.operations)}
    assert kept["OP#op_00000000000000000000000001"].keys() == {
        *("pk", "state", "head", "events", "claimed_at", "expires_at", items.STRIPPED),
    }
    assert f"PERSON#{CANDIDATE}" in kept
    after = {(row["pk"]["S"], row["sk"]["S"]): row.get("canonical") for row in held.rows(held.audit)}
    assert before.items() <= after.items()
    assert not any("people" in row for row in held.rows(held.audit))


def _is_old_count(row: dict[str, Any]) -> bool:
    """Tell whether a row counts what was long ago: DynamoDB has deleted it by then."""
    return str(row["pk"]["S"]).startswith(("RATE#", "REFUSED#"))


def test_a_hold_on_the_other_person_refuses(held: Tables) -> None:
    """What the row tells of the one, it tells of both."""
    held.book(1)
    held.clock.tick(10 * 86_400)
    held.hold(CANDIDATE)
    with pytest.raises(ErasureRefusedError) as caught:
        held.erase()
    assert [one.rule for one in caught.value.violations] == ["shared-hold"]
    held.lift(CANDIDATE)
    assert held.erase().effect.rows == 1


def test_a_dry_run_tells_the_same_and_changes_nothing(held: Tables) -> None:
    """Guards that hold are told with the time from which on erasing works."""
    held.book(1)
    before = held.rows(held.operations)
    effect = held.erase(is_dry_run=True).effect
    assert (effect.rows, effect.guarded) == (1, 1)
    assert effect.possible_from == datetime.fromisoformat("2026-01-21T21:30:00+00:00")
    assert held.rows(held.operations) == before
    with pytest.raises(ErasureRefusedError):
        held.erase()


@pytest.mark.parametrize("state", [OperationState.SENDING, OperationState.AMBIGUOUS, OperationState.EXPIRED_UNKNOWN])
def test_what_is_not_settled_refuses(held: Tables, state: OperationState) -> None:
    """Ten days later as well."""
    held.book(1, state)
    held.clock.tick(10 * 86_400)
    for user_id in (CANDIDATE, CLIENT):
        with pytest.raises(ErasureRefusedError) as caught:
            held.erase(user_id)
        assert [one.rule for one in caught.value.violations] == ["open-operation"]


def test_an_open_operation_whose_events_name_no_client_yet_refuses(held: Tables) -> None:
    """The index of open ones has its account; of another account's in the same partition nothing is told."""
    name = held.book(1, OperationState.SENDING)
    held.client.delete_item(
        TableName=held.audit, Key={"pk": items.text(tables.operation_row(name)), "sk": items.text("0002")}
    )
    held.clock.tick(10 * 86_400)
    assert held.erase(is_dry_run=True).effect.unsettled == 1
    other = next(n for n in range(1, 999) if tables.open_shard(n) == tables.open_shard(CLIENT))
    held.enter(other, "p_" + "E" * 26)
    assert held.erase(other, is_dry_run=True).effect.operations == 0


def test_whoever_dies_midway_is_gone_on_from(held: Tables) -> None:
    """After any of the steps: the rows of the first piece are stripped, the identities of none are taken."""
    held.book(1)
    held.clock.tick(10 * 86_400)
    person = held.register.find(CLIENT, enough_time())
    (trace,) = held.traces.traces(["op_00000000000000000000000001"], held.clock.now(), enough_time())
    assert held.traces.strip([replace(trace, identities=())], person, held.clock.now(), enough_time())
    assert held.erase().effect == Effect(operations=1, rows=0, identities=1, contacts=1)
    with pytest.raises(NotFoundError):
        held.erase()


def test_a_hold_between_reading_and_stripping_refuses(held: Tables) -> None:
    """So does a guard that was put meanwhile, and an event that has come since."""
    name = held.book(1)
    held.clock.tick(10 * 86_400)
    now, person = held.clock.now(), held.register.find(CLIENT, enough_time())
    found = held.traces.traces([name], now, enough_time())
    held.hold()
    assert not held.traces.strip(found, person, now, enough_time())
    held.lift()
    assert not held.traces.strip(
        [replace(one, row=one.row and replace(one.row, head="cd" * 32)) for one in found], person, now, enough_time()
    )
    held.put(held.operations, items.guard_row(guard_name(CLIENT, CANDIDATE, "2026-01-20 21:30"), name, LATER + KEPT))
    assert not held.traces.strip(found, person, now, enough_time())
    (standing,) = held.traces.traces([name], now, enough_time())
    assert standing.row == replace(found[0].row, guarded_until=LATER + KEPT)  # type: ignore[type-var]


def test_a_guard_that_is_another_operations_is_not_counted(held: Tables) -> None:
    """It was freed, and claimed again by an equal booking."""
    name = held.book(1, OperationState.REJECTED)
    held.put(held.operations, items.guard_row(guard_name(CLIENT, CANDIDATE, "2026-01-20 21:30"), "op_2", LATER))
    (trace,) = held.traces.traces([name], NOW, enough_time())
    assert trace.row is not None
    assert trace.row.guarded_until is None


def test_a_register_row_is_deleted_only_while_it_is_this_persons_and_free(held: Tables) -> None:
    """The event goes with it, or nothing does."""
    person = Person(CLIENT, CLIENT_NAME)
    look = Look(Reviewer("issuer", "carl", frozenset()), Action.ERASE, NOW, "request-1", 1)
    first = look.following(Head())
    assert held.register.erase(replace(person, pseudonym="p_other"), first, enough_time()) is Written.REFUSED
    held.register.set_hold(person, Hold("carl", NOW, WHY), first, enough_time())
    second = look.following(first.head())
    assert held.register.erase(person, second, enough_time()) is Written.REFUSED
    assert held.register.set_hold(person, Hold("carl", NOW, WHY), first, enough_time()) is Written.TAKEN
    assert held.register.lift_hold(person, second, enough_time()) is Written.REFUSED
    earlier = replace(person, hold=Hold("carl", LATER, WHY))
    assert held.register.lift_hold(earlier, second, enough_time()) is Written.REFUSED
    assert len([row for row in held.rows(held.audit) if row["pk"]["S"].startswith("REVIEW#")]) == 1


def test_a_hold_takes_ends_off_and_lifting_gives_them_back(held: Tables) -> None:
    """Of events and contacts; those of an operation with another person who is held have none."""
    held.book(1)
    ends = {row["pk"]["S"] + row["sk"]["S"]: row[tables.ENDS] for row in held.rows(held.audit)}
    answer = held.hold()
    assert (answer.records, answer.is_complete, held.ending()) == (3, True, 0)
    assert held.register.find(CLIENT, enough_time()).hold == Hold("custodian", NOW, WHY)  # type: ignore[union-attr]
    held.hold(CANDIDATE)
    assert held.register.errands(enough_time()) == [Errand(Task.HELD, CLIENT_NAME), Errand(Task.HELD, CANDIDATE_NAME)]
    assert (held.lift().records, held.ending()) == (0, 0)
    assert held.lift(CANDIDATE).records == 3
    after = {row["pk"]["S"] + row["sk"]["S"]: row[tables.ENDS] for row in held.rows(held.audit) if tables.ENDS in row}
    assert after == ends
    assert held.register.errands(enough_time()) == []


def test_each_hour_new_records_of_the_held_lose_their_end(held: Tables) -> None:
    """And ends are not given back twice."""
    held.hold()
    held.book(1)
    assert (held.run_errands(), held.ending()) == (Ran(3, 1), 0)
    assert held.run_errands() == Ran(0, 1)
    unlimited = DynamoDBTraces(held.client, held.operations, held.audit)
    assert unlimited.let_end(["op_00000000000000000000000001"], frozenset(), enough_time()) == 0


def test_stragglers_are_stripped_by_the_hour(held: Tables) -> None:
    """What a function booked that still had the row in memory."""
    held.erase()
    held.book(1)
    assert held.run_errands() == Ran(0, 1)
    held.clock.tick(10 * 86_400)
    assert held.run_errands() == Ran(1, 0)
    assert str(CLIENT) not in repr([*held.rows(held.operations), *held.rows(held.audit)])


def test_many_operations_are_worked_through_in_pieces(held: Tables) -> None:
    """Each once, though both indexes name them."""
    for number in range(traces.PIECE * 2 + 3):
        held.book(number, day=10 + number % 10)
    pieces_ = list(held.traces.operations(CLIENT_NAME, CLIENT, enough_time()))
    assert [len(piece) for piece in pieces_] == [traces.PIECE, traces.PIECE, 3]
    held.clock.tick(20 * 86_400)
    assert held.erase().effect.rows == traces.PIECE * 2 + 3


def test_a_row_that_has_ended_meanwhile_is_not_made_again(held: Tables) -> None:
    """An update without its condition would put an event without a text."""
    held.book(1)
    trace = replace(held.traces.traces(["op_00000000000000000000000001"], LATER, enough_time())[0], identities=(1, 7))
    assert held.traces.strip([trace], None, LATER + KEPT, enough_time())
    assert all("canonical" in row or "contact" in row for row in held.rows(held.audit))


def test_without_tables_nothing_is_told_of_the_cause(held: Tables) -> None:
    """One error for whatever AWS says."""
    gone = Tables(held.client, held.clock, "no-such-table", "no-such-audit")
    person = Person(CLIENT, CLIENT_NAME)
    event = Look(Reviewer("issuer", "carl", frozenset()), Action.ERASE, NOW, "r", 1).following(Head())
    with pytest.raises(AuditUnavailableError):
        gone.register.erase(person, event, enough_time())
    with pytest.raises(AuditUnavailableError):
        list(gone.traces.operations(CLIENT_NAME, CLIENT, enough_time()))
    for trace in (trace_of(), replace(trace_of(), row=None, identities=(1,))):
        with pytest.raises(AuditUnavailableError):
            gone.traces.strip([trace], None, NOW, enough_time())


def trace_of() -> Trace:
    """Return the trace of an operation that stands."""
    return Trace("op_1", StandingRow(OperationState.CONFIRMED, "ab" * 32, "1#2#3"))
