"""The page on mutation testing shows the list that `make mutate` goes by, and what both name is there."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.places import ROOT
from devtools.proof.mutation.survivors import read_survivors, survivors_table

PAGE = ROOT / "docs" / "mutation.md"
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]


def functions(module: Path) -> Iterator[str]:
    """Yield the functions and methods of a module as survivors name them: a class without its leading underscores."""
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.ClassDef):
            yield from (f"{node.name.lstrip('_')}.{one.name}" for one in node.body if isinstance(one, ast.FunctionDef))


def test_the_page_shows_the_list_of_survivors() -> None:
    """Print the table anew with `python -m devtools.proof.mutation table`."""
    shown = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(("| `", "| function"))]
    table = [row for row in survivors_table(read_survivors()) if not row.startswith("|--")]
    assert shown[-len(table) :] == table


def test_each_survivor_is_one_of_a_function_that_is_there() -> None:
    """Move one, and its entry has to follow: no mutant would ever be compared with it again."""
    there = {
        f"{'.'.join(module.relative_to(ROOT / 'chalicelib').with_suffix('').parts)}.{name}"
        for layer in ("domain", "application")
        for module in (ROOT / "chalicelib" / layer).rglob("*.py")
        for name in functions(module)
    }
    assert {survivor.change.function for survivor in read_survivors()} <= there


@pytest.mark.parametrize("setting", ["only_mutate", "do_not_mutate", "also_copy", "pytest_add_cli_args_test_selection"])
def test_what_is_mutated_what_is_not_and_what_tries_it_are_there(setting: str) -> None:
    """A file that has moved would be left out, or let in again, and nobody told."""
    missing = [pattern for pattern in SETTINGS[setting] if not list(ROOT.glob(pattern))]
    assert missing == []
