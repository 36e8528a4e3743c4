"""The list of mutants that may survive, `survivors.toml`: each with its reason. `docs/mutation.md` shows the same as a table."""

import json
import tomllib
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from devtools.proof.mutation.mutants import Change

LIST = Path(__file__).with_name("survivors.toml")


class Kind(StrEnum):
    """Why a mutant may survive."""

    EQUIVALENT = "equivalent"  # nobody can tell it from the original
    WORDING = "wording"  # it spells a sentence differently, and the sentence is no promise
    REDUNDANT = "redundant"  # a second line of defence is taken away, or a way that no input reaches
    UNTESTED = "untested"  # a test could kill it, and costs more than it is worth


class Survivor(NamedTuple):
    """A mutant that may survive: `mutation` says in words what it does."""

    change: Change
    kind: Kind
    mutation: str
    reason: str


def read_survivors(path: Path = LIST) -> list[Survivor]:
    """Return the list.

    Raises:
        ValueError: an entry lacks a part, its mutation or its reason is empty, or its kind is none.
    """
    return [_survivor(entry) for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("survivor", ())]


def survivors_table(survivors: Sequence[Survivor]) -> Iterator[str]:
    """Yield the rows of the table in `docs/mutation.md`."""
    yield "| function | mutation | kind | why it survives |"
    yield "|---|---|---|---|"
    for survivor in survivors:
        mutation = survivor.mutation.replace("|", "\\|")
        yield f"| `{survivor.change.function}` | {mutation} | {survivor.kind} | {survivor.reason} |"


def as_entry(change: Change) -> str:
    """Return the entry of a mutant that is not on the list, for whoever wants to put it there."""
    members = {**change._asdict(), "kind": "", "mutation": "", "reason": ""}
    return "\n".join(
        ["[[survivor]]", *(f"{name} = {json.dumps(text, ensure_ascii=False)}" for name, text in members.items())]
    )


def _survivor(entry: dict[str, str]) -> Survivor:
    missing = [name for name in (*Change._fields, "kind", "mutation", "reason") if name not in entry]
    empty = [name for name in ("kind", "mutation", "reason") if not entry.get(name)]
    if missing or empty:
        raise ValueError(f"this survivor lacks {', '.join(dict.fromkeys([*missing, *empty]))}: {entry}")
    change = Change(entry["function"], entry["old"], entry["new"])
    return Survivor(change, Kind(entry["kind"]), entry["mutation"], entry["reason"])
