"""The folder of the local run: one run at a time, and emptied as a whole."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from devtools.local import state as local_state
from devtools.local.state import StateInUseError, empty, hold, state_folder
from devtools.places import ROOT

HOLDS = """
import sys, time
from pathlib import Path
from devtools.local.state import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_one_run_at_a_time_has_the_folder(tmp_path: Path) -> None:
    """The other one is told who has it; afterwards it is free."""
    folder = tmp_path / "state"
    with hold(folder):
        for refused in (hold(folder).__enter__, lambda: empty(folder)):
            with pytest.raises(StateInUseError, match=rf"running already \(process {os.getpid()}\) on .*LOCAL_STATE="):
                refused()
    with hold(folder):
        assert folder.is_dir()


def test_a_run_that_was_killed_leaves_the_folder_free(tmp_path: Path) -> None:
    """The lock belongs to the process, not to a file that somebody has to remove."""
    command = [sys.executable, "-c", HOLDS, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 (this test's own program)
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        with pytest.raises(StateInUseError, match=f"process {child.pid}"), hold(tmp_path):
            pass
        child.send_signal(signal.SIGKILL)
    with hold(tmp_path):
        pass


def test_a_reset_removes_everything_but_the_lock_and_nothing_elsewhere(tmp_path: Path) -> None:
    """A link goes, and what it leads to stays."""
    folder, elsewhere = tmp_path / "state", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder / "ministack").mkdir(parents=True)
    (folder / "ministack" / "dynamodb.json").touch()
    (folder / "hmac-key").touch()
    (folder / "link").symlink_to(elsewhere)
    empty(folder)
    assert [path.name for path in folder.iterdir()] == ["lock"]
    assert elsewhere.is_dir()
    empty(folder)


def test_the_command_says_what_it_did_or_why_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line, either way."""
    monkeypatch.setenv("LOCAL_STATE", str(tmp_path))
    assert local_state.main() == 0
    with hold(tmp_path):
        assert local_state.main() == 1
    told = capsys.readouterr()
    assert (told.out.count("\n"), told.err.count("\n")) == (1, 1)
    assert "is empty" in told.out
    assert "running already" in told.err


def test_the_folder_is_that_of_this_clone_unless_another_is_named() -> None:
    """So two clones do not disturb each other."""
    assert state_folder({"LOCAL_STATE": ""}) == ROOT / ".local"
    assert state_folder({"LOCAL_STATE": "/elsewhere"}) == Path("/elsewhere")
