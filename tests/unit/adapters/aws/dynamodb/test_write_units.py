"""What a booking costs in write units, counted from the real items, transactions and indexes; and how large rows become."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.aws.dynamodb import items, tables, transactions
from chalicelib.adapters.aws.dynamodb.tables import AUDIT, OPERATIONS
from chalicelib.adapters.aws.dynamodb.transactions import Row
from chalicelib.adapters.aws.people_seal import AesPeopleSeal
from chalicelib.application.audit import events
from chalicelib.application.booking.refusals import Refusals
from chalicelib.domain.access import Principal
from chalicelib.domain.audit.event import LONGEST_CONTACT_INSIDE, AuditEvent
from chalicelib.domain.booking.booking import Booking, BookingRequest, ContactMethod
from chalicelib.domain.booking.rules.facts import FACT_RULES
from chalicelib.domain.booking.rules.form import FORM_RULES
from chalicelib.domain.canonical import Canonical
from chalicelib.domain.errors import (
    BookingRejectedError,
    DuplicateBookingError,
    InsufficientScopeError,
    SwitchboardError,
    TooManyBookingsError,
    Trouble,
    UpstreamUnavailableError,
)
from chalicelib.domain.names import Names
from chalicelib.domain.operation.matching import Verdict
from chalicelib.domain.operation.operation import OperationState, Outcome, new_operation
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.time_budget import Deadline
from chalicelib.domain.violation import Violation
from devtools.bench.write_units import CountedTables, item_bytes
from tests.builders import LONDON, NOW, booking, booking_request
from tests.contract.records import HASH_KEY, claim_event, conclusion_event, confirmed, operation
from tests.unit.adapters.aws.dynamodb.priced import (
    KEPT,
    KEY,
    MEMBERS,
    NAMES,
    REQUEST_ID,
    PricedStore,
    priced_world,
    steps,
)
from tests.unit.application.world import World

MOST_UNITS = 20
KILOBYTE = 1024
LARGEST_ID = 2_147_483_647
LONG_REQUEST_ID = "r" * 128
LARGEST_NAMES = Names("p_" + "7" * 26, "p_" + "8" * 26)
UNCHECKED = ("method-available", "balance-sufficient")  # the only rules that an unknown fact leaves unchecked


def book(world: World) -> None:
    """Make the README's booking."""
    world.place(MEMBERS, idempotency_key=KEY, request_id=REQUEST_ID)


def test_a_booking_costs_twenty_units_at_most() -> None:
    """The README's booking with a key and both limits: each row, each copy in an index, and the sum."""
    (claim_name, claim), (conclusion_name, conclusion) = steps(book)
    assert (claim_name, conclusion_name) == ("claim", "conclusion CONFIRMED")
    assert claim.rows == {Row.OPERATION: 2, Row.GUARD: 2, Row.EVENT: 2, Row.COUNT: 2}
    assert claim.indexes == {"open": 1, "by-day": 1, "by-client": 1, "by-candidate": 1, "by-request": 1}
    assert conclusion.rows == {Row.OPERATION: 2, Row.BOOKING: 2, Row.EVENT: 2}
    assert conclusion.indexes == {"open": 1}
    assert claim.units + conclusion.units == MOST_UNITS


def test_a_booking_with_many_words_costs_what_its_words_cost() -> None:
    """Two thousand characters of different words: the contact has a row of its own, and the answer more kilobytes."""
    words = " ".join(f"{number:x}" for number in range(40_000, 40_400))[:2000]

    def act(world: World) -> None:
        world.place({**MEMBERS, "Comments": words}, idempotency_key=KEY, request_id=REQUEST_ID)

    claim, conclusion = (cost for _, cost in steps(act))
    assert claim.units == 13
    assert conclusion.rows == {Row.OPERATION: 4, Row.BOOKING: 2, Row.EVENT: 2, Row.CONTACT: 2}
    assert claim.units + conclusion.units == 24


def test_every_row_of_a_booking_has_room_to_grow() -> None:
    """How far the README's booking is from the kilobyte that each row is paid by."""
    world = priced_world()
    book(world)
    store = world.store
    assert isinstance(store, PricedStore)
    sizes = {prefix: store.tables.largest(prefix) for prefix in ("OP#", "GUARD#", "BOOKING#", "RATE#")}
    assert all(size < KILOBYTE for size in sizes.values()), sizes


def test_a_lost_answer_costs_a_resolution_more() -> None:
    """And an outcome that stays unknown leaves the index of open ones alone."""

    def act(world: World) -> None:
        world.gateway.will_book_and_lose_the_answer()
        book(world)

    costs = dict(steps(act))
    assert costs["conclusion UNKNOWN"].indexes == {}
    assert costs["conclusion UNKNOWN"].units == 4
    assert costs["resolution CONFIRMED"].units == 8


def test_the_arithmetic_of_units_can_tell_a_difference() -> None:
    """A byte over a kilobyte, an index key that moves, a copy that changes, and one that does not."""
    counted = CountedTables({NAMES.operations: OPERATIONS, NAMES.audit: AUDIT})
    made = operation()
    parts = transactions.claim(NAMES, made, claim_event(made), None, ())
    first = counted.apply(parts)
    again = counted.apply(parts)
    assert (first.indexes["open"], again.indexes) == (1, {})
    moved = replace(made, claimed_at=NOW + timedelta(seconds=1))
    assert counted.apply(transactions.claim(NAMES, moved, claim_event(moved), None, ())).indexes["open"] == 2
    row = items.operation_being_sent(made, claim_event(made))
    larger = {**row, "x": items.text("x" * (KILOBYTE - item_bytes(row)))}
    put = {Row.OPERATION: {"Put": {"TableName": NAMES.operations, "Item": larger}}}
    assert (item_bytes(larger), counted.apply(put).rows) == (KILOBYTE + 1, {Row.OPERATION: 4})  # type: ignore[arg-type]
    assert item_bytes({"a": {"N": "123"}, "b": {"BOOL": True}, "c": {"B": b"123"}}) == 1 + 3 + 1 + 1 + 1 + 3
    ended = transactions.conclusion(NAMES, made, confirmed(), conclusion_event(made, confirmed()), None)
    assert counted.apply(ended).indexes == {"open": 1}


REQUESTS = st.builds(
    booking_request,
    book_user_id=st.integers(1, LARGEST_ID),
    duration=st.integers(5, 1440),
    method=st.sampled_from(ContactMethod),
    phone_number=st.none() | st.text("0123456789", min_size=10, max_size=11),
    skype_name=st.none() | st.text("abc.:-_", min_size=6, max_size=32),
    credits=st.decimals(0, 9_999_999, places=4),
    comments=st.none() | st.text(max_size=50) | st.just("x" * 2000),
)
LARGEST = booking_request(
    book_user_id=LARGEST_ID, duration=1440, credits=Decimal("9999999.9999"), comments="\U0001f469" * 2000
)


def subject(request: BookingRequest, request_id: str) -> events.Subject:
    """Return what the events of a call have in common."""
    return events.Subject(
        "op_" + "Z" * 26, request_id, Principal(LARGEST_ID, frozenset()), request, HASH_KEY, LARGEST_ID, LARGEST_NAMES
    )


def events_of(request: BookingRequest, request_id: str) -> list[AuditEvent]:
    """Return every event that a call of a request can lead to, each as long as it can become."""
    one = subject(request, request_id)
    made = new_operation(
        call_id=one.operation_id,
        account=LARGEST_ID,
        request=request,
        idempotency_key="k" * 128,
        key=HASH_KEY,
        now=NOW,
        function_seconds=26,
        zone=LONDON,
        names=LARGEST_NAMES,
    )
    people = AesPeopleSeal(bytes).seal(HASH_KEY, made.id, LARGEST_ID, LARGEST_ID)
    claimed = events.claimed(one, made, NOW, UNCHECKED, {"reads": 24_000}, people=people)
    record = OperationRecord.of(made, OperationState.SENDING, 1, items.head_hex(claimed))
    late = {"post": 24_000, "call": 24_000}
    names = tuple(Booking.names.values())
    booked = booking(booking_id=2**53, credits=request.credits, status="A" * 32, unreadable=names)
    ends = [
        Outcome(OperationState.CONFIRMED, "booked", upstream_status=200, booking=booked),
        Outcome(OperationState.UNKNOWN, "x" * 40, upstream_status=599, named_booking_id=2**53),
    ]
    contacts = (None, "s" * LONGEST_CONTACT_INSIDE, "s" * 12_000)
    evidence: dict[str, Canonical] = {
        "read_at": NOW.isoformat(),
        "pages": 40,
        "bookings_read": 2000,
        "is_complete": True,
        "unreadable_entries": 2000,
    }
    settle, expiry = timedelta(days=1), timedelta(days=30)
    many = tuple(range(2**53, 2**53 + 2000))
    broken = [Violation(rule.pointer, rule.id, "") for rule in FORM_RULES]
    broken += [Violation(rule.pointer, rule.id, "") for rule in FACT_RULES]
    broken += [Violation(f"/{'n' * 100}-{number}", "unknown-member", "") for number in range(200)]
    return [
        claimed,
        events.claimed(one, made.as_attempt(99), NOW, UNCHECKED, {"reads": 24_000}, record, people),
        *(events.concluded(claimed, NOW, end, late, contact) for end in ends for contact in contacts),
        events.reconciled(record, NOW, request_id, Verdict(OperationState.AMBIGUOUS, None, many), evidence, settle),
        events.reconciled(record, NOW, request_id, Verdict(OperationState.NOT_CREATED), evidence, settle),
        events.reconciled(
            record, NOW, request_id, Verdict(OperationState.CONFIRMED, booked, many[:1]), evidence, settle
        ),
        events.lease_over(record, NOW, request_id),
        events.expired(record, NOW, request_id, expiry),
        events.released(replace(record, booking_id=2**53), NOW, request_id),
        events.resolved(record, NOW, request_id, OperationState.CONFIRMED, 2**53, "b" * 64, "w" * 200),
        *refusals_of(one, broken),
    ]


def refusals_of(one: events.Subject, broken: Sequence[Violation]) -> list[AuditEvent]:
    """Return the events of a call that ends before its claim, in each way that it can."""
    world = World()
    refusals = Refusals(world.trail, world.register, world.clock, world.budget)
    formless = replace(one, request=None, candidate=LARGEST_ID)
    refused: list[tuple[events.Subject, SwitchboardError]] = [
        (one, InsufficientScopeError("no", scope="account_phonechat_bookings")),
        (one, BookingRejectedError(broken[-4:], unchecked=UNCHECKED)),
        (formless, BookingRejectedError(broken, unchecked=UNCHECKED)),
        (one, TooManyBookingsError("no", limit=10**6, window_seconds=86_400, retry_after_seconds=1)),
        (one, DuplicateBookingError("no", operation_id="op_" + "Z" * 26)),
        (one, UpstreamUnavailableError("no", trouble=Trouble.UNREADABLE, upstream_status=599)),
    ]
    for number, (subject_, error) in enumerate(refused):
        own = replace(subject_, operation_id=f"op_{number:026}")
        with suppress(SwitchboardError), refusals.recorded(own, Deadline.after(world.clock.monotonic, 5)):
            raise error
    return world.trail.refusals


@pytest.mark.unmeasured
@settings(max_examples=100)
@given(request=REQUESTS, request_id=st.text("abcXYZ012-_.", min_size=1, max_size=128))
def test_every_event_of_a_legal_request_is_smaller_than_a_kilobyte(request: BookingRequest, request_id: str) -> None:
    """Whatever a caller sends: the row of an event never costs a second unit."""
    for event in events_of(request, request_id):
        assert item_bytes(items.audit_event(event, KEPT)) <= KILOBYTE, event.kind


def test_the_largest_events_are_smaller_than_a_kilobyte() -> None:
    """All that can be long at once, in a request of every method."""
    for method in ContactMethod:
        request = replace(LARGEST, method=method, skype_name="s" * 32)
        sizes = {
            f"{event.kind} {event.sequence}": item_bytes(items.audit_event(event, KEPT))
            for event in events_of(request, LONG_REQUEST_ID)
        }
        assert max(sizes.values()) <= KILOBYTE, sizes


def test_nothing_is_stored_twice_in_an_event_but_what_an_index_needs() -> None:
    """Beside the hashed bytes an opening event has its indexes' attributes; others, but the call's conclusion, their hour."""
    for event in events_of(LARGEST, LONG_REQUEST_ID):
        beside = items.audit_event(event).keys() - {"pk", "sk", "canonical", "people"}
        attributes = {index.attribute for index in AUDIT.indexes} - {tables.BY_HOUR.attribute} | {tables.AT}
        if event.sequence == 1:
            assert beside == attributes
        else:
            assert beside <= {tables.BY_HOUR.attribute}
            assert bool(beside) is (event.sequence > 2 or event.details.get("reason") == "lease-over")


def test_a_callers_own_request_id_is_found_by_its_digest() -> None:
    """What the index has of it tells nothing, and differs where the ids do."""
    rows = [
        items.audit_event(replace(claim_event(operation()), request_id=own)) for own in ("for-123456", "for-123457")
    ]
    first, second = (row["request_id"]["S"] for row in rows)
    assert first.startswith("sha256:")
    assert first != second
    assert json.loads(rows[0]["canonical"]["S"])["request_id"] == first
