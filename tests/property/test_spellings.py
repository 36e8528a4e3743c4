"""No two limits contradict each other: what the rules of the members allow is taken in every legal JSON spelling."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.booking.form import OPTIONAL, REQUIRED, Form
from chalicelib.domain.booking.longest_form import LONGEST_NUMBER, SPACE, longest_form_bytes
from chalicelib.domain.booking.phone_number import LONGEST_PHONE_NUMBER
from chalicelib.domain.booking.policy import MAXIMUM_COMMENTS_LENGTH, BookingPolicy
from chalicelib.domain.booking.rules.contacts import LONGEST_SKYPE_NAME
from chalicelib.domain.booking.rules.form import read_request, violations
from chalicelib.domain.booking.upstream_time import LONGEST_TIME
from chalicelib.edge.container import EdgeSettings
from chalicelib.edge.strict_json import parse_object
from tests.builders import LONDON, NOW, form, members

LIMIT = EdgeSettings().maximum_body_bytes
SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
SPACES = st.text(" \n\r\t", max_size=12)
PLAIN = st.characters(codec="utf-8", categories=("L", "N", "P", "S")).filter(
    lambda sign: sign.isprintable() and sign != "\u2800"
)
COMMENTS = st.text(PLAIN | st.sampled_from(' \n\t/\\"'), max_size=60)
FUTURE = st.datetimes(datetime(2026, 11, 1), datetime(2027, 3, 1)).map(  # noqa: DTZ001 (a local time, in winter)
    lambda at: at.replace(second=0, microsecond=0)
)


def escaped(sign: str, write: Callable[[str], str]) -> str:
    """Write a character as one escape, or as two beyond the first plane."""
    units = sign.encode("utf-16-be").hex()
    return "".join(f"\\u{write(units[place : place + 4])}" for place in range(0, len(units), 4))


@st.composite
def spelt_text(draw: st.DrawFn, text: str) -> str:
    """Write a string with escapes of any kind, where JSON lets us choose and where it does not."""
    ways = draw(st.lists(st.integers(0, 3), min_size=len(text), max_size=len(text)))
    written = []
    for sign, way in zip(text, ways, strict=True):
        must = sign in '"\\' or sign < " "
        if way == 0 and not must:
            written.append(sign)
        elif sign in SHORT_ESCAPES and way == 1:
            written.append(SHORT_ESCAPES[sign])
        else:
            written.append(escaped(sign, str.upper if way == 2 else str.lower))
    return f'"{"".join(written)}"'


@st.composite
def spelt_number(draw: st.DrawFn, value: int | Decimal) -> str:
    """Write a number plainly, with zeros behind the point, or with an exponent."""
    plain = format(Decimal(value), "f")
    shift = draw(st.integers(-2, 2))
    moved = format(Decimal(plain).scaleb(-shift), "f")
    zeros = draw(st.integers(0, 3))
    lexeme = (moved if "." in moved or not zeros else f"{moved}.") + "0" * zeros
    return f"{lexeme}{draw(st.sampled_from('eE'))}{shift}" if shift else lexeme


@st.composite
def spelt(draw: st.DrawFn, document: dict[str, Any]) -> bytes:
    """Write a document with its members in any order and white space anywhere."""
    pairs = []
    for name, value in draw(st.permutations(list(document.items()))):
        literal = draw(spelt_text(value) if isinstance(value, str) else spelt_number(value))
        gaps = draw(st.tuples(SPACES, SPACES, SPACES, SPACES))
        pairs.append(f"{gaps[0]}{draw(spelt_text(name))}{gaps[1]}:{gaps[2]}{literal}{gaps[3]}")
    return f"{draw(SPACES)}{{{','.join(pairs)}}}{draw(SPACES)}".encode()


DOCUMENTS = st.builds(
    lambda dates, **others: members(
        AcceptBy=f"{min(dates):%Y-%m-%d %H:%M}", SessionDate=f"{max(dates):%Y-%m-%dT%H:%M:00}", **others
    ),
    st.tuples(FUTURE, FUTURE).filter(lambda dates: dates[0] != dates[1]),
    BookUserID=st.integers(1, 2**31 - 1),
    Duration=st.integers(5, 1440),
    Method=st.integers(1, 3),
    Credits=st.decimals(0, 9_999_999, places=4) | st.integers(0, 9_999_999),
    PhoneNumber=st.sampled_from(["07700 900123", "+44\u00a0(0)7700\u2011900123", "7700900123"]),
    SkypeName=st.sampled_from(["live:someone", "A_b,c.d-e:f"]),
    Comments=COMMENTS,
)


@given(st.data())
def test_a_sound_booking_is_the_same_booking_in_every_spelling(data: st.DataObject) -> None:
    """Write random bookings in random ways, and read the one that was meant."""
    document = data.draw(DOCUMENTS)
    body = data.draw(spelt(document))
    assert len(body) <= LIMIT
    meant, read = form(document), form(parse_object(body))
    assert violations(meant) == ()
    assert violations(read) == ()
    assert read_request(read) == read_request(meant)
    assert str(read_request(read).credits) == str(read_request(meant).credits)


def longest_spelling(comments: str) -> str:
    """Write the longest sound booking with an escape for each character, and no white space."""
    fraction = "0" * (LONGEST_TIME - len("2026-01-20T21:30:00."))
    document: dict[str, str] = {
        "BookUserID": "1.230000000000000e+3",
        "SessionDate": f"2026-01-20T21:30:00.{fraction}",
        "Duration": "15.00000000000000000",
        "Method": "1.000000000000000000",
        "PhoneNumber": "07700900123".rjust(LONGEST_PHONE_NUMBER, "\U00010ead"),  # a hyphen beyond the first plane
        "SkypeName": "s" * LONGEST_SKYPE_NAME,
        "Credits": "32.50000000000000000",
        "AcceptBy": f"2026-01-20T18:00:00.{fraction}",
        "Comments": comments,
    }
    texts = {"SessionDate", "AcceptBy", "PhoneNumber", "SkypeName", "Comments"}
    written = []
    for name, value in document.items():
        assert name in texts or len(value) == LONGEST_NUMBER
        literal = f'"{"".join(escaped(sign, str.lower) for sign in value)}"' if name in texts else value
        written.append(f'"{"".join(escaped(sign, str.lower) for sign in name)}":{literal}')
    assert list(document) == [name for name in document if name in (*REQUIRED, *OPTIONAL)]
    return "{" + ",".join(written) + "}"


def test_the_longest_booking_in_its_longest_spelling_is_taken() -> None:
    """Escape 2,000 emoji and everything around them, and lay it out with as much white space as there is room for."""
    spelling = longest_spelling("\U0001f600" * MAXIMUM_COMMENTS_LENGTH)
    assert longest_form_bytes(MAXIMUM_COMMENTS_LENGTH) == LIMIT
    phone_digits = 6 * len("07700900123")  # counted as if they, too, lay beyond the first plane
    assert len(spelling) + len(",") + phone_digits + SPACE == LIMIT
    read = form(parse_object((spelling + " " * SPACE).encode()))
    assert violations(read) == ()
    assert read_request(read).phone_number == "07700900123"
    assert json.loads(spelling)["Comments"] == read_request(read).comments


@given(st.integers(0, 50))
def test_the_largest_body_grows_with_the_longest_comments(length: int) -> None:
    """Twelve bytes for each character more."""
    policy = BookingPolicy(LONDON, maximum_comments_length=length)
    spelling = longest_spelling("\U0001f600" * length)
    assert longest_form_bytes(length) == longest_form_bytes(0) + 12 * length
    assert len(spelling) + SPACE <= longest_form_bytes(length)
    assert violations(Form(parse_object(spelling.encode()), policy, NOW.astimezone(UTC))) == ()
