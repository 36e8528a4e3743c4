"""The upstream's words, cleaned: visible, short, and without personal values."""

import pytest

from chalicelib.adapters.adultwork.message_cleaning import HIDDEN, clean_message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  You cannot\r\n\tbook\u2028this user. ", "You cannot book this user."),
        ("a\x00b\x1b[31mc\u202e\u200bd\ufefff\u00ad", "ab[31mcdf"),
        ("x\u3164\ufe0f\U000e0041y\u034f", "xy"),
        ("", ""),
        ("\u202e", ""),
        ("Insufficient credits: 22.5000 needed, 8 held.", "Insufficient credits: 22.5000 needed, 8 held."),
        ("SessionDate must be after 2018-01-22 21:30.", "SessionDate must be after 2018-01-22 21:30."),
        ("Scope account_phonechat_bookings is missing", "Scope account_phonechat_bookings is missing"),
        ("Ring 07700900123 now", f"Ring {HIDDEN} now"),
        ("Ring +44 (0)7700 900-123.", f"Ring {HIDDEN}."),
        ("2018-01-22 07700 900123", f"2018-01-22 {HIDDEN}"),
        ("123456", HIDDEN),
        ("12345", "12345"),
        ("١٢٣٤٥٦ is a number too", f"{HIDDEN} is a number too"),
        ("token eyJhbGciOiJIUzI1NiIsInR5cCI6.e30", f"token {HIDDEN}"),
    ],
)
def test_a_message_is_fit_for_people(text: str, expected: str) -> None:
    """Control, text-direction and invisible characters go; what may be a phone number or a token is hidden."""
    assert clean_message(text) == expected


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("SkypeName 'LIVE:jane.doe' is not valid", "live:jane.doe"),
        ("The number 07700.900.123 is not valid", "07700900123"),
        ("The number 0044/7700/900123 is not valid", "07700900123"),
        ("Comments 'See you\u200b at\n eight' are odd", "See you at eight"),
        ("Comments 'See you at eigh…' are too long", "See you at eight, as always"),
        ("jane.doejane.doe", "jane.doe"),
    ],
)
def test_what_was_sent_does_not_come_back(text: str, secret: str) -> None:
    """In another case, otherwise spaced or cut off, it is the same value."""
    cleaned = clean_message(text, [secret, ""])
    assert HIDDEN in cleaned
    for piece in (secret, "900", "123", "see you"):
        assert piece not in cleaned.lower()


def test_a_short_secret_leaves_the_words_around_it() -> None:
    """Only the word itself is hidden."""
    assert clean_message("This is Hi, not Him", ["Hi"]) == f"This is {HIDDEN}, not Him"


def test_neighbours_are_hidden_once() -> None:
    """Overlapping finds make one gap, and what lies between two finds stays."""
    assert clean_message("07700900123 and 07700900123", ["07700900123"]) == f"{HIDDEN} and {HIDDEN}"


def test_a_message_has_an_end() -> None:
    """300 characters, an ellipsis among them."""
    assert clean_message("word " * 60) == ("word " * 60).strip()
    long = clean_message("word " * 100_000)
    assert len(long) == 300
    assert long.endswith("…")
