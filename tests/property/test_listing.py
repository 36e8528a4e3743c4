"""What an operation finds in a list, against a second statement of it that looks at every row."""

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.domain.booking.booking import Booking, UnreadableEntry
from chalicelib.domain.booking.upstream_time import answer_readings, read_time
from chalicelib.domain.operation.listing import Listing, Near
from tests.builders import LONDON, booking, operation_record

SENT = datetime(2026, 3, 28, 21, 30, tzinfo=UTC)  # the clocks go forward in the night after
MINUTES = st.integers(-30 * 60, 30 * 60) | st.integers(-120, 120).map(lambda quarters: quarters * 15)
DATES = MINUTES.map(lambda minutes: (SENT + timedelta(minutes=minutes)).replace(tzinfo=None).isoformat())
TOLD = DATES | DATES.map(lambda date: f"{date}+01:00") | st.sampled_from(["soon", "", "2026-03-29T01:30:00"])
CANDIDATES = st.sampled_from([123456, 123456, 123457])
BOOKINGS = st.builds(lambda user_id, date: booking(user_id=user_id, session_date=date), CANDIDATES, TOLD)
ENTRIES = st.builds(UnreadableEntry, st.none() | st.integers(1, 3), st.none() | CANDIDATES, st.none() | TOLD)
SESSIONS = st.sampled_from(
    [
        "2026-03-28 21:30",
        "2026-03-29 01:30",  # an hour that is left out
        "2026-10-25 01:30",  # one that comes twice
        "0001-01-01 00:00",
        "9999-12-31 23:59",
        "never",
    ]
)


def may_be_at(session_date: str, told: str) -> bool:
    """Say again whether a time in an answer can be the one that was sent, by the clock of some zone."""
    sent, listed = read_time(session_date, LONDON), answer_readings(told, LONDON)
    if sent is None or not listed:
        return True
    apart = [one - other for one in sent.readings for other in listed]
    return any(abs(each) <= timedelta(hours=26) and not each % timedelta(minutes=15) for each in apart)


@example(bookings=[booking()], unreadable=[UnreadableEntry()], session_date="never")
@given(bookings=st.lists(BOOKINGS, max_size=12), unreadable=st.lists(ENTRIES, max_size=6), session_date=SESSIONS)
def test_an_operation_finds_what_may_concern_it_and_nothing_else_in_the_order_of_the_list(
    bookings: list[Booking], unreadable: list[UnreadableEntry], session_date: str
) -> None:
    """Look twice; and ask for another operation before, which must change nothing."""
    record = operation_record(session_date=session_date)
    listing = Listing(bookings, unreadable, LONDON)
    listing.near(operation_record(book_user_id=123457))
    assert listing.near(record) == Near(
        tuple(one for one in bookings if one.candidate.user_id == 123456 and may_be_at(session_date, one.session_date)),
        tuple(
            one
            for one in unreadable
            if one.user_id in {None, 123456} and may_be_at(session_date, one.session_date or "")
        ),
    )


def test_what_is_near_names_its_bookings() -> None:
    """Of bookings and of entries, as far as they say so."""
    near = Near((booking(booking_id=4), booking(booking_id=2)), (UnreadableEntry(3), UnreadableEntry()))
    assert near.booking_ids() == [4, 2, 3]
