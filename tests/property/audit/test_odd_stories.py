"""Whatever stands in an event, a verification says what it thinks of it: it is the forger who chooses."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.audit.chain import StoredChain, broken_link
from chalicelib.domain.canonical import canonical_bytes
from chalicelib.domain.review.stories import impossible_stories
from tests.builders import NOW
from tests.unit.domain.review import telling
from tests.unit.domain.review.telling import claim, stored

CHAINS = [
    stored(telling.CLAIMED, telling.NOT_SENT, claim(2, 2), telling.UNKNOWN.at(3), telling.FOUND, telling.RELEASED),
    stored(telling.CLAIMED, telling.UNKNOWN, telling.AMBIGUOUS, telling.RESOLVED),
    stored(telling.CLAIMED, telling.LEASE_OVER, telling.EXPIRED, telling.DENIED),
    stored(telling.CLAIMED, telling.UNKNOWN, telling.NOT_CREATED),
    stored(telling.REFUSED),
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc_", max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    chain=st.sampled_from(CHAINS), place=st.integers(0), name=st.integers(0), value=VALUES, is_left_out=st.booleans()
)
def test_a_member_of_any_form_is_judged(
    chain: StoredChain,
    place: int,
    name: int,
    value: Any,  # noqa: ANN401 (any JSON)
    *,
    is_left_out: bool,
) -> None:
    """Put anything in the place of a member, or leave it out, beside a chain that holds the same session."""
    events = list(chain.events)
    place %= len(events)
    document = json.loads(events[place])
    changed = sorted(document)[name % len(document)]
    document[changed] = value
    if is_left_out:
        del document[changed]
    events[place] = canonical_bytes(document)
    forged = StoredChain("op_2", events)
    assert broken_link(forged) is not None
    assert isinstance([*impossible_stories([CHAINS[0], forged], now=NOW)], list)
