"""The table: what spreadsheets would run stays text."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.review.exports.table import COLUMNS, FORMULA, inert, line, lines
from tests.builders import pseudonym
from tests.contract.records import claim_event, operation

CHAIN = Chain.read("op_1", [claim_event(operation()).canonical()])


def read(table: bytes) -> list[list[str]]:
    """Return the cells as a spreadsheet reads them."""
    return list(csv.reader(io.StringIO(table.decode(), newline="")))


@pytest.mark.parametrize("begin", [*FORMULA, " =", "\N{NO-BREAK SPACE}+", "\N{ZERO WIDTH NO-BREAK SPACE}@"])
def test_a_cell_that_might_be_run_begins_with_an_apostrophe(begin: str) -> None:
    """Behind spaces too, which some programs strip."""
    assert inert(f"{begin}1+1") == f"'{begin}1+1"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_no_cell_is_a_formula_and_none_is_lost(cells: list[str]) -> None:
    """Whatever stands in an event."""
    (found,) = read(line(tuple(cells)))
    assert not any(cell.lstrip(" \N{NO-BREAK SPACE}").startswith(FORMULA) for cell in found)
    assert [cell.removeprefix("'") for cell in found] == [cell.removeprefix("'") for cell in cells]


def test_each_event_is_a_line() -> None:
    """With who it is about, and nothing of the contact fields."""
    ((*cells,),) = (read(each)[0] for each in lines(CHAIN))
    told = dict(zip(COLUMNS, cells, strict=True))
    assert (told["operation_id"], told["number"], told["client"]) == ("op_1", "1", pseudonym(1001))
    assert (told["kind"], told["hash"], told["upstream_status"]) == ("claimed", CHAIN.events[0].hash, "")


def test_a_text_that_is_no_unicode_is_written_all_the_same() -> None:
    """An odd record does not end an export."""
    assert line(("\ud800",)) == b'"\\ud800"\r\n'
