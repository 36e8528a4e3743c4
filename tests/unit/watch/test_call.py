"""One call as it is watched: what is noted of it, by whichever thread works for it."""

import json
from collections.abc import Iterator
from functools import partial
from threading import Event

import pytest

from chalicelib.adapters.system import ThreadConcurrency
from chalicelib.domain.time_budget import Deadline
from chalicelib.watch.call import Watched, current, note, note_exchange, note_state, watched
from chalicelib.watch.trace import Trace
from tests.unit.json_lines import configured

TRACE = Trace("4bf92f3577b34da6a3ce929d0e0e4736", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
ENDLESS = Deadline(float, 0, 60)


@pytest.fixture(autouse=True)
def lines() -> Iterator[None]:
    """Make ours the only output."""
    with configured():
        yield


def test_counts_add_up_and_measures_stay_apart() -> None:
    """A percentile needs each of them."""
    with watched() as call:
        note("ColdStarts")
        note("ColdStarts", 2)
        note("UpstreamReadMs", 5)
        note("UpstreamReadMs", 7.5)
        note_state("NOT_SENT")
    assert call.measures() == {"ColdStarts": 3, "UpstreamReadMs": [5, 7.5], "BookingsNotSent": 1}


def test_a_line_never_gets_more_values_than_the_format_allows() -> None:
    """A hundred of each."""
    call = Watched()
    for number in range(120):
        call.note("UpstreamReadMs", number)
    assert call.measures() == {"UpstreamReadMs": [float(number) for number in range(100)]}


def test_where_nothing_is_watched_nothing_is_noted() -> None:
    """As on a command line."""
    note("ColdStarts")
    assert current().measures() == {}
    assert current().trace is None


def test_an_exchange_is_a_time_a_status_and_a_wait() -> None:
    """One that brought no answer has a time, too."""
    with watched() as call:
        assert not call.has_waited
        note_exchange("UpstreamReadMs", 10.0, 10.25, 200)
        note_exchange("UpstreamSendMs", 11.0, 12.0, None)
    assert call.measures() == {
        "UpstreamReadMs": [250],
        "Upstream2xx": 1,
        "UpstreamSendMs": [1000],
        "UpstreamNoAnswer": 1,
    }
    assert (call.has_waited, call.waited_seconds()) == (True, 1.25)


@pytest.mark.parametrize(
    ("waits", "seconds"),
    [([(0, 2), (1, 3)], 3), ([(1, 3), (0, 5)], 5), ([(0, 1), (2, 3)], 2), ([(0, 2), (0, 2)], 2)],
    ids=["overlapping", "inside", "apart", "equal"],
)
def test_waits_beside_each_other_count_once(waits: list[tuple[float, float]], seconds: float) -> None:
    """Reads of a booking go out at once."""
    call = Watched()
    for began, ended in waits:
        call.wait(began, ended)
    assert call.waited_seconds() == seconds


def test_what_a_thread_notes_is_noted_of_the_call_that_it_works_for() -> None:
    """Also from the next one on; and its lines have the call's trace."""
    beside, noting = ThreadConcurrency(2), partial(note, "ColdStarts")

    def further() -> None:
        beside.start(noting, ENDLESS)()

    with watched(TRACE) as call:
        beside.start(further, ENDLESS)()
    with watched() as other:
        beside.start(noting, ENDLESS)()
    assert (call.measures(), other.measures()) == ({"ColdStarts": 1}, {"ColdStarts": 1})


def test_an_errand_that_nobody_waits_for_has_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """The call's own line may be written by then; one that notes nothing has none."""
    beside, done = ThreadConcurrency(1), Event()
    with watched(TRACE) as call:
        beside.set_off(lambda: None)
        beside.set_off(lambda: note("BookingsConfirmed"))
        beside.set_off(done.set)
        assert done.wait(10)
    (line,) = [json.loads(each) for each in capsys.readouterr().out.splitlines()]
    assert (line["event"], line["BookingsConfirmed"], line["trace_id"]) == ("errand.done", 1, TRACE.identifier)
    assert call.measures() == {}
