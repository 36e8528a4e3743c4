"""Our canonical JSON against another implementation of RFC 8785, on random documents."""

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.canonical import canonical_bytes

NAMES = st.text(st.characters(max_codepoint=0x7F), max_size=12)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple) | st.dictionaries(NAMES, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(document=DOCUMENTS)
def test_both_write_the_same_bytes(document: Any) -> None:  # noqa: ANN401 (any document)
    """Compare nested documents with control and astral characters and every integer that RFC 8785 allows."""
    assert canonical_bytes(document) == rfc8785.dumps(document)


@given(document=DOCUMENTS)
def test_canonical_bytes_are_json_of_the_same_document(document: Any) -> None:  # noqa: ANN401 (any document)
    """Read back what was written, and write it again."""
    written = canonical_bytes(document)
    assert canonical_bytes(json.loads(written)) == written


@given(document=st.dictionaries(NAMES, SCALARS, min_size=2, max_size=6))
def test_the_order_in_which_members_were_added_does_not_matter(document: dict[str, Any]) -> None:
    """Write the members backwards."""
    assert canonical_bytes(dict(reversed(document.items()))) == canonical_bytes(document)


@given(
    document=st.recursive(
        st.floats(),
        lambda inner: (
            st.tuples(SCALARS, inner) | st.tuples(SCALARS, inner).map(list) | st.fixed_dictionaries({"a": inner})
        ),
        max_leaves=4,
    )
)
def test_a_float_is_refused_wherever_it_hides(document: Any) -> None:  # noqa: ANN401 (any document with a float)
    """Wrap a float in lists and objects."""
    with pytest.raises(TypeError, match="no floats"):
        canonical_bytes(document)
