"""The judgement of reconciliation against a second statement of it, on random lists."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.booking.booking import Booking
from chalicelib.domain.operation.listing import Listing
from chalicelib.domain.operation.matching import ReconciliationPolicy, Verdict, judge, resembles
from chalicelib.domain.operation.operation import MOVES, OperationState
from tests.builders import LONDON, NOW, booking, operation_record

POLICY = ReconciliationPolicy()
RECORD = operation_record()
# In January London's clock shows UTC, so that the second statement needs no zones.
SHIFTED = "2026-01-20T16:30:00"
MINUTES_FROM_SEND = st.integers(-10, 20) | st.sampled_from([-60 * 27, -60 * 26, 60 * 26, 60 * 27])
BOOKINGS = st.builds(
    lambda id_, minutes, **changes: booking(
        booking_id=id_, create_date=(NOW + timedelta(minutes=minutes)).replace(tzinfo=None).isoformat(), **changes
    ),
    st.integers(1, 6),
    MINUTES_FROM_SEND,
    user_id=st.sampled_from([123456, 123456, 123457]),
    session_date=st.sampled_from(
        [*2 * ["2026-01-20T21:30:00", "2026-01-20T21:30:00Z"], "2026-01-20T21:31:00", SHIFTED]
    ),
    duration=st.sampled_from([15, 15, 20]),
    credits=st.sampled_from([Decimal(32), Decimal("32.0000"), Decimal(33)]),
    method=st.sampled_from([1, 1, 2]),
    status=st.sampled_from(["Pending", "Cancelled", "Rejected"]),
)
LISTS = st.lists(BOOKINGS, max_size=6, unique_by=lambda made: made.booking_id)
OWNERS = st.dictionaries(st.integers(1, 6), st.sampled_from(["op_0", "op_1"]), max_size=3)
READ_AT = st.integers(0, 30).map(lambda minutes: NOW + timedelta(minutes=minutes))


def judged(bookings: list[Booking], owners: dict[int, str], *, is_complete: bool, read_at: datetime) -> Verdict:
    """Judge the one operation."""
    near = Listing(bookings, [], LONDON).near(RECORD)
    return judge(RECORD, near, owners=owners, is_complete=is_complete, read_at=read_at, zone=LONDON, policy=POLICY)


def is_alike(made: Booking) -> bool:
    """Say again when a booking is with the same candidate at the same time."""
    return made.candidate.user_id == 123456 and made.session_date.startswith("2026-01-20T21:30")


def is_shifted(made: Booking) -> bool:
    """Say again when a booking is the same order at a time of another zone."""
    order = (made.candidate.user_id, made.session_date, made.duration, made.credits, made.method)
    return order == (123456, SHIFTED, 15, Decimal(32), 1)


def is_match(made: Booking) -> bool:
    """Say again when a booking can be what was sent."""
    created = datetime.fromisoformat(f"{made.create_date}+00:00")
    in_time = timedelta(minutes=-5) <= created - NOW <= timedelta(minutes=15, seconds=31)
    return is_alike(made) and in_time and (made.duration, made.credits, made.method) == (15, Decimal(32), 1)


def may_be_in_time(made: Booking) -> bool:
    """Say again when a booking was made at the time of the send by the clock of some zone."""
    hours = timedelta(hours=26)
    created = datetime.fromisoformat(f"{made.create_date}+00:00") - NOW
    return timedelta(minutes=-5) - hours <= created <= timedelta(minutes=15, seconds=31) + hours


@given(bookings=LISTS, owners=OWNERS, is_complete=st.booleans(), read_at=READ_AT)
def test_a_verdict_is_what_the_protocol_says(
    *, bookings: list[Booking], owners: dict[int, str], is_complete: bool, read_at: datetime
) -> None:
    """Judge twice."""
    free = [made for made in bookings if owners.get(made.booking_id) in {None, "op_1"}]
    matching = [made for made in free if is_match(made)]
    in_doubt = [made for made in bookings if is_alike(made) and made.status == "Pending"]
    in_doubt += [made for made in free if is_alike(made) and may_be_in_time(made)]
    shifted = [made for made in free if is_shifted(made) and may_be_in_time(made)]
    found = judged(bookings, owners, is_complete=is_complete, read_at=read_at)
    if len(matching) == 1:
        assert (found.state, found.booking) == (OperationState.CONFIRMED, matching[0])
    elif matching:
        assert found.state is OperationState.AMBIGUOUS
        assert set(found.candidates) == {made.booking_id for made in matching}
    elif not is_complete or read_at < NOW + timedelta(minutes=15):
        assert found == Verdict(OperationState.UNKNOWN)
    else:
        open_or_not = OperationState.UNKNOWN if shifted else OperationState.NOT_CREATED
        assert found.state is (OperationState.AMBIGUOUS if in_doubt else open_or_not)


@given(bookings=LISTS, owners=OWNERS, is_complete=st.booleans(), read_at=READ_AT)
def test_a_verdict_never_frees_the_guard_beside_a_standing_booking_of_ours(
    *, bookings: list[Booking], owners: dict[int, str], is_complete: bool, read_at: datetime
) -> None:
    """Look at what is in the list whenever "not created" is said; and a verdict is a move that an operation may make."""
    found = judged(bookings, owners, is_complete=is_complete, read_at=read_at)
    assert found.state is OperationState.UNKNOWN or found.state in MOVES[OperationState.UNKNOWN]
    assert (found.booking is not None) == (found.state is OperationState.CONFIRMED)
    assert found.booking is None or owners.get(found.booking.booking_id, "op_1") == "op_1"
    if found.state is OperationState.NOT_CREATED:
        assert is_complete
        assert not any(resembles(RECORD, made, LONDON) and made.status == "Pending" for made in bookings)


@given(bookings=LISTS, owners=OWNERS, shuffle=st.randoms(use_true_random=False), read_at=READ_AT)
def test_the_order_of_the_list_and_repeated_bookings_do_not_matter(
    bookings: list[Booking],
    owners: dict[int, str],
    shuffle: Random,
    read_at: datetime,
) -> None:
    """Shuffle it, and list some bookings twice."""
    shuffled = [*bookings, *bookings[:2]]
    shuffle.shuffle(shuffled)
    assert judged(shuffled, owners, is_complete=True, read_at=read_at) == judged(
        bookings, owners, is_complete=True, read_at=read_at
    )
