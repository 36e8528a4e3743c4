"""Documents whose form nobody documents become plain values, whatever is in them."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.adultwork.codec.generic import plain
from chalicelib.adapters.adultwork.codec.json_reader import parse_json
from chalicelib.adapters.adultwork.codec.wire import read_document
from chalicelib.adapters.http.answer import UnreadableAnswerError
from tests.unit.adapters.answers import XSI, json_answer, xml_answer

LEAVES = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(st.characters(exclude_categories=["Cs"]))
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), inner, max_size=4)
    ),
    max_leaves=20,
)


def test_elements_lose_their_namespaces_and_keep_their_texts() -> None:
    """Nil is null, an empty element an empty text, several of one name are a list, prefixes mean nothing."""
    document = (
        f'<R xmlns="a" xmlns:i="{XSI}" xmlns:d2p1="b"><d2p1:A>1.50</d2p1:A><B i:nil="true"/><C/>'
        "<L><d2p1:X>1</d2p1:X><X>two</X></L><One><X> 1 </X></One></R>"
    )
    assert plain(read_document(xml_answer(document))) == {
        "A": "1.50",
        "B": None,
        "C": "",
        "L": {"X": ["1", "two"]},
        "One": {"X": " 1 "},
    }


def test_json_keeps_its_kinds_and_its_numbers_are_exact() -> None:
    """To the last place; a list of one is a list."""
    document = '{"a": [1.10], "b": {}, "c": [], "d": true, "e": false, "f": null, "g": "x", "h": 1E+2}'
    told: Any = plain(read_document(json_answer(document)))
    expected = {"a": [Decimal("1.10")], "b": {}, "c": [], "d": True, "e": False, "f": None, "g": "x", "h": 100}
    assert told == expected
    assert str(told["a"][0]) == "1.10"


@pytest.mark.parametrize("number", ["1e999", "-1E-100", "9" * 41, "0." + "1" * 41])
def test_a_number_that_would_be_endless_is_refused(number: str) -> None:
    """Written out, it could be a million digits."""
    with pytest.raises(UnreadableAnswerError):
        plain(read_document(json_answer(f"[{number}]")))


def test_a_mark_that_contradicts_its_element_is_refused() -> None:
    """Null and a text at once."""
    with pytest.raises(UnreadableAnswerError):
        plain(read_document(xml_answer(f'<R xmlns:i="{XSI}"><A i:nil="true">x</A></R>')))


@given(DOCUMENTS)
def test_every_json_document_comes_out_as_it_was(document: Any) -> None:  # noqa: ANN401 (any JSON)
    """Whatever is nested in it."""
    assert plain(parse_json(json.dumps(document).encode())) == document
