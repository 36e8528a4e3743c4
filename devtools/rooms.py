"""The rooms of the house, drawn: `python -m devtools.rooms` prints the picture of CONTRIBUTING.md, and a test compares them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from devtools.places import ROOT

HOUSES = ("chalicelib", "switchboard_cli", "devtools", "sandbox")
INDENT = "  "


def rooms(house: str) -> Iterator[Path]:
    """Yield the folders of a house that hold modules, each before those inside it."""
    folder = ROOT / house
    yield from sorted({module.parent for module in folder.rglob("*.py")} | {folder})


def purpose(module: Path) -> str:
    """Return the first line of a module's docstring.

    Raises:
        ValueError: it has none.
    """
    docstring = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    if not docstring:
        raise ValueError(f"{module} does not say what it is for")
    return docstring.splitlines()[0]


def picture() -> Iterator[str]:
    """Yield the lines of the picture: every room with what it is for, its own rooms set in below it."""
    yield from _drawn([("app.py", purpose(ROOT / "app.py"))])
    for house in HOUSES:
        yield ""
        yield from _drawn([(_label(room), purpose(room / "__init__.py")) for room in rooms(house)])


def _label(room: Path) -> str:
    """Return the name of a room, set in as deep as it lies."""
    depth = len(room.relative_to(ROOT).parts) - 1
    return f"{INDENT * depth}{room.name}/"


def _drawn(rows: list[tuple[str, str]]) -> Iterator[str]:
    width = max(len(label) for label, _ in rows)
    yield from (f"{label:{width}}  {told}" for label, told in rows)


if __name__ == "__main__":
    print("\n".join(picture()))
