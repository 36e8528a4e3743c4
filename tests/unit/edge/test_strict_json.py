"""What JSON allows and we do not, case by case; `tests/property` throws arbitrary bytes at it."""

from decimal import Decimal

import pytest

from chalicelib.domain.errors import MalformedRequestError
from chalicelib.edge.strict_json import Number, parse_object


def refusal(body: bytes) -> MalformedRequestError:
    """Return the error for a body."""
    with pytest.raises(MalformedRequestError) as caught:
        parse_object(body)
    return caught.value


def places(body: bytes) -> list[tuple[str, str]]:
    """Return pointer and rule of every violation of a body."""
    return [(violation.pointer, violation.rule) for violation in refusal(body).violations]


def test_every_kind_of_value_is_read_exactly() -> None:
    """Whole numbers are int, others decimals, nothing is a float."""
    members = parse_object(b' {"i": -12, "d": 32.50, "b": true, "n": null, "s": "\\ud83d\\ude00", "l": [{"x": 1}]} ')
    assert members == {
        "i": -12,
        "d": Decimal("32.5"),
        "b": True,
        "n": None,
        "s": "\N{GRINNING FACE}",
        "l": [{"x": 1}],
    }
    assert (type(members["i"]), type(members["d"])) == (int, Number)


@pytest.mark.parametrize("lexeme", ["32.50", "3.2e1", "1E-3", "1e999999999999999999", "-0.0"])
def test_a_decimal_is_written_as_it_was_read(lexeme: str) -> None:
    """Nothing is computed while it is read, however absurd its exponent."""
    assert str(parse_object(f'{{"Credits": {lexeme}}}'.encode())["Credits"]) == lexeme


@pytest.mark.parametrize("body", [b"", b" \r\n\t"])
def test_an_empty_body_is_told_so(body: bytes) -> None:
    """The likeliest mistake has its own message."""
    assert "empty" in refusal(body).message


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b'\xef\xbb\xbf{"a": 1}', "byte order mark"),
        (b'{"a": "\xff"}', "UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "UTF-8"),
        (b"[]", "object"),
        (b'"text"', "object"),
        (b"1", "object"),
        (b"NaN", "object"),
        (b'{"a": 1} {}', "line 1, column 10"),
        (b"{'a': 1}", "line 1, column 2"),
        (b'{"a": 01}', "column 8"),
        (b'{"a": "\n"}', "column"),
        (b'{"a": "unterminated', "column"),
        (b'{"a": "\\', "column"),
    ],
)
def test_what_is_no_json_object_is_refused_with_a_hint(body: bytes, word: str) -> None:
    """The message says what to change."""
    assert word in refusal(body).message


def test_a_duplicate_name_is_named_by_pointer() -> None:
    """Also after unescaping, in depth, and with the characters that a pointer escapes."""
    assert places(b'{"Credits": 1, "Cr\\u0065dits": 2}') == [("/Credits", "duplicate-name")]
    assert places(b'{"a": [0, {"x/y~": 1, "x/y~": 1}], "a": 1}') == [
        ("/a", "duplicate-name"),
        ("/a/1/x~1y~0", "duplicate-name"),
    ]


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_nan_and_the_infinities_are_refused(constant: str) -> None:
    """Python's parser takes them."""
    assert places(f'{{"Credits": {constant}}}'.encode()) == [("/Credits", "number-form")]


def test_a_lone_surrogate_is_refused_in_texts_and_names() -> None:
    """It could not be written again; a name is told by the object that holds it."""
    assert places(b'{"a": "\\ud800", "b": {"\\udc00": 1}}') == [("/a", "text-form"), ("/b", "name-form")]


def test_a_number_has_at_most_20_characters() -> None:
    """The bound itself is taken; longer ones are named, whole or not."""
    assert parse_object(b'{"a": 12345678901234567890}') == {"a": 12345678901234567890}
    long = b"1" * 5000
    assert places(b'{"a": 123456789012345678901, "b": ' + long + b', "c": 0.' + long + b"}") == [
        ("/a", "number-length"),
        ("/b", "number-length"),
        ("/c", "number-length"),
    ]


def test_the_longest_number_is_told_exactly() -> None:
    """It is the only fault of JSON that has a limit for a program."""
    (violation,) = refusal(b'{"a": 1.00000000000000000000}').violations
    assert (violation.message, violation.params) == (
        "Write this number in at most 20 characters.",
        {"maximum_length": 20},
    )
    (duplicate,) = refusal(b'{"a": 1, "a": 1}').violations
    assert duplicate.params == {}


def test_depth_four_is_taken_and_five_is_not() -> None:
    """Brackets in strings do not count, not even after an escaped quote."""
    assert parse_object(b'{"a": {"b": [{}], "s": "[[[[[\\"[[[["}}')
    assert "4 levels" in refusal(b'{"a": {"b": [{"c": []}]}}').message


@pytest.mark.parametrize("body", [b"[" * 20_000, b'{"a":' * 20_000, b'"' * 20_001, b'"' + b'\\"' * 20_000])
def test_a_hostile_body_is_refused_without_recursion(body: bytes) -> None:
    """Twenty thousand nested arrays once made a 500; unterminated strings must not make the scan slow."""
    refusal(body)
