"""What a caller wants to read, and that everybody is told something."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.edge.pages.negotiation import preferred

OFFERED = ("text/plain", "application/json", "text/html")


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ((), "text/plain"),
        (("*/*",), "text/plain"),
        (("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",), "text/html"),
        (("application/json",), "application/json"),
        (("application/problem+json, application/json;q=0.5",), "application/json"),
        (("TEXT/HTML",), "text/html"),
        (("text/*",), "text/plain"),
        (("text/*;q=0.1, */*;q=0.5",), "application/json"),
        (("text/html;level=1;q=0.4", "application/json; q=0.6"), "application/json"),
        (("text/html;q=0",), "text/plain"),
        (("image/png",), "text/plain"),
        (("application/json;q=high, text/html;q=0.1",), "text/html"),
        (("",), "text/plain"),
    ],
)
def test_the_type_that_is_wanted_most_is_chosen(accept: tuple[str, ...], wanted: str) -> None:
    """The first of equals; a weight that cannot be read counts as none; whoever wants nothing of it gets the first."""
    assert preferred(accept, OFFERED) == wanted


@given(
    st.lists(
        st.text(max_size=60) | st.sampled_from(["text/html;q=.", "*/*;q=1.1.1", "a;q=", ";", "text/html;q=\u00b2"])
    )
)
def test_no_header_is_too_strange(accept: list[str]) -> None:
    """A caller's input never causes a fault."""
    assert preferred(accept, OFFERED) in OFFERED
