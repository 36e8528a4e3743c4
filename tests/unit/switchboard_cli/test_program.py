"""The program's frame: help, mistakes, completion, and how it is installed."""

import subprocess
import sys
import tomllib

import pytest
from click.testing import CliRunner, Result

from devtools.places import ROOT
from switchboard_cli.exits import MEANINGS, Exit
from switchboard_cli.program import program
from switchboard_cli.screen import plain

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ID = "op_" + "0" * 26


def run(line: str) -> Result:
    """Run a command line."""
    return CliRunner().invoke(program, line.split())


@pytest.mark.parametrize(
    "line",
    [
        "audit search --from yesterday",
        "audit search --from 2026-01-15T10:00:00",
        "audit search --from 2026-01-16 --to 2026-01-15",
        "audit search --why no",
        "audit search --why about-123456",
        "audit search --as ; ",
        "audit search --local nine",
        "audit show op_1",
        f"audit bundle {ID} folder",
        "audit export folder",
        f"operations resolve {ID} --none",
        f"operations resolve {ID} --why ticket-4711",
        f"operations resolve {ID} --none --booking 1 --why ticket-4711",
    ],
)
def test_a_mistake_is_told_before_anything_is_asked(line: str) -> None:
    """In a line, with the status of wrong use."""
    result = run(line)
    assert (result.exit_code, result.stdout) == (Exit.WRONG_USE, "")
    assert "Error: " in result.stderr


def test_nobody_who_answers_is_a_status_of_its_own() -> None:
    """No traceback."""
    result = run(f"audit show {ID} --local 9")
    assert result.exit_code == Exit.UNAVAILABLE
    assert result.stderr.startswith("Error: The audit could not be read.")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_are_told_how_to_complete(shell: str) -> None:
    """By a script of their own."""
    assert "_SWITCHBOARD_COMPLETE" in run(f"completion {shell}").stdout


def test_help_tells_every_exit_code() -> None:
    """With what it means."""
    told = run("--help").stdout
    assert all(f"{status.value}  {MEANINGS[status][:20]}" in told for status in Exit)


def test_it_runs_as_a_module() -> None:
    """A wrong use ends it with the status that scripts see."""
    done = subprocess.run(
        [sys.executable, "-m", "switchboard_cli", "nothing"], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == Exit.WRONG_USE
    assert b"No such command" in done.stderr


def test_what_is_installed_holds_all_that_the_function_has() -> None:
    """`pip install .` brings it, and the program's own needs."""
    function = set(PROJECT["dependency-groups"]["function"])
    assert function < set(PROJECT["project"]["dependencies"])
    assert PROJECT["project"]["scripts"] == {"switchboard": "switchboard_cli.program:main"}


def test_nothing_in_a_record_commands_the_terminal() -> None:
    """Escapes are shown as what they are: nothing to read."""
    assert "\x1b" not in plain("a\x1b[2Jb").plain
    assert plain(None).plain == ""
