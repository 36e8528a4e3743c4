"""The places that documents name are there: a file by the end of its path, a room by its path, a module by its dotted name."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.places import ROOT

HISTORY = ROOT / "CHANGELOG.md"  # it names what was there then
DOCUMENTS = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "sandbox").glob("*.md")} - {HISTORY})
HOUSES = ("chalicelib", "devtools", "sandbox", "switchboard_cli", "tests")
CODE = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"(?<![\w/.-])(?:[\w-]+/)*\w+\.py\b")
ROOM = re.compile(rf"(?<![\w/.-])(?:{'|'.join(HOUSES)})(?:/[\w-]+)+(?![\w/.-])")
MODULE = re.compile(rf"(?<![\w./])(?:{'|'.join(HOUSES)})\.\w+")
PLACES = [
    f"/{path.relative_to(ROOT).as_posix()}"
    for path in (ROOT / "app.py", *(one for house in HOUSES for one in (ROOT / house).rglob("*")))
]


def names(document: Path) -> Iterator[str]:
    """Yield the places that a document names in code, as paths; a module as its room, or its file, in its house."""
    for code in CODE.findall(document.read_text(encoding="utf-8")):
        yield from FILE.findall(code)
        yield from ROOM.findall(code)
        yield from (name.replace(".", "/") for name in MODULE.findall(code))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_is_there(document: Path) -> None:
    """A module has moved when the documents have moved along."""
    ends = {f"/{name}": (f"/{name}", f"/{name}.py") for name in names(document)}
    assert [name for name, ways in ends.items() if not any(place.endswith(ways) for place in PLACES)] == []


def test_documents_name_places() -> None:
    """Else the patterns above would find nothing, and nothing missing."""
    assert len({name for document in DOCUMENTS for name in names(document)}) > 20
