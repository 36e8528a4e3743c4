"""The page of the protocol says what the code does: its picture, its tables and its costs."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters.aws.dynamodb import items, tables, transactions
from chalicelib.adapters.aws.dynamodb.changes import DynamoDBChangeStore
from chalicelib.adapters.aws.dynamodb.rate_limit import counters
from chalicelib.adapters.aws.dynamodb.tables import AUDIT, DAY_SHARDS, OPEN_SHARDS, OPERATIONS
from chalicelib.adapters.aws.people.person_rows import ERRANDS
from chalicelib.adapters.aws.person_row import PARTITION_KEY
from chalicelib.adapters.aws.review import rows
from chalicelib.application.audit import events
from chalicelib.application.people.ports import Task
from chalicelib.domain.operation.operation import (
    FREES_GUARD,
    GUARD_HOLDS_AFTER_SESSION,
    MOVES,
    OperationState,
    Outcome,
)
from chalicelib.domain.operation.record import OperationRecord
from devtools.bench.write_units import Cost, CountedTables
from devtools.places import ROOT
from tests.contract.records import claim_event, operation
from tests.contract.test_change_store import CONFIRMED as CHANGED
from tests.contract.test_change_store import change
from tests.contract.test_change_store import claim_event as claim_of_change
from tests.unit.adapters.aws.dynamodb.priced import KEY, LIMITS, MEMBERS, REQUEST_ID, steps
from tests.unit.adapters.aws.review.test_review_adapters import LOOK
from tests.unit.application.world import OTHER_KEY, World

PAGE = (ROOT / "docs" / "protocol.md").read_text()
NEXT_ATTEMPT = "next attempt"


def section(title: str) -> str:
    """Return a section of the page."""
    assert f"\n## {title}\n" in PAGE
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def table(title: str) -> list[list[str]]:
    """Return the cells of the rows of a section's table."""
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def codes(cell: str) -> list[str]:
    """Return what a cell sets in code."""
    return re.findall(r"`([^`]+)`", cell)


def test_the_picture_shows_every_move_and_no_other() -> None:
    """Compare the arrows with MOVES, and those of a next attempt with the outcomes that allow one."""
    arrows = re.findall(r"^    (\S+) --> (\w+): (.+)$", section("States"), re.MULTILINE)
    told = {(one, other) for one, other, why in arrows if why != NEXT_ATTEMPT and one != "[*]"}
    assert told == {(one.value, other.value) for one, others in MOVES.items() for other in others}
    assert [other for one, other, _ in arrows if one == "[*]"] == ["SENDING"]
    again = {one for one, other, why in arrows if why == NEXT_ATTEMPT and other == "SENDING"}
    outcomes = [Outcome(OperationState(state), "reason", 401) for state in ("REJECTED", "NOT_SENT", "UNKNOWN")]
    assert again == {outcome.state.value for outcome in outcomes if outcome.is_retryable}


def test_the_page_says_which_ends_free_a_guard() -> None:
    """All three are named in one sentence."""
    sentence = next(one for one in section("States").replace("\n", " ").split(". ") if "free the guard" in one)
    assert set(re.findall(r"[A-Z_]{4,}", sentence)) == {state.value for state in FREES_GUARD}


def test_the_rows_of_operations_are_those_that_are_written() -> None:
    """Compare names and attributes of each kind of row with what the code makes."""
    made = operation()
    event = claim_event(made)
    full = OperationRecord.of(made, OperationState.SENDING, 1, items.head_hex(event))
    now, later = (
        set(items.operation_row(full, made.guard_expires_at)),
        {"is_retryable", "booking_id", "answer", "reason", items.STRIPPED},
    )
    (counter,) = counters(made.account, LIMITS, made.claimed_at)
    expected = {
        tables.operation_row("<operation id>"): now | later,
        tables.guard_row("<account>#<BookUserID>#<SessionDate>"): set(items.guard(made)),
        tables.booking_row(0).replace("0", "<BookingID>"): set(items.booking(made.id, 77)),
        "RATE#<account>#<window seconds>#<window>": {"pk", "used", "m<minute>", tables.EXPIRES_AT},
        "REFUSED#<account>#<hour>": {"pk", "refusals", tables.EXPIRES_AT},
        ERRANDS: {"pk", *(task.value for task in Task)},
        "PERSON#<UserID>": {PARTITION_KEY, "pseudonym", "created_at", "key_id", "wrapped"},
    }
    assert {codes(row[0])[0]: set(codes(row[1])) | {"pk"} for row in table("Rows of the operations table")} == expected
    assert re.fullmatch(r"RATE#\d+#\d+#\d+", counter.row)
    assert [re.sub(r"m\d{4}", "m<minute>", name) for name in counter.limits] == ["used", "m<minute>"]


def test_the_ends_of_rows_are_those_of_the_code() -> None:
    """A guard's day and an operation's month."""
    ends = {codes(row[0])[0].partition("#")[0]: row[3] for row in table("Rows of the operations table")}
    assert timedelta(hours=24) == GUARD_HOLDS_AFTER_SESSION
    assert ends["GUARD"] == "24 hours after the session"
    assert ends["OP"] == f"{items.KEPT_AFTER_GUARD.days} days after its guard"
    assert ends["BOOKING"] == "never"


def test_the_rows_of_the_trail_are_those_that_are_written() -> None:
    """An opening event with the attributes of the indexes, and a contact beside its event."""
    events, contact, looks = table("Rows of the audit table")
    opening = set(items.audit_event(replace(claim_event(operation()), people=b"sealed")))
    assert set(codes(events[1])) == opening - {"pk", "sk"}
    assert codes(events[0])[0] == tables.operation_row("<operation id>")
    assert codes(contact[0])[0] == tables.contact_row("<operation id>")
    assert set(codes(contact[1])) == set(items.contact(claim_event(operation()), "sealed")) - {"pk", "sk"}
    assert set(codes(looks[1])) == set(rows.look_row(LOOK)) - {"pk", "sk"}
    assert codes(looks[0]) == [rows.look_key("<day>#<reader>"), rows.look_row(LOOK)["sk"]["S"]]


def test_the_indexes_are_those_of_the_schema() -> None:
    """Name, table, partition, sort and copies of each; and how many partitions the spread ones have."""
    schema = [("operations", index) for index in OPERATIONS.indexes] + [("audit", index) for index in AUDIT.indexes]
    assert [
        (codes(name)[0], of, codes(partition)[0], codes(sort)[0], tuple(codes(copies)))
        for name, of, partition, sort, copies in table("Indexes")
    ] == [(index.name, of, index.attribute, index.sort, index.included) for of, index in schema]
    text = section("Indexes")
    assert f"one of {OPEN_SHARDS} by account" in text
    assert f"one of {DAY_SHARDS} by operation" in text
    assert f"{2 * 5000 // OPEN_SHARDS} in each partition" in text
    assert f"{-(-5000 // DAY_SHARDS)}\nin each" in text


def book(world: World, key: str = KEY) -> None:
    """Make the README's booking."""
    world.place(MEMBERS, idempotency_key=key, request_id=REQUEST_ID)


def fail(world: World) -> None:
    """Ask for the README's booking in vain."""
    world.refusal(MEMBERS, idempotency_key=KEY, request_id=REQUEST_ID)


def decline(world: World) -> None:
    """Let AdultWork decline."""
    world.gateway.will_decline(402)
    book(world)


def fail_and_book(world: World) -> None:
    """Let no byte out at first."""
    answer = world.gateway.answer
    world.gateway.will_refuse_connections()
    fail(world)
    world.gateway.answer = answer
    book(world)


def lose_and_find(world: World) -> None:
    """Lose the answer of a booking that is listed."""
    world.gateway.will_book_and_lose_the_answer()
    book(world)


def lose_for_good(world: World) -> None:
    """Lose a booking that is never listed."""
    world.gateway.will_time_out_after_send()
    fail(world)
    world.clock.tick(1000)
    book(world)


def cancel_and_book_again(world: World) -> None:
    """Cancel the booking at AdultWork, and make it anew."""
    book(world)
    told = world.gateway.bookings[1]
    world.gateway.bookings[told.booking_id] = told
    world.gateway.end_booking(told.booking_id, "Cancelled")
    book(world, OTHER_KEY)


STEPS: dict[str, tuple[Callable[[World], None], int]] = {
    "claim": (book, 0),
    "claim of a next attempt": (fail_and_book, 2),
    "conclusion CONFIRMED": (book, 1),
    "conclusion REJECTED": (decline, 1),
    "conclusion NOT_SENT": (fail_and_book, 1),
    "conclusion UNKNOWN": (lose_and_find, 1),
    "resolution CONFIRMED": (lose_and_find, 2),
    "resolution NOT_CREATED": (lose_for_good, 2),
    "release": (cancel_and_book_again, 2),
}


def spelled(cost: Cost) -> list[str]:
    """Return what the table has of a step's cost."""
    rows = ", ".join(f"{row} {units}" for row, units in cost.rows.items())
    copies = ", ".join(f"{name} {units}" for name, units in cost.indexes.items())
    return [_in_order(rows), copies or "none", str(cost.units)]


def _in_order(rows: str) -> str:
    return ", ".join(
        sorted(rows.split(", "), key=lambda row: "operation guard booking event count".index(row.split()[0]))
    )


@pytest.mark.parametrize("step", STEPS)
def test_each_step_costs_what_the_table_says(step: str) -> None:
    """Count it from the real transactions, items and indexes."""
    act, number = STEPS[step]
    name, cost = steps(act)[number]
    assert name == step.removesuffix(" of a next attempt")
    told = {row[0]: row[1:] for row in table("What each step costs")}
    assert told[step] == spelled(cost)


def test_the_table_of_costs_names_every_step_and_their_sum() -> None:
    """No row is left over, and a booking is a claim and a conclusion."""
    told = {row[0]: row[-1] for row in table("What each step costs")}
    assert list(told) == list(STEPS)
    total = int(told["claim"]) + int(told["conclusion CONFIRMED"])
    assert f"**{total} WRU**" in section("What each step costs")


@pytest.mark.parametrize(("ids", "units"), [((7,), 13), ((7, 8), 12)])
def test_a_change_costs_what_the_page_says(ids: tuple[int, ...], units: int) -> None:
    """As much as a booking: where one has its candidate in an index, the other has the booking that it changes."""
    nobody: Any = None
    store = DynamoDBChangeStore(nobody, "operations", nobody, nobody, nobody, "audit", LIMITS)
    one = change()
    made = replace(one, request=replace(one.request, booking_ids=ids))
    event, counted = claim_of_change(made), CountedTables({"operations": OPERATIONS, "audit": AUDIT})
    claim = counted.apply(store.claim_parts(made, event, None, store.counted(made)))
    end = events.concluded(event, made.claimed_at, CHANGED, {})
    conclusion = counted.apply(transactions.conclusion(store.tables, made, CHANGED, end, "an answer"))
    assert (claim.units, conclusion.units) == (units, 7)
    assert "that of a booking, **13 WRU**, or 12 for several" in section("Changes of bookings")


def test_the_page_names_settings_and_targets_that_exist() -> None:
    """`make rebuild-guards` with its options."""
    makefile = (ROOT / "Makefile").read_text()
    assert "\nrebuild-guards:" in makefile
    for option in ("FROM", "TO", "RESUME", "AWS"):
        assert f"$({option})" in makefile
        assert f"{option}=" in PAGE
