"""What the bench of the audit is made of: real stories, and tables that tell what was measured."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from chalicelib.domain.audit.chain import StoredChain, broken_link
from chalicelib.domain.audit.event import EventKind
from chalicelib.domain.review.stories import impossible_stories
from devtools.bench.audit.__main__ import MARK
from devtools.bench.audit.pages import Page
from devtools.bench.audit.report import aligned, grown, memory, pages_table, piped, wholes_table
from devtools.bench.audit.stories import A_DAY, BUSY_CLIENT, id_of, story
from devtools.bench.audit.whole import Whole
from devtools.bench.page import PAGE, begin, end, put

NEWEST = datetime(2026, 1, 15, 9, tzinfo=UTC)


def page(size: int, requests: int, ours: float = 20.0) -> Page:
    """Return what a page of a client asked and took."""
    return Page("client", size, requests, 27, 25, 25, [ours] * 20, [10.0] * 20)


def test_every_story_is_one_that_the_protocol_tells() -> None:
    """No chain is broken, and no two contradict each other."""
    chains = [StoredChain(one.operation_id, one.canonical) for one in (story(n, NEWEST) for n in range(600))]
    assert [broken for chain in chains if (broken := broken_link(chain))] == []
    assert list(impossible_stories(chains, now=NEWEST + timedelta(hours=3))) == []


def test_all_kinds_of_ends_are_among_the_stories() -> None:
    """And each has an id of its own, in the order of time; some are of one client."""
    stories = [story(number, NEWEST) for number in range(1000)]
    kinds = {one.events[-1].kind for one in stories}
    assert kinds == {
        EventKind.CONFIRMED, EventKind.REFUSED, EventKind.REJECTED, EventKind.NOT_CREATED, EventKind.AMBIGUOUS,
    }  # fmt: skip
    assert all(older.operation_id < newer.operation_id for newer, older in pairwise(stories))
    assert stories[-1].operation_id == id_of(999, NEWEST)
    assert sum(one.events[0].account == BUSY_CLIENT for one in stories) == 25
    assert stories[0].events[0].at - story(A_DAY, NEWEST).events[0].at == timedelta(days=1)


def test_a_page_that_asks_more_of_a_larger_table_is_found() -> None:
    """Whether it took longer does not count."""
    assert grown([page(100, 4), page(1000, 4, ours=90.0)]) == []
    assert grown([page(100, 4), page(1000, 5)]) == ["client"]


def test_a_page_that_finds_more_in_a_larger_table_may_ask_more() -> None:
    """Until it examines as many as it may."""
    small = replace(page(100, 4), examined=10)
    assert grown([small, page(1000, 5), page(10_000, 5)]) == []
    assert grown([small, page(1000, 5), page(10_000, 6)]) == ["client"]


def test_the_table_of_pages_tells_what_differs_between_sizes() -> None:
    """Requests of each size where they do, times of the largest, and how the ratio has grown."""
    head, row = pages_table([page(100, 4), page(1000, 5, ours=30.0)])
    assert head[-1] == "from 100 to 1,000"
    assert row == ("client", "4 / 5", "27", "25", "25", "30.0 ms", "3.00", "30.0 ms", "3.00", "1.50")


def test_the_table_of_the_whole_trail_tells_events_a_second() -> None:
    """Beside plain reads, with the peak of memory and what an operation adds to it."""
    wholes = [Whole("export", 1000, 2000, 10.0, 110.0), Whole("export", 100, 200, 2.0, 101.0)]
    rows = wholes_table(wholes, {100: 50.0, 1000: 400.0})
    assert rows[1:] == [
        ("export", "100", "200", "100", "2.00", "101 MiB"),
        ("export", "1,000", "2,000", "200", "0.50", "110 MiB"),
    ]
    assert list(memory(wholes)) == ["export: 10,486 bytes of memory for each further operation."]


def test_rows_are_told_as_text_and_as_a_table_of_a_page() -> None:
    """Columns are as wide as their widest cell."""
    rows = [("a", "bb"), ("ccc", "d")]
    assert aligned(rows) == "a    bb\n-------\nccc  d"
    assert piped(rows) == "| a | bb |\n|---|---|\n| ccc | d |"


@pytest.mark.parametrize("mark", ["figures", MARK])
def test_each_kind_of_run_has_a_place_of_its_own_in_the_page(mark: str, tmp_path: Path) -> None:
    """One does not replace the other."""
    assert PAGE.read_text().count(begin(mark)) == PAGE.read_text().count(end(mark)) == 1
    copy = tmp_path / "performance.md"
    copy.write_text(PAGE.read_text())
    put(mark, ["a sentence", "a table"], copy)
    before, _, rest = PAGE.read_text().partition(begin(mark))
    after = rest.partition(end(mark))[2]
    assert copy.read_text() == f"{before}{begin(mark)}\na sentence\n\na table\n\n{end(mark)}{after}"
