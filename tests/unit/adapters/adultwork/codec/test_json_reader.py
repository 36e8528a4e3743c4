"""JSON to the neutral tree: what is taken, and everything that is refused."""

import pytest

from chalicelib.adapters.adultwork.codec.json_reader import parse_json
from chalicelib.adapters.adultwork.codec.tree import KIND, is_null, member
from chalicelib.adapters.http.answer import UnreadableAnswerError

REFUSED = {
    "nothing": b"",
    "an open object": b'{"a": 1',
    "something after the document": b"1 2",
    "a repeated name": b'{"a": 1, "a": 1}',
    "a repeated name, escaped": b'{"a": 1, "\\u0061": 2}',
    "a repeated name, deep inside": b'[{"b": {"a": 1, "a": 1}}]',
    "NaN": b'{"a": NaN}',
    "Infinity": b"-Infinity",
    "half a surrogate pair": b'{"a": "\\ud800"}',
    "Latin-1 bytes": '"é"'.encode("latin-1"),
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "depth 33": b"[" * 33 + b"]" * 33,
    "depth 20,000": b"[" * 20_000 + b"]" * 20_000,
    "5,001 values": b"[" + b"0," * 4999 + b"0]",
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED.keys())
def test_refuses_what_no_good_answer_has(body: bytes) -> None:
    """A document is read as it stands or not at all."""
    with pytest.raises(UnreadableAnswerError):
        parse_json(body)


def test_the_limits_themselves_are_allowed() -> None:
    """32 levels and 5,000 values can still be read."""
    parse_json(b"[" * 32 + b"]" * 32)
    assert len(parse_json(b"[" + b"0," * 4998 + b"0]")) == 4999


def test_numbers_keep_their_spelling() -> None:
    """No float stands between the wire and an exact decimal."""
    root = parse_json(b"[8.0000, 1e400, -0, 123456789012345678901234567890]")
    assert [item.text for item in root] == ["8.0000", "1e400", "-0", "123456789012345678901234567890"]
    assert {item.get(KIND) for item in root} == {"number"}


def test_every_value_says_what_it_was() -> None:
    """A text is never taken for a number, nor 1 for true; null is null in both formats' way."""
    root = parse_json(b'\xef\xbb\xbf{"s": "1", "n": 1, "t": true, "f": false, "z": null, "o": {}, "a": []}')
    assert [child.get(KIND) for child in root] == ["string", "number", "boolean", "boolean", "null", "object", "array"]
    assert [child.text for child in root] == ["1", "1", "true", "false", None, None, None]
    assert [child.tag for child in root if is_null(child)] == ["z"]


def test_an_exact_name_wins_over_one_in_another_case() -> None:
    """Camel-case names are taken, but never instead of the documented one."""
    root = parse_json(b'{"bookingID": 1, "BookingID": 2, "userid": 3, "UserId": 4, "a}status": 5, "status": 6}')
    found = member(root, "BookingID")
    assert found is not None
    assert found.text == "2"
    assert member(root, "Candidate") is None
    status = member(root, "Status")
    assert status is not None
    assert status.text == "6"
    with pytest.raises(UnreadableAnswerError):
        member(root, "UserID")
