"""The parameters of a read: what is absent is left out, and everything that is wrong is told at once."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import ParametersRejectedError
from chalicelib.domain.reading.asking import ONCE, asked_with
from chalicelib.domain.reading.endpoints import (
    CURRENT_CREDIT_BALANCE,
    ENDPOINTS,
    LARGEST_ID,
    MADE_BOOKING_DETAILS,
    MADE_BOOKINGS,
)
from chalicelib.domain.reading.parameter import Choice
from tests.sentences import require_sentences

Given = Mapping[str, Sequence[str]]


def broken(given_: Given) -> list[tuple[str, str]]:
    """Return pointer and rule of each violation of a question for made bookings."""
    with pytest.raises(ParametersRejectedError) as refused:
        asked_with(MADE_BOOKINGS.parameters, given_)
    return [(one.pointer, one.rule) for one in refused.value.violations]


def test_what_is_sound_is_read_under_its_own_name() -> None:
    """Numbers as numbers, whatever zeros stand before them."""
    asked = asked_with(
        MADE_BOOKINGS.parameters,
        {
            "StartDate": ["2026-01-15"],
            "OrderBy": ["sessiondate-asc"],
            "BookingsPerPage": ["100"],
            "PageNumber": ["007"],
        },
    )
    assert asked == {
        "StartDate": "2026-01-15",
        "OrderBy": "sessiondate-asc",
        "BookingsPerPage": 100,
        "PageNumber": 7,
    }


def test_what_is_absent_or_empty_is_left_out() -> None:
    """An empty parameter may make AdultWork fail."""
    assert asked_with(MADE_BOOKINGS.parameters, {"StartDate": [""], "OrderBy": []}) == {}


def test_every_fault_is_told_at_once() -> None:
    """In the order of the declaration, after the one for names that nobody knows."""
    assert broken(
        {
            "Secret": ["x"],
            "StartDate": ["2026-02-30"],
            "OrderBy": ["DATE-ASC"],
            "BookingsPerPage": ["101"],
            "PageNumber": ["1", "2"],
        }
    ) == [
        ("", "unknown-parameter"),
        ("/StartDate", "day"),
        ("/OrderBy", "choice"),
        ("/BookingsPerPage", "whole-number"),
        ("/PageNumber", "once"),
    ]


def test_a_fault_tells_what_would_be_right() -> None:
    """In words and exact, so that an app can build its own sentence; a day and a repeat have no limits."""
    known = tuple(one.name for one in MADE_BOOKINGS.parameters)
    choice = MADE_BOOKINGS.parameters[1].form
    assert isinstance(choice, Choice)
    with pytest.raises(ParametersRejectedError) as refused:
        asked_with(
            MADE_BOOKINGS.parameters,
            {"x": ["1"], "StartDate": ["x"], "OrderBy": ["x"], "BookingsPerPage": ["0"], "PageNumber": ["1", "2"]},
        )
    unknown, day, order, count, repeat = refused.value.violations
    assert (unknown.params, order.params) == ({"allowed": known}, {"allowed": choice.words})
    assert count.params == {"minimum": 1, "maximum": 100}
    assert (day.params, repeat.params) == ({}, {})
    assert ", ".join(known) in unknown.message
    assert ", ".join(choice.words) in order.message
    assert "from 1 to 100" in count.message
    assert "YYYY-MM-DD" in day.message
    for violation in refused.value.violations:
        require_sentences(violation.message.replace("YYYY-MM-DD", ""))
    assert repeat.message == ONCE.message


@pytest.mark.parametrize("number", [1, 9, 10, LARGEST_ID])
def test_a_number_may_be_its_limit(number: int) -> None:
    """From one to what an id may be; AdultWork's largest has ten digits."""
    assert asked_with(MADE_BOOKINGS.parameters, {"PageNumber": [str(number)]}) == {"PageNumber": number}


@pytest.mark.parametrize("number", ["0", "-1", "1.0", " 1", "1e2", "٣", "2147483648", "12345678901"])
def test_a_number_is_whole_and_within_its_limits(number: str) -> None:
    """As AdultWork's ids are."""
    assert broken({"PageNumber": [number]}) == [("/PageNumber", "whole-number")]


@pytest.mark.parametrize("day", ["20260115", "2026-1-15", "2026-01-15T00:00", "2026-W03-4", "yesterday"])
def test_a_day_has_the_documented_form(day: str) -> None:
    """And no other of ISO 8601."""
    assert broken({"StartDate": [day]}) == [("/StartDate", "day")]


@pytest.mark.parametrize("given_", [{}, {"BookingID": [""]}])
def test_what_is_required_has_to_be_there(given_: Given) -> None:
    """Empty is not there."""
    with pytest.raises(ParametersRejectedError) as refused:
        asked_with(MADE_BOOKING_DETAILS.parameters, given_)
    assert [(one.pointer, one.rule) for one in refused.value.violations] == [("/BookingID", "required")]


def test_an_endpoint_without_parameters_takes_none() -> None:
    """The message does not list what there is not."""
    with pytest.raises(ParametersRejectedError) as refused:
        asked_with(CURRENT_CREDIT_BALANCE.parameters, {"a": ["b"]})
    assert [one.message for one in refused.value.violations] == ["Leave all parameters out."]


@given(st.dictionaries(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=2), max_size=4))
def test_no_violation_repeats_what_was_sent(given_: dict[str, list[str]]) -> None:
    """Neither a value nor a name that nobody knows."""
    marked = {f"{name}⚑": [f"{value}⚑" for value in values] for name, values in given_.items()}
    with pytest.raises(ParametersRejectedError) as refused:
        asked_with(MADE_BOOKINGS.parameters, {**marked, "OrderBy": ["⚑"]})
    assert all("⚑" not in f"{one.pointer}{one.message}{one.params}" for one in refused.value.violations)


def test_every_endpoint_has_a_path_of_its_own() -> None:
    """And a name that no other has."""
    assert len({endpoint.path for endpoint in ENDPOINTS}) == len({one.name for one in ENDPOINTS}) == len(ENDPOINTS)
