"""Canonical JSON; the property tests compare it with another implementation of RFC 8785."""

from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.canonical import Canonical, canonical_bytes


def test_members_are_sorted_and_nothing_is_spaced() -> None:
    """Write a nested document."""
    document: Canonical = {"b": [1, True, None, {"z": "\u00e9", "a": ""}], "a": -7, "B": {}}
    assert canonical_bytes(document) == '{"B":{},"a":-7,"b":[1,true,null,{"a":"","z":"\u00e9"}]}'.encode()


def test_text_is_escaped_where_rfc_8785_asks_for_it_and_nowhere_else() -> None:
    """Write control characters, quotes and characters beyond ASCII."""
    written = canonical_bytes('\0\b\t\n\x0b\f\r\x1f"\\/\x7f\u2028\U0001f600')
    assert written == '"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\\"\\\\/\x7f\u2028\U0001f600"'.encode()


@pytest.mark.parametrize("value", [1.0, 0.1, float("nan"), float("inf")])
def test_floats_are_refused_at_any_depth(value: float) -> None:
    """Hide one in objects, lists and tuples."""
    hidden: list[Any] = [value, [value], (1, value), {"a": value}, {"a": [{"b": (value,)}]}]
    for document in hidden:
        with pytest.raises(TypeError, match=r"^a canonical document holds no floats; write the amount as text$"):
            canonical_bytes(document)


@pytest.mark.parametrize("value", [Decimal(1), b"text", {1, 2}, object()])
def test_what_json_does_not_have_is_refused(value: Any) -> None:  # noqa: ANN401 (any wrong type)
    """Write values of other types."""
    with pytest.raises(TypeError):
        canonical_bytes({"a": value})
