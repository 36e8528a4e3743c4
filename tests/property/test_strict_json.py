"""Whatever the bytes are, they give an object or a MalformedRequestError."""

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.errors import MalformedRequestError
from chalicelib.edge.strict_json import parse_object

FRAGMENTS = st.sampled_from(
    [
        b"{",
        b"}",
        b"[",
        b"]",
        b'"',
        b":",
        b",",
        b"\\",
        b"\\u",
        b"d800",
        b"1",
        b"-",
        b".5",
        b"e",
        b"99999",
        b"NaN",
        b'"a"',
    ]
)
SCALARS = st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(st.characters(codec="utf-8"))
OBJECTS = st.dictionaries(st.text(st.characters(codec="utf-8")), SCALARS | st.lists(SCALARS, max_size=3), max_size=5)


@given(st.binary(max_size=60) | st.lists(FRAGMENTS, max_size=30).map(b"".join))
def test_any_bytes_are_an_object_or_a_malformed_request(body: bytes) -> None:
    """Nothing else leaves the parser; what it takes, the standard parser takes too."""
    try:
        members = parse_object(body)
    except MalformedRequestError:
        return
    assert json.loads(body, parse_float=Decimal) == members


@given(document=OBJECTS, escaped=st.booleans())
def test_a_sound_object_is_read_as_it_was_written(document: dict[str, JsonValue], *, escaped: bool) -> None:
    """The strictness costs no valid request."""
    assert parse_object(json.dumps(document, ensure_ascii=escaped).encode()) == document


@given(st.text("0123456789.eE+-", min_size=1, max_size=24))
def test_any_number_is_exact_or_refused(lexeme: str) -> None:
    """No lexeme makes a foreign error, and none is rounded."""
    try:
        value = parse_object(f'{{"n": {lexeme}}}'.encode())["n"]
    except MalformedRequestError:
        return
    assert isinstance(value, int | Decimal)
    assert len(lexeme) <= 20
    assert isinstance(value, int) or str(value) == lexeme
