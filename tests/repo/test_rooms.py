"""The house is as CONTRIBUTING draws it, and no room of it is too full."""

import re
from pathlib import Path

import pytest

from devtools.places import ROOT
from devtools.rooms import HOUSES, picture
from tests.repo.source_imports import imports

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MOST_MODULES = 15
MOST_LINES = {**dict.fromkeys(HOUSES, 300), "tests": 400}  # tables of cases are long, and read well
BESIDE_THE_SUITES = {"data", "fakes"}


def modules(house: str) -> list[Path]:
    """Return the modules of a house."""
    found = sorted((ROOT / house).rglob("*.py"))
    assert found
    return found


def test_the_picture_shows_every_room_and_what_it_is_for() -> None:
    """Draw it anew with `python -m devtools.rooms`."""
    drawn = "\n".join(picture())
    assert f"```text\n{drawn}\n```" in PAGE


@pytest.mark.parametrize("house", MOST_LINES)
def test_no_room_has_too_many_modules(house: str) -> None:
    """One more, and it is time for another room; what says what a room is for does not count."""
    rooms = [module.parent for module in modules(house) if module.name != "__init__.py"]
    full = {str(room.relative_to(ROOT)) for room in rooms if rooms.count(room) > MOST_MODULES}
    assert full == set()


@pytest.mark.parametrize("house", MOST_LINES)
def test_no_module_is_too_long(house: str) -> None:
    """A module that says one thing says it in a few screens."""
    long = [str(one.relative_to(ROOT)) for one in modules(house) if one.read_bytes().count(b"\n") > MOST_LINES[house]]
    assert long == []


@pytest.mark.parametrize("house", HOUSES)
def test_no_house_leans_on_the_tests(house: str) -> None:
    """Whatever both need lives in `devtools`."""
    leaning = [
        str(one.relative_to(ROOT))
        for one in modules(house)
        if any(name.split(".")[0] == "tests" for name in imports(str(one.relative_to(ROOT)), one.read_bytes()))
    ]
    assert leaning == []


def test_every_suite_is_in_the_table() -> None:
    """With what belongs there."""
    named = set(re.findall(r"^\| `tests/(\w+)` \|", PAGE, re.MULTILINE))
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/*") if not path.parent.name.startswith(("_", "."))}
    assert named == folders - BESIDE_THE_SUITES
