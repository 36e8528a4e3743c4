"""Cursors of both directions, and each way in which a text is none; any others are drawn in the property tests."""

import base64

import pytest

from chalicelib.domain.review.desk.cursor import LONGEST, read_cursor, write_cursor
from chalicelib.domain.review.desk.filters import Filter
from chalicelib.domain.review.desk.position import Direction, Position
from chalicelib.domain.reviewer_errors import InvalidQueryError
from tests.builders import NOW

POSITION = Position(NOW, f"op_{7:026}")


def spelled(document: str) -> str:
    """Return a document as a cursor is spelled."""
    return base64.urlsafe_b64encode(document.encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("position", [POSITION, Position.before_all_at(NOW), Position.just_above(POSITION)])
def test_a_cursor_comes_back_as_it_was_written(direction: Direction, position: Position) -> None:
    """Under its own filters."""
    assert read_cursor(write_cursor(direction, position, Filter(client="p-7")), Filter(client="p-7")) == (
        direction,
        position,
    )


def test_a_cursor_belongs_to_its_filters() -> None:
    """Others would go on in another search."""
    with pytest.raises(InvalidQueryError, match="query"):
        read_cursor(write_cursor(Direction.OLDER, POSITION, Filter(client="p-7")), Filter(client="p-8"))


@pytest.mark.parametrize(
    "text",
    [
        "!",
        "A" * (LONGEST + 1),
        *map(spelled, ("[]", "[1]", "[1", "{}", "[{}]", "null", '[1,"older",7,"",""]')),
        spelled('[2,"older","2026-01-15T12:00:00.000+00:00","","x"]'),
        spelled('[1,"sideways","2026-01-15T12:00:00.000+00:00","","x"]'),
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    """However it is spelled."""
    with pytest.raises(InvalidQueryError):
        read_cursor(text, Filter())
