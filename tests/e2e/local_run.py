"""`make run` as a child process of a test, on free ports and with a database of its own."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from devtools.local.run import DEFAULTS
from devtools.places import ROOT

STOP_SECONDS = 20


@dataclass
class LocalRun:
    """A running stack; `lines` is what it printed up to the line `ready`, `rest` what came after it, once stopped.

    All that it prints is taken in while it runs: a pipe that nobody empties would stop it after some hundred requests.
    """

    process: "subprocess.Popen[str]"
    lines: list[str] = field(default_factory=list)
    rest: str = ""
    errors: str = ""
    _readers: list[threading.Thread] = field(default_factory=list)

    def listen(self) -> None:
        """Take in what it prints from here on."""
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._read_rest, self._read_errors)]
        for reader in self._readers:
            reader.start()

    def address(self, part: str) -> str:
        """Return the address of `switchboard`, `upstream` or `dynamodb`."""
        return next(line.split()[1] for line in self.lines if line.startswith(f"{part} "))

    def stop(self, signal_number: int = signal.SIGTERM) -> int:
        """Ask the stack to end; return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal_number)
        status = self.process.wait(timeout=STOP_SECONDS)
        for reader in self._readers:
            reader.join(timeout=STOP_SECONDS)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        return status

    def _read_rest(self) -> None:
        for line in self.process.stdout or ():
            self.rest += line

    def _read_errors(self) -> None:
        for line in self.process.stderr or ():
            self.errors += line


def start(state: Path, **variables: str) -> LocalRun:
    """Start `devtools.local.run`; return when it is ready, or has ended."""
    ports = dict.fromkeys(DEFAULTS, "0")
    environment = {"PATH": os.environ["PATH"], "LOCAL_STATE": str(state), **ports, **variables}
    process = subprocess.Popen(
        [sys.executable, "-m", "devtools.local.run"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    run = LocalRun(process)
    for line in process.stdout or ():
        run.lines.append(line.rstrip("\n"))
        if run.lines[-1] == "ready":
            break
    run.listen()
    return run


@contextmanager
def local_run(state: Path, **variables: str) -> Iterator[LocalRun]:
    """Run the stack for a while."""
    run = start(state, **variables)
    try:
        yield run
    finally:
        if run.process.returncode is None:
            run.stop()
