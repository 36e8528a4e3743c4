"""What of a list may concern an operation whose own time cannot be read; times are drawn in the property tests."""

import pytest

from chalicelib.domain.booking.booking import UnreadableEntry
from chalicelib.domain.operation.listing import Listing, Near
from tests.builders import LONDON, booking, operation_record


def test_everything_is_near_an_operation_without_a_time() -> None:
    """Of its own candidate; what names another one is not."""
    entry = UnreadableEntry()
    listing = Listing([booking(), booking(booking_id=9, user_id=7)], [entry], LONDON)
    assert listing.near(operation_record(session_date="never")) == Near((booking(),), (entry,))


@pytest.mark.parametrize(("clock", "is_near"), [("23:30", True), ("23:31", False), ("23:45", False)])
def test_an_entry_that_cannot_be_read_is_dated_by_the_upstreams_zone(clock: str, *, is_near: bool) -> None:
    """In summer, 26 hours after the session: no two zones are further apart."""
    entry = UnreadableEntry(user_id=123456, session_date=f"2026-07-21T{clock}:00")
    listing = Listing([], [entry], LONDON)
    assert listing.near(operation_record(session_date="2026-07-20 21:30")).unreadable == ((entry,) if is_near else ())
