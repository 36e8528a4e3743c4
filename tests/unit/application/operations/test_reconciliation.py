"""From an outcome that is not known to one that is: in the same call, and at repeats; never by a second send."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.domain.access import AccessToken
from chalicelib.domain.audit.event import event_hash, told_request_id
from chalicelib.domain.booking.booking import BookingRequest, ListEntry, UnreadableEntry
from chalicelib.domain.errors import (
    BookingNotCreatedError,
    DuplicateBookingError,
    InvalidTokenError,
    OutcomeUnknownError,
    SwitchboardError,
    Trouble,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation.operation import OperationState, Outcome
from chalicelib.domain.time_budget import Deadline
from tests.builders import NOW, REFRESHED_TOKEN, TOKEN, booking, members
from tests.fakes.clock import FixedClock
from tests.fakes.upstream import InMemoryGateway
from tests.unit.application.slowness import TickingGateway
from tests.unit.application.world import KEY, OTHER_KEY, World, body, lost

LATE = UpstreamUnavailableError("late", trouble=Trouble.LATE)
SETTLE_SECONDS = 15 * 60


def test_a_lost_answer_is_found_in_the_list_in_the_same_call() -> None:
    """Book and lose the answer: the caller gets the booking, and so does the repeat."""
    world = World()
    world.gateway.will_book_and_lose_the_answer()
    answered = world.place()
    assert (answered.answer.status, answered.booking_id) == (201, 1)
    assert (body(answered)["BookingID"], answered.is_replayed, answered.audit_pending) == (1, False, False)
    assert world.state_of(answered.operation_id) is OperationState.CONFIRMED
    again = world.place(token=REFRESHED_TOKEN)
    assert (again.answer, again.is_replayed) == (answered.answer, True)
    assert len(world.gateway.sent) == 1


def test_the_evidence_of_a_found_booking_is_an_event() -> None:
    """Read the three events of a lost answer; the third tells what was read and when."""
    world = World()
    world.gateway.will_book_and_lose_the_answer()
    operation_id = world.place().operation_id
    stored, events = world.trail.events(operation_id), world.events(operation_id)
    assert [event["kind"] for event in events] == ["claimed", "unknown", "confirmed"]
    assert [event["sequence"] for event in events] == [1, 2, 3]
    assert [event["previous_hash"] for event in events[1:]] == [event_hash(each) for each in stored[:2]]
    assert (events[2]["booking_id"], events[2]["matching_bookings"]) == (1, [1])
    assert events[2]["evidence"] == {
        "read_at": "2026-01-15T12:00:00.000+00:00",
        "pages": 2,
        "bookings_read": 1,
        "is_complete": False,
    }


class OddGateway(InMemoryGateway):
    """A list with one entry that cannot be read beside the bookings."""

    odd = UnreadableEntry()

    def made_bookings(self, token: AccessToken, start: date, page: int, deadline: Deadline) -> tuple[ListEntry, ...]:
        """Give the bookings and the entry."""
        return (*super().made_bookings(token, start, page, deadline), self.odd)


def test_an_entry_that_cannot_be_read_keeps_no_other_operation_from_being_settled() -> None:
    """Find a booking beside it; the evidence counts it."""
    world = World(gateway=OddGateway())
    world.gateway.will_book_and_lose_the_answer()
    operation_id = world.place().operation_id
    evidence = world.events(operation_id)[2]["evidence"]
    assert (evidence["bookings_read"], evidence["unreadable_entries"]) == (1, 1)


@pytest.mark.parametrize(
    ("odd", "state"),
    [
        (UnreadableEntry(), OperationState.UNKNOWN),
        (UnreadableEntry(5), OperationState.UNKNOWN),
        (UnreadableEntry(5, 7), OperationState.NOT_CREATED),
    ],
)
def test_not_created_is_not_told_beside_an_entry_that_may_be_the_booking(
    odd: UnreadableEntry, state: OperationState
) -> None:
    """Ask when the settle window is over."""
    gateway = OddGateway()
    gateway.odd = odd
    world = World(gateway=gateway)
    operation_id = lost(world)
    world.clock.tick(900)
    assert world.ask(operation_id).record.state is state


def test_an_entry_that_another_operation_made_is_not_ours() -> None:
    """Let the store know whose booking 1 is; it cannot be read in the list any more."""
    gateway = OddGateway()
    gateway.odd = UnreadableEntry(1)
    world = World(gateway=gateway)
    world.place(members(SessionDate="2026-01-25 21:30"), idempotency_key=OTHER_KEY)
    world.gateway.bookings.clear()
    operation_id = lost(world)
    world.clock.tick(900)
    assert world.ask(operation_id).record.state is OperationState.NOT_CREATED


def test_members_that_could_not_be_read_are_named_in_the_events() -> None:
    """In the answer to the POST, and in the list; nothing else of them is kept."""
    world = World()
    odd = replace(booking(), unreadable=("LastUpdated", "Candidate.Ratings"))
    world.gateway.answer = lambda _: Outcome(OperationState.CONFIRMED, "booked", upstream_status=200, booking=odd)
    assert world.events(world.place().operation_id)[1]["booking"]["unreadable_members"] == [
        "LastUpdated",
        "Candidate.Ratings",
    ]
    later = World()
    later.gateway.bookings[1] = odd
    later.gateway.will_time_out_after_send()
    assert later.events(later.place().operation_id)[2]["unreadable_members"] == ["LastUpdated", "Candidate.Ratings"]


def test_the_list_is_read_with_the_caller_s_token_from_the_day_before_the_send() -> None:
    """Look at what was asked for."""
    world = World()
    lost(world)
    world.refusal(token=REFRESHED_TOKEN)
    day_before = (NOW - timedelta(days=1)).date()
    assert world.gateway.listed == [(TOKEN, day_before, 1), (REFRESHED_TOKEN, day_before, 1)]


def test_while_nothing_is_known_repeats_only_read() -> None:
    """Repeat inside the settle window: absence proves nothing yet."""
    world = World()
    operation_id = lost(world)
    for seconds in (1, 60, SETTLE_SECONDS - 62):
        world.clock.tick(seconds)
        error = world.refusal()
        assert isinstance(error, OutcomeUnknownError)
        assert (error.operation_id, error.state, error.retry_after_seconds) == (operation_id, "UNKNOWN", 30)
    assert world.state_of(operation_id) is OperationState.UNKNOWN
    assert world.kinds(operation_id) == ["claimed", "unknown"]
    assert len(world.gateway.sent) == 1


def test_a_booking_that_turns_up_later_is_the_answer_of_the_repeat() -> None:
    """Let the list show it at the third look; the answer stays the same from then on, whatever becomes of the booking."""
    world = World()
    operation_id = lost(world)
    world.clock.tick(120)
    world.gateway.bookings[9] = booking(booking_id=9)
    found = world.place(request_id="request-2")
    assert (found.answer.status, found.operation_id, found.is_replayed) == (201, operation_id, True)
    assert body(found)["BookingID"] == 9
    world.gateway.end_booking(9, "Cancelled")
    assert world.place().answer == found.answer
    assert world.events(operation_id)[2]["request_id"] == told_request_id("request-2")


def test_after_the_settle_window_a_whole_list_without_it_means_that_nothing_was_booked() -> None:
    """Repeat then: the same key keeps that answer, and a new key books."""
    world = World()
    operation_id = lost(world)
    world.clock.tick(SETTLE_SECONDS)
    first = world.place(request_id="request-2")
    assert (first.operation_id, first.booking_id, first.is_replayed) == (operation_id, None, True)
    assert body(first)["type"] == "/problems/booking-not-created"
    assert (body(first)["request_id"], body(first)["operation_id"]) == ("request-2", operation_id)
    assert world.state_of(operation_id) is OperationState.NOT_CREATED
    assert world.kinds(operation_id) == ["claimed", "unknown", "not-created"]
    assert world.place().answer == first.answer
    assert world.place(idempotency_key=OTHER_KEY).booking_id == 1
    assert world.place().answer == first.answer
    assert len(world.gateway.sent) == 2


def test_what_was_not_created_is_told_though_no_answer_could_be_sealed() -> None:
    """Lose the vault while it is found out: the state alone says enough."""
    world = World()
    operation_id = lost(world)
    world.clock.tick(SETTLE_SECONDS)
    world.vault.will_fail()
    for _ in range(2):
        error = world.refusal()
        assert isinstance(error, BookingNotCreatedError)
        assert error.operation_id == operation_id


def test_another_key_settles_what_stands_in_its_way_and_books() -> None:
    """Try under another key inside the settle window and after it."""
    world = World()
    operation_id = lost(world)
    error = world.refusal(idempotency_key=OTHER_KEY)
    assert isinstance(error, DuplicateBookingError)
    assert (error.operation_id, error.retry_after_seconds) == (operation_id, 30)
    world.clock.tick(SETTLE_SECONDS)
    assert world.place(idempotency_key=OTHER_KEY).booking_id == 1
    assert world.state_of(operation_id) is OperationState.NOT_CREATED


def test_another_key_finds_the_lost_booking_and_stays_out() -> None:
    """Book, lose answer and list, and tap again under another key: the first operation is confirmed by the way."""
    world = World()
    world.gateway.will_book_and_lose_the_answer()
    world.gateway.list_failure = LATE
    first = world.refusal()
    world.gateway.list_failure = None
    error = world.refusal(idempotency_key=OTHER_KEY)
    assert isinstance(error, DuplicateBookingError)
    assert error.operation_id == first.operation_id
    assert world.state_of(first.operation_id) is OperationState.CONFIRMED
    assert len(world.gateway.sent) == 1


@pytest.mark.parametrize("failure", [LATE, InvalidTokenError("expired")])
def test_a_list_that_cannot_be_read_leaves_it_unknown_for_the_next_call(failure: SwitchboardError) -> None:
    """Fail the list in the same call and at a repeat; the third time it can be read."""
    world = World()
    world.gateway.will_book_and_lose_the_answer()
    world.gateway.list_failure = failure
    for _ in range(2):
        error = world.refusal()
        assert isinstance(error, OutcomeUnknownError)
        assert world.state_of(error.operation_id) is OperationState.UNKNOWN
    world.gateway.list_failure = None
    assert world.place().booking_id is None
    assert world.place().answer.status == 201
    assert len(world.gateway.sent) == 1


def test_two_bookings_that_may_be_ours_stay_with_people() -> None:
    """Let somebody book the same by hand at the same moment: nothing is guessed, then or later."""
    world = World()
    world.gateway.bookings[7] = booking(booking_id=7)
    world.gateway.answer = lambda _: _lost_beside(world)
    error = world.refusal()
    assert isinstance(error, OutcomeUnknownError)
    assert (error.state, error.retry_after_seconds, error.trouble) == ("AMBIGUOUS", None, Trouble.LATE)
    assert world.state_of(error.operation_id) is OperationState.AMBIGUOUS
    assert world.events(error.operation_id)[2]["matching_bookings"] == [7, 8]
    del world.gateway.bookings[7]
    world.clock.tick(SETTLE_SECONDS)
    again = world.refusal(request_id="request-2")
    assert isinstance(again, OutcomeUnknownError)
    assert again.state == "AMBIGUOUS"
    assert isinstance(world.refusal(idempotency_key=OTHER_KEY), DuplicateBookingError)
    assert world.kinds(error.operation_id) == ["claimed", "unknown", "ambiguous"]


def _lost_beside(world: World) -> Outcome:
    world.gateway.bookings[8] = booking(booking_id=8)
    return Outcome(OperationState.UNKNOWN, "late", trouble=Trouble.LATE)


def test_something_standing_that_resembles_it_keeps_it_from_being_called_not_created() -> None:
    """Find a booking of the same hour that differs in its length: a new key might double it, so a person decides."""
    world = World()
    operation_id = lost(world)
    world.gateway.bookings[7] = booking(booking_id=7, duration=20)
    world.clock.tick(SETTLE_SECONDS)
    error = world.refusal()
    assert isinstance(error, OutcomeUnknownError)
    assert error.state == "AMBIGUOUS"
    assert world.state_of(operation_id) is OperationState.AMBIGUOUS
    assert isinstance(world.refusal(idempotency_key=OTHER_KEY), DuplicateBookingError)


def test_a_booking_of_an_earlier_operation_is_not_taken_for_the_lost_one() -> None:
    """Book, cancel, book the same again and lose it: the first booking still matches, and is not ours."""
    world = World()
    world.place()
    world.gateway.end_booking(1, "Cancelled")
    world.gateway.will_time_out_after_send()
    error = world.refusal(idempotency_key=OTHER_KEY)
    assert isinstance(error, OutcomeUnknownError)
    assert world.state_of(error.operation_id) is OperationState.UNKNOWN


def test_a_booking_id_that_belongs_to_another_operation_proves_nothing() -> None:
    """Answer a second booking with the first one's id: unknown, concluded anew, and then found in the list."""
    world = World()
    first = world.place()
    evening = members(SessionDate="2026-01-21 21:30")
    ours = booking(booking_id=2, session_date="2026-01-21T21:30:00")

    def answer_with_the_first_id(_: BookingRequest) -> Outcome:
        return Outcome(OperationState.CONFIRMED, "booked", 200, replace(ours, booking_id=1))

    world.gateway.answer = answer_with_the_first_id
    error = world.refusal(evening, idempotency_key=OTHER_KEY)
    assert isinstance(error, OutcomeUnknownError)
    assert error.trouble is Trouble.UNREADABLE
    claimed, unknown = world.events(error.operation_id)
    assert (claimed["kind"], unknown["kind"], unknown["reason"]) == ("claimed", "unknown", "booking-id-taken")
    assert (unknown["upstream_status"], "booking_id" in unknown) == (200, False)
    world.gateway.bookings[2] = ours
    assert body(world.place(evening, idempotency_key=OTHER_KEY))["BookingID"] == 2
    assert world.place().answer == first.answer


def test_reconciling_at_once_takes_no_more_than_what_is_left_of_the_call() -> None:
    """Let the POST take so long that hardly anything is left: the list is not waited for beyond the call."""
    world = World()
    gateway = TickingGateway(world.clock, post=12)
    world.gateway = gateway
    gateway.will_time_out_after_send()
    world.refusal(idempotency_key=KEY, seconds_left=17)
    assert gateway.left["list"] == 5
    slower = World()
    slower.gateway = gateway = TickingGateway(slower.clock, read=3, post=15)
    gateway.will_time_out_after_send()
    slower.refusal()
    assert gateway.left["list"] == 3


SUMMER_NIGHT = datetime(2026, 7, 15, 23, 30, tzinfo=UTC)  # the 16th in London
SUMMER_BOOKING = members(SessionDate="2026-07-20 21:30", AcceptBy="2026-07-20 18:00")


def lost_in_summer() -> tuple[World, str]:
    """Return a world in which AdultWork, which is an hour ahead of UTC, has booked something and its answer was lost."""
    world = World(clock=FixedClock(SUMMER_NIGHT))
    operation_id = lost(world, SUMMER_BOOKING)
    world.gateway.bookings[5] = booking(
        booking_id=5, session_date="2026-07-20T20:30:00Z", create_date="2026-07-16T00:30:00"
    )
    return world, operation_id


def test_dates_in_the_list_are_read_on_adultwork_s_clock() -> None:
    """Find the booking by a date with an offset; both readings of the list begin on the day before in London."""
    world, operation_id = lost_in_summer()
    world.gateway.listed.clear()
    assert world.place(SUMMER_BOOKING).answer.status == 201
    assert world.state_of(operation_id) is OperationState.CONFIRMED
    assert {start for _, start, _ in world.gateway.listed} == {date(2026, 7, 15)}


def test_who_owns_a_booking_is_asked_for_each_that_looks_like_ours() -> None:
    """Let an earlier operation own the one that was found: it is not taken for the lost one, whatever form its date has."""
    world, operation_id = lost_in_summer()
    world.store.own(5, "op_earlier")
    assert world.refusal(SUMMER_BOOKING).operation_id == operation_id
    assert world.state_of(operation_id) is OperationState.UNKNOWN


def test_a_booking_is_vouched_for_by_a_date_on_adultwork_s_clock() -> None:
    """Fail every write and read after the send, on a summer night: the date of creation is an hour ahead of UTC."""
    world = World(clock=FixedClock(SUMMER_NIGHT))
    world.gateway.created_at = "2026-07-16T00:30:00"

    def fail_from_now_on() -> None:
        world.store.will_fail_conclusion()
        world.store.will_fail_reads()

    world.gateway.before_send = fail_from_now_on
    placed = world.place(SUMMER_BOOKING)
    assert (placed.answer.status, placed.audit_pending) == (201, True)


def test_a_booking_that_was_told_as_another_s_leaves_nothing_open() -> None:
    """Find one that would be ours under a clock 26 hours away; it is an earlier operation's, so nothing was booked."""
    world, operation_id = lost_in_summer()
    world.gateway.bookings[5] = booking(
        booking_id=5, session_date="2026-07-19T18:30:00Z", create_date="2026-07-16T00:30:00"
    )
    world.clock.tick(SETTLE_SECONDS)
    assert isinstance(world.refusal(SUMMER_BOOKING), OutcomeUnknownError)
    world.store.own(5, "op_earlier")
    world.place(SUMMER_BOOKING)
    assert world.state_of(operation_id) is OperationState.NOT_CREATED


def test_what_reads_have_told_is_answered_though_it_could_not_be_sealed() -> None:
    """Lose the vault while the booking is found: the repeat gets it from this call's own reading."""
    world = World()
    operation_id = lost(world)
    world.gateway.bookings[5] = booking(booking_id=5)
    world.vault.will_fail()
    found = world.place()
    assert (found.operation_id, found.answer.status, found.is_replayed) == (operation_id, 201, True)
