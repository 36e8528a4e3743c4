"""How many bytes a booking may take; `tests/property/test_spellings.py` writes the longest one."""

import pytest

from chalicelib.domain.booking.longest_form import longest_form_bytes


@pytest.mark.parametrize(("comments", "size"), [(0, 6420), (1, 6432), (2000, 30420), (20_000, 246_420)])
def test_the_longest_booking_takes_twelve_bytes_for_each_character_of_its_comments(comments: int, size: int) -> None:
    """Names, quotes, the other members and white space take the same room whatever the comments are."""
    assert longest_form_bytes(comments) == size
