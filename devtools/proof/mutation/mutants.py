"""What mutmut has left behind: each mutant with its change and what came of it.

mutmut writes next to each module that it has mutated `<module>.py.meta`, where `exit_code_by_key` tells how the tests of each
mutant ended. The module itself holds every version of a function, named `<function>__mutmut_orig` and `<function>__mutmut_7`.
"""

import ast
import json
from collections.abc import Iterator
from difflib import ndiff
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

SEPARATOR = "ǁ"  # how mutmut joins class and method
NUMBER = "__mutmut_"


class Fate(StrEnum):
    """What came of a mutant. Only KILLED counts: a test failed."""

    KILLED = "killed"
    SURVIVED = "survived"
    TIMEOUT = "timeout"
    NO_TESTS = "no tests"
    UNCLEAR = "unclear"


FATES: dict[int | None, Fate] = {
    0: Fate.SURVIVED,
    1: Fate.KILLED,
    3: Fate.KILLED,  # pytest itself broke on the mutant, which no run of the tests would overlook
    5: Fate.NO_TESTS,
    33: Fate.NO_TESTS,
    24: Fate.TIMEOUT,
    -24: Fate.TIMEOUT,
    36: Fate.TIMEOUT,
    152: Fate.TIMEOUT,
    255: Fate.TIMEOUT,
}  # all else, None for a mutant that was not run among it, is UNCLEAR


class Change(NamedTuple):
    """A mutation without its number, which moves when its function is edited: the lines that it takes and gives."""

    function: str
    old: str
    new: str


class Mutant(NamedTuple):
    """One mutant of a run."""

    change: Change
    fate: Fate


def read_mutants(directory: Path) -> Iterator[Mutant]:
    """Yield every mutant of the newest run, module by module."""
    for meta in sorted(directory.rglob("*.py.meta")):
        codes = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
        if codes:
            versions = _versions(meta.with_suffix("").read_text(encoding="utf-8"))
            for key, code in codes.items():
                yield Mutant(_change(key, versions), FATES.get(code, Fate.UNCLEAR))


def _versions(source: str) -> dict[str, list[str]]:
    """Return the lines of all versions of a module's functions."""
    lines = source.splitlines()
    return {
        node.name: [line.strip().replace(node.name, "", 1) for line in lines[node.lineno - 1 : node.end_lineno]]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and NUMBER in node.name
    }


def _change(key: str, versions: dict[str, list[str]]) -> Change:
    """Return what a mutant changes; `key` is `chalicelib.domain.booking.form.xǁFormǁtext__mutmut_3`."""
    module, _, version = key.rpartition(".")
    name, _, _ = version.partition(NUMBER)
    compared = list(ndiff(versions[f"{name}{NUMBER}orig"], versions[version]))
    old, new = (" ".join(line[2:] for line in compared if line.startswith(sign)) for sign in ("- ", "+ "))
    function = name.removeprefix("x").lstrip(f"_{SEPARATOR}") if SEPARATOR in name else name.removeprefix("x_")
    return Change(f"{module.removeprefix('chalicelib.')}.{function.replace(SEPARATOR, '.')}", old, new)
