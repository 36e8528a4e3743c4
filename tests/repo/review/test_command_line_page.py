"""docs/reviewers.md tells every command of `switchboard` and every exit code, and no other."""

import re

import click

from devtools.places import ROOT
from switchboard_cli.exits import MEANINGS
from switchboard_cli.program import program

PAGE = (ROOT / "docs" / "reviewers.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## On the command line")[2].partition("\n## ")[0]


def commands(group: click.Group, name: str) -> dict[str, click.Command]:
    """Return the commands of a group, and of those inside it, by all of their name."""
    found: dict[str, click.Command] = {}
    for part, command in group.commands.items():
        whole = f"{name} {part}"
        found |= commands(command, whole) if isinstance(command, click.Group) else {whole: command}
    return found


COMMANDS = commands(program, "switchboard")


def test_every_command_is_told() -> None:
    """With its arguments, and with each option that it cannot do without."""
    told = {row.partition(" --")[0]: row for row in re.findall(r"^\| `(switchboard [^`]+)` \|", SECTION, re.MULTILINE)}
    named = {re.sub(r"( [A-Z]+)+$", "", line): (line, row) for line, row in told.items()}
    assert named.keys() == COMMANDS.keys()
    for name, (line, row) in named.items():
        arguments = [one for one in COMMANDS[name].params if isinstance(one, click.Argument)]
        assert line.removeprefix(name).split() == [str(one.name).upper() for one in arguments]
        needed = [one.opts[0] for one in COMMANDS[name].params if isinstance(one, click.Option) and one.required]
        assert [option for option in needed if option not in row] == []


def test_every_exit_code_is_told() -> None:
    """In the words of the help."""
    told = re.findall(r"^\| ([0-9]+) \| (.+) \|$", SECTION, re.MULTILINE)
    assert told == [(str(status.value), meaning) for status, meaning in MEANINGS.items()]
