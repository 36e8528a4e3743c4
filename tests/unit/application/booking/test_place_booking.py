"""The pipeline when all goes well, and the order of its steps."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from chalicelib.application.booking.naming import Naming
from chalicelib.application.booking.place_booking import PlaceBooking
from chalicelib.domain.access import Scope
from chalicelib.domain.audit.event import GENESIS, event_hash, told_request_id
from chalicelib.domain.booking.booking import Booking
from chalicelib.domain.booking.facts import BookingRequirements
from chalicelib.domain.booking.rules.form import read_request
from chalicelib.domain.errors import DuplicateBookingError, StoreUnavailableError
from chalicelib.domain.operation.operation import OperationState, Outcome
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.answer_form import HttpAnswers
from chalicelib.edge.links import Links
from devtools.memory.register import InMemoryRegister, OpenPeopleSeal
from tests.builders import MEMBERS, NOW, PHONE, PRINCIPAL, TOKEN, booking, form, members
from tests.fakes.clock import FixedClock
from tests.fakes.system import LateConcurrency
from tests.unit.application.slowness import TickingGateway, TickingStore
from tests.unit.application.world import OTHER_KEY, World, body


def test_a_booking_is_placed_and_answered() -> None:
    """Book once; what goes out is the request that was read, and what comes back is AdultWork's booking."""
    world = World()
    placed = world.place()
    assert world.gateway.sent == [read_request(form(MEMBERS))]
    assert (placed.answer.status, body(placed)["BookingID"], body(placed)["Candidate"]["UserID"]) == (201, 1, 123456)
    assert (set(world.gateway.tokens), world.gateway.candidates) == ({TOKEN}, [123456])
    assert placed.answer.headers["Location"] == f"/v1/operations/{placed.operation_id}"
    assert (placed.booking_id, placed.is_replayed, placed.audit_pending) == (1, False, False)
    assert world.state_of(placed.operation_id) is OperationState.CONFIRMED


def test_the_record_stands_before_the_first_byte_goes_out() -> None:
    """Look at the store from inside the send."""
    world = World()
    seen: list[tuple[OperationState | None, list[str]]] = []
    world.gateway.before_send = lambda: seen.append(
        (world.state_of(world.store.claims[0].id), world.kinds(world.store.claims[0].id))
    )
    world.place()
    assert seen == [(OperationState.SENDING, ["claimed"])]


def test_an_operation_has_two_events_and_the_second_is_chained_to_the_first() -> None:
    """Read the stored bytes back."""
    world = World()
    placed = world.place()
    first, second = world.trail.events(placed.operation_id)
    claimed, confirmed = world.events(placed.operation_id)
    assert (claimed["sequence"], confirmed["sequence"]) == (1, 2)
    assert (claimed["previous_hash"], confirmed["previous_hash"]) == (GENESIS, event_hash(first))
    assert event_hash(second) != event_hash(first)
    assert (claimed["kind"], confirmed["kind"]) == ("claimed", "confirmed")
    for event in (claimed, confirmed):
        assert (event["operation_id"], event["candidate"], event["request_id"]) == (
            placed.operation_id,
            world.register.rows[123456],
            told_request_id("request-1"),
        )
    assert ("client" in claimed, confirmed["client"]) == (False, world.register.rows[PRINCIPAL.account])


def test_a_client_who_is_known_to_the_process_is_named_by_the_claim() -> None:
    """Book twice: the first call learns who it is beside its POST, the second one knows."""
    world = World()
    world.place()
    second = world.place(members(SessionDate="2026-01-22 21:30"), idempotency_key=OTHER_KEY)
    assert {event["client"] for event in world.events(second.operation_id)} == {world.register.rows[1001]}


def test_without_the_register_nothing_is_claimed_or_sent() -> None:
    """The candidate cannot be named, so nobody could be found by the record: 503 before the claim."""
    world = World()
    world.register.will_fail()
    error = world.refusal()
    assert isinstance(error, StoreUnavailableError)
    assert (world.store.claims, world.gateway.sent) == ([], [])


def test_a_register_that_is_late_is_our_error() -> None:
    """Not the upstream's, which is how calls beside ours say it; the facts come late as well, and nothing is sent."""
    naming = Naming(InMemoryRegister(), OpenPeopleSeal(), LateConcurrency())
    pending = naming.ask(123456, Deadline.after(FixedClock().monotonic, 4))
    named = naming.named(1001, 123456, pending)
    with pytest.raises(StoreUnavailableError):
        named.require_candidate()


def test_a_client_whom_the_register_cannot_name_in_time_is_booked_for_all_the_same() -> None:
    """The money path goes first: the conclusion is written without his name."""
    world = World()
    world.vault.will_fail()
    placed = world.place()
    assert ["client" in event for event in world.events(placed.operation_id)] == [False, False]


def test_a_candidate_whom_another_call_named_meanwhile_has_that_name() -> None:
    """The claim finds the row that it wanted to put, and claims again."""
    world = World()
    world.store.before_write = lambda: world.register.put(123456, "p_" + "7" * 26)
    placed = world.place()
    assert {event["candidate"] for event in world.events(placed.operation_id)} == {"p_" + "7" * 26}
    assert [one.names.is_candidate_new for one in world.store.claims] == [True, False]


def test_the_first_event_tells_of_the_request_and_the_second_of_the_booking() -> None:
    """Read what each adds."""
    world = World()
    claimed, confirmed = world.events(world.place().operation_id)
    assert claimed["request"]["contact"]["phone_last_3"] == "123"
    assert (claimed["unchecked"], "booking_id" in claimed) == ([], False)
    assert (confirmed["booking_id"], confirmed["reason"], confirmed["upstream_status"]) == (1, "booked", 200)
    assert confirmed["booking"] == {"status": "Pending", "credits": "32"}


def test_the_credits_of_a_booking_are_told_in_full() -> None:
    """Answer with a round amount, which a decimal may write as `1E+2`."""
    world = World()
    made = booking(credits=Decimal("1E+2"))
    world.gateway.answer = lambda _: Outcome(OperationState.CONFIRMED, "booked", upstream_status=200, booking=made)
    placed = world.place(members(Credits=100))
    assert world.events(placed.operation_id)[1]["booking"] == {"status": "Pending", "credits": "100"}


def test_the_events_tell_how_long_the_steps_took() -> None:
    """Let the clock tick inside the reads, the claim and the send."""
    world = World()
    world.gateway = TickingGateway(world.clock, read=0.25, post=1.5)
    world.store = TickingStore(world.clock, claim=0.125)
    claimed, concluded = world.events(world.place().operation_id)
    assert claimed["timings_ms"] == {"reads": 500}
    assert concluded["timings_ms"] == {"post": 1500, "call": 2125}
    assert claimed["at"] == "2026-01-15T12:00:00.500+00:00"
    assert concluded["at"] == "2026-01-15T12:00:02.125+00:00"


@pytest.mark.parametrize(
    ("requirements", "credits_left", "unchecked"),
    [
        (BookingRequirements(is_bookable=True), Decimal(300), ["method-available"]),
        (BookingRequirements(is_bookable=True, methods={1: True}), None, ["balance-sufficient"]),
        (BookingRequirements(is_bookable=True, methods={2: True}), None, ["method-available", "balance-sufficient"]),
    ],
)
def test_rules_that_could_not_be_checked_are_named_in_the_record_and_do_not_stop_a_booking(
    requirements: BookingRequirements, credits_left: Decimal | None, unchecked: list[str]
) -> None:
    """Lose the list of methods, the balance, or both."""
    world = World()
    world.gateway.facts, world.gateway.credits = requirements, credits_left
    placed = world.place()
    assert world.events(placed.operation_id)[0]["unchecked"] == unchecked


def test_an_id_is_made_of_the_time_of_its_call() -> None:
    """Book, and fail the form of an account that is known: ids sort by time, so that a reviewer can read them in order."""
    world = World()
    world.place()
    world.clock.tick(60)
    world.refusal(members(Duration=0))
    assert world.ids.moments == [NOW, NOW + timedelta(seconds=60)]


def test_a_guard_ends_on_adultwork_s_clock() -> None:
    """Book a summer evening in London: it begins an hour earlier than its digits say in UTC."""
    world = World()
    world.place(members(SessionDate="2026-07-20 21:30"))
    assert world.store.claims[0].guard_expires_at == datetime(2026, 7, 21, 20, 30, tzinfo=UTC)


def test_a_client_who_did_not_grant_the_balance_books_without_being_asked() -> None:
    """Know the token, and that it lacks the scope of the balance."""
    world = World()
    world.introspector.known[TOKEN] = replace(PRINCIPAL, scopes=frozenset({Scope.PHONECHAT_BOOKINGS.value}))
    placed = world.place()
    assert world.gateway.reads == ["requirements"]
    assert world.events(placed.operation_id)[0]["unchecked"] == ["balance-sufficient"]


def test_a_booking_without_an_idempotency_key_is_guarded_all_the_same() -> None:
    """Send no key."""
    world = World()
    placed = world.place(idempotency_key=None)
    assert [(claim.is_keyed, claim.id) for claim in world.store.claims] == [(False, placed.operation_id)]
    assert isinstance(world.refusal(idempotency_key=None), DuplicateBookingError)


def test_nothing_that_is_kept_holds_personal_data_in_clear() -> None:
    """Look for the contact, the comments, the key and the token in every stored row."""
    world = World()
    world.place(members(Comments="canary-comment"))
    world.place(members(Method=3, SkypeName="live:canary", SessionDate="2026-01-21 21:30"), idempotency_key="k" * 16)
    rows = world.store.rows()
    assert "claimed" in rows
    assert not any(text in rows for text in (PHONE, "canary", "live:", TOKEN.reveal(), "0123456789abcdef", "k" * 16))


def test_each_step_gets_its_own_limit_inside_the_end_of_the_call() -> None:
    """Record what is left at each step; the default budget, no time passing."""
    world = World()
    world.gateway, world.store = TickingGateway(world.clock), TickingStore(world.clock)
    world.place()
    assert world.gateway.left == {"requirements": 6, "balance": 6, "post": 12}
    assert world.store.left == {"claim": 4, "conclusion": 4}


def test_a_late_step_gets_what_is_left_of_the_call() -> None:
    """Let the POST use its whole time after slow reads, and find less than its limit for the conclusion."""
    world = World()
    world.gateway = TickingGateway(world.clock, read=3, post=15)
    world.store = TickingStore(world.clock)
    world.place()
    assert world.store.left == {"claim": 4, "conclusion": 3}


def test_the_platform_s_own_end_counts_when_it_comes_first() -> None:
    """Begin with less time than the budget grants a call."""
    world = World()
    world.gateway, world.store = TickingGateway(world.clock, post=15), TickingStore(world.clock)
    world.place(seconds_left=17)
    assert world.store.left["conclusion"] == 2


def test_the_numbers_of_the_docstring_are_the_numbers_in_the_code() -> None:
    """Compare the two lists of steps."""
    steps = re.findall(r"^ {4,8}(\d)\. ", PlaceBooking.execute.__doc__ or "", re.MULTILINE)
    assert steps == [str(number) for number in range(1, 10)]


class CountingForm(HttpAnswers):
    """A form that counts what it has written."""

    written = 0

    def booked(self, operation_id: str, booking: Booking) -> StoredAnswer:
        """Write an answer, and count it."""
        CountingForm.written += 1
        return super().booked(operation_id, booking)


def test_an_answer_is_written_once_and_kept_as_it_is_given() -> None:
    """Book, and repeat: what is sealed is what was told."""
    CountingForm.written = 0
    world = World(form=CountingForm(Links()))
    answer = world.place().answer
    assert (CountingForm.written, world.place().answer) == (1, answer)
