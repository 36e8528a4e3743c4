"""W3C Trace Context: read as the recommendation says, and what is malformed is not there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.watch.trace import LONGEST_STATE, MOST_MEMBERS, read_trace

TRACE_ID, PARENT_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE_ID}-{PARENT_ID}-01"


def state_of(*lines: str) -> str | None:
    """Return the state that is passed on with a sound parent."""
    trace = read_trace([PARENT], lines)
    assert trace is not None
    return trace.state


def test_a_trace_is_told_as_it_came() -> None:
    """Nothing of ours is a span in it, so both headers go on unchanged."""
    trace = read_trace([PARENT], ["congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"])
    assert trace is not None
    assert trace.identifier == TRACE_ID
    assert trace.headers() == {"traceparent": PARENT, "tracestate": "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"}


def test_without_a_state_only_the_parent_goes_on() -> None:
    """The second header is optional."""
    trace = read_trace([f" {PARENT}\t"])
    assert trace is not None
    assert trace.headers() == {"traceparent": PARENT}


@pytest.mark.parametrize(
    "value",
    [
        "",
        PARENT.upper(),
        PARENT[:-1],
        f"{PARENT}-what-the-future-will-be-like",
        f"{PARENT}.",
        f"ff-{TRACE_ID}-{PARENT_ID}-01",
        f"00-{'0' * 32}-{PARENT_ID}-01",
        f"00-{TRACE_ID}-{'0' * 16}-01",
        f"00-{TRACE_ID}é-{PARENT_ID}-01",
        f"00-{'07700900123'.rjust(32, '1')}-{PARENT_ID}-01",
    ],
)
def test_a_malformed_parent_is_no_trace(value: str) -> None:
    """Nor is one of digits alone, in which somebody could be called."""
    assert read_trace([value]) is None


def test_several_parents_are_none() -> None:
    """Nobody can tell which is meant; and none is none."""
    assert read_trace([PARENT, PARENT]) is None
    assert read_trace([]) is None


@pytest.mark.parametrize("more", ["", "-what-the-future-will-be-like"])
def test_a_later_version_is_read_as_far_as_this_one_goes(more: str) -> None:
    """And goes on as this one, since nobody here can vouch for the rest (section 3.2.4)."""
    trace = read_trace([f"cc-{TRACE_ID}-{PARENT_ID}-01{more}"])
    assert trace is not None
    assert trace.parent == PARENT


def test_states_of_several_lines_are_one_list() -> None:
    """In their order, without empty members (section 3.3.1.1)."""
    assert state_of("a=1, b=2", "", "c@t=3 4") == "a=1,b=2,c@t=3 4"


@pytest.mark.parametrize(
    "lines",
    [[], [""], ["a"], ["A=1"], ["a=1,b=é"], ["a=1;\n"], ["a==1"], [",".join(f"k{n}=1" for n in range(MOST_MEMBERS + 1))],
     [f"a={'1' * 256},b={'1' * 256}"]],
)  # fmt: skip
def test_a_state_that_is_not_sound_is_left_out(lines: list[str]) -> None:
    """The parent goes on without it (section 3.3)."""
    assert state_of(*lines) is None


@pytest.mark.unmeasured
@given(st.text(max_size=80), st.lists(st.text(max_size=600), max_size=3))
def test_whatever_is_sent_it_is_read(parent: str, states: list[str]) -> None:
    """Nothing raises, and what goes on can stand in a header."""
    assert read_trace([parent], states) is None
    trace = read_trace([PARENT], states)
    assert trace is not None
    for value in trace.headers().values():
        assert len(value) <= LONGEST_STATE
        assert value.isascii()
        assert value.isprintable()
