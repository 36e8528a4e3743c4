"""`make run` and `make demo` as programs: what they print, and how they end."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import requests

from devtools.places import ROOT
from sandbox import SandboxServer
from tests.e2e.local_run import local_run, start


def test_what_is_printed_books_and_finds_the_booking_and_the_stack_ends_cleanly_on_sigint(tmp_path: Path) -> None:
    """Paste both: a ready user finds what was booked. SIGINT ends everything with status 0 and no word of complaint."""
    with local_run(tmp_path) as run:
        text = "\n".join(run.lines)
        booking, search = (
            text[text.index(begin) : text.index(end)]
            for begin, end in (("curl -i http", "\n\nAsk what"), ("curl -i 'http", "\n\nready"))
        )
        answers = [
            subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=30, check=True).stdout  # noqa: S603 (our own words)
            for command in (booking, search)
        ]
        assert "201 Created" in answers[0]
        assert "200 OK" in answers[1]
        assert '"state":"CONFIRMED"' in answers[1]
        assert '"client":"p_' in answers[1]
        assert run.stop(signal.SIGINT) == 0
    assert run.lines[-1] == "ready"
    assert run.errors == ""
    assert run.address("console") == f"{run.address('reviewers')}/console"
    for part in ("switchboard", "upstream", "dynamodb", "reviewers", "identity"):
        port = int(run.address(part).rpartition(":")[2])
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_records_survive_a_restart_and_another_upstream_can_be_named(tmp_path: Path) -> None:
    """An equal booking is a duplicate tomorrow too; ADULTWORK_BASE_URL takes the place of the sandbox."""
    members = {
        "BookUserID": 123456, "SessionDate": "2099-06-01 12:00", "Duration": 15, "Method": 1,
        "PhoneNumber": "07123456789", "Credits": 32, "AcceptBy": "2099-05-31 12:00",
    }  # fmt: skip
    statuses = []
    with SandboxServer() as upstream:
        for _ in range(2):
            with local_run(tmp_path, ADULTWORK_BASE_URL=upstream.url) as run:
                assert run.address("upstream") == upstream.url
                url = f"{run.address('switchboard')}/v1/PhoneChat/CreateBooking"
                answer = requests.post(url, json=members, headers={"Authorization": "Bearer client-token"}, timeout=30)
                statuses.append(answer.status_code)
                assert run.stop(signal.SIGTERM) == 0
        assert len(upstream.world.bookings) == 1
    assert statuses == [201, 409]


def test_a_taken_port_is_said_and_nothing_starts(tmp_path: Path) -> None:
    """The message names the port and the variable."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        run = start(tmp_path, SANDBOX_PORT=str(taken.getsockname()[1]))
        assert run.stop() == 1
    assert re.search(r"Port \d+ on 127\.0\.0\.1 is in use.*SANDBOX_PORT=", run.errors)


def reset(state: Path) -> "subprocess.CompletedProcess[str]":
    """Run what `make reset` runs."""
    environment = {"PATH": os.environ["PATH"], "LOCAL_STATE": str(state)}
    return subprocess.run(
        [sys.executable, "-m", "devtools.local.state"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


def test_a_second_run_in_one_clone_is_told_so_and_a_reset_waits_for_the_end(tmp_path: Path) -> None:
    """Both would write the same files; each is told in one line who has them."""
    with local_run(tmp_path) as run:
        second, refused = start(tmp_path), reset(tmp_path)
        assert (second.stop(), refused.returncode) == (1, 1)
        for told in (second.errors, refused.stderr):
            assert told.count("\n") == 1
            assert f"running already (process {run.process.pid})" in told
        assert run.stop() == 0
    assert (tmp_path / "hmac-key").exists()
    assert reset(tmp_path).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_a_wrong_setting_is_said_and_nothing_starts(tmp_path: Path) -> None:
    """The message names the variable; there is no traceback."""
    run = start(tmp_path, ALLOWED_ORIGINS="*")
    assert run.stop() == 1
    assert "ALLOWED_ORIGINS" in run.errors
    assert "Traceback" not in run.errors


def test_the_demo_shows_and_checks_everything() -> None:
    """It ends with status 0 and shows request, answer, XML, audit events, a refusal and preflights; no colour codes."""
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-m", "devtools.local.demo"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    for shown in (
        "POST /v1/PhoneChat/CreateBooking", "201 Created", '"BookingID"', "<MadeBooking", '"kind": "claimed"',
        '"kind": "confirmed"', "422", '"pointer": "/Comments"', "Access-Control-Allow-Origin: http://localhost:5173",
        "Everything above is as it must be.", "make run, then http://127.0.0.1:8003/console.",
    ):  # fmt: skip
        assert shown in done.stdout
