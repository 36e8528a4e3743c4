"""What of a list may concern an operation whose own time cannot be read; times are drawn in the property tests."""

from chalicelib.domain.booking.booking import UnreadableEntry
from chalicelib.domain.operation.listing import Listing, Near
from tests.builders import LONDON, booking, operation_record


def test_everything_is_near_an_operation_without_a_time() -> None:
    """Of its own candidate; what names another one is not."""
    entry = UnreadableEntry()
    listing = Listing([booking(), booking(booking_id=9, user_id=7)], [entry], LONDON)
    assert listing.near(operation_record(session_date="never")) == Near((booking(),), (entry,))
