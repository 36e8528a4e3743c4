"""How a command ends that a person stops, and one that cannot be set up: in one line."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools import create_environment
from devtools.command import STOPPED
from devtools.places import ROOT
from devtools.proof.trials import crash_matrix_report

WAITS = "import sys, time\nprint(sys.argv[1:], flush=True)\ntime.sleep(60)\n"
WORKS = """
import time
from devtools.proof.workers import workers
def work(seconds):
    print("working", flush=True)
    time.sleep(seconds)
def results():
    with workers(2) as processes:
        processes.submit(work, 60)
        yield
if __name__ == "__main__":
    {}
"""
WAYS_TO_WORK = {
    "alone": WAITS,
    "with workers": WORKS.format("with workers(2) as processes: list(processes.map(work, [60, 60]))"),
    "between results": WORKS.format("for _ in results(): time.sleep(60)"),
}


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let Ctrl-C reach what is started here, also where these tests run in the background, which would ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("program", WAYS_TO_WORK.values(), ids=WAYS_TO_WORK)
def test_a_command_that_is_interrupted_says_so_in_one_line(tmp_path: Path, program: str) -> None:
    """The signal goes to the whole group, as a terminal sends it; no process stays behind, or this test would hang."""
    (tmp_path / "long_program.py").write_text(program)
    paths = os.pathsep.join([str(tmp_path), str(ROOT)])
    with subprocess.Popen(
        [sys.executable, "-m", "devtools.command", "long_program", "one", "two"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": paths},
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as command:  # fmt: skip
        assert command.stdout is not None
        assert command.stdout.readline() in {"['one', 'two']\n", "working\n"}
        os.killpg(command.pid, signal.SIGINT)
        _, errors = command.communicate(timeout=30)
    assert command.returncode in {STOPPED, -signal.SIGINT}
    assert errors.strip().startswith("Stopped.")
    assert errors.strip().count("\n") == 0


def test_workers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    """However that ends: what they print goes nowhere else, so its end is theirs."""
    (tmp_path / "long_program.py").write_text(WAYS_TO_WORK["with workers"])
    with subprocess.Popen(
        [sys.executable, "-m", "long_program"],
        env={"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    ) as command:  # fmt: skip
        assert command.stdout is not None
        assert command.stdout.readline() == "working\n"
        command.kill()
        assert command.communicate(timeout=30)[0] in {"", "working\n"}


def test_a_command_keeps_its_own_exit_status(tmp_path: Path) -> None:
    """What a module ends with is what make sees."""
    (tmp_path / "short_program.py").write_text("import sys\nsys.exit(3)\n")
    done = subprocess.run(
        [sys.executable, "-m", "devtools.command", "short_program"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
        cwd=ROOT, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 3


def test_a_set_up_without_a_package_index_ends_in_one_line(tmp_path: Path) -> None:
    """Nobody listens where pip is sent."""
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"nothing-of-the-kind==1.0 --hash=sha256:{'0' * 64}\n")
    done = subprocess.run(  # noqa: S603 (this repository's own program)
        [sys.executable, "-m", "devtools.command", "devtools.create_environment", tmp_path / "venv", requirements],
        env={"PATH": os.environ["PATH"], "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"},
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "check the network (PIP_INDEX_URL, HTTPS_PROXY), then run make again" in done.stderr


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("WARNING: a\nERROR: THESE HASHES DO NOT MATCH\n  more\nERROR: b\n", "pip says: THESE HASHES DO NOT MATCH"),
        ("", "pip says: pip gave no reason."),
        ("WARNING: Retrying after connection broken by 'NewConnectionError'\n", "check the network"),
        ("ERROR: Could not find a version that satisfies the requirement a (from versions: none)\n", "check the network"),
    ],
)  # fmt: skip
def test_what_pip_says_becomes_one_line(said: str, told: str) -> None:
    """The first error, or what to look at when there is no network."""
    line = create_environment.advice(said)
    assert told in line
    assert "\n" not in line


def test_a_fault_that_the_crash_matrix_does_not_know_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing run would look like nothing broken."""
    assert crash_matrix_report.main("nonsense") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "No fault has 'nonsense' in its name. There are: fine, latency" in told.err
    assert told.err.count("\n") == 1
