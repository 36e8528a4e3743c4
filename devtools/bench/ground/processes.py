"""The processes of a run: each is a child that is asked by lines and answers by lines."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from select import select
from types import TracebackType
from typing import Any, Self

from devtools.bench.ground.bookings import require_booked

ANSWER_SECONDS = 60.0
STOP_SECONDS = 5.0


class ChildError(Exception):
    """A child ended, or did not answer in time."""


class Child:
    """A child process that is asked by lines; a context manager."""

    def __init__(
        self,
        arguments: Sequence[str],
        directory: Path,
        environment: Mapping[str, str],
        python: Path = Path(sys.executable),
    ) -> None:
        self._process = subprocess.Popen(
            [python, *arguments],
            cwd=directory,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in a terminal reaches us, and we end it
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def finish(self) -> None:
        """Let the child end by itself, at the end of its input."""
        self._process.communicate(timeout=ANSWER_SECONDS)

    def stop(self) -> None:
        """End the child: first by a signal, then by force."""
        with self._process as process:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()

    def ask(self, line: str) -> str:
        """Write one line and return the next one that the child writes."""
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 (it is a pipe)
        stdin.write(f"{line}\n".encode())
        stdin.flush()
        return self.read()

    def read(self) -> str:
        """Return the next line.

        Raises:
            ChildError: none came.
        """
        stdout = self._process.stdout
        line = stdout.readline() if stdout is not None and select([stdout], [], [], ANSWER_SECONDS)[0] else b""
        if not line:
            raise ChildError(f"no answer from {self._process.args!r}")
        return line.decode()


@dataclass(frozen=True, slots=True)
class Reply:
    """What some bookings in a row cost: seconds in all (the two CPU and wall), the import's, and the peak in MiB."""

    bookings: int
    cpu: float
    wall: float
    import_seconds: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class Variant:
    """One of those that are compared: what it is called, its module and function, where it finds both, and its environment."""

    name: str
    module: str
    function: str
    paths: tuple[Path, ...]
    environment: Mapping[str, str]

    def start(self, tool: Sequence[str] = ()) -> "Function":
        """Start a process with this function, below a tool that counts, if one is named."""
        return Function(self, tool)

    def with_settings(self, **settings: str) -> "Variant":
        """Return the same with other variables in its environment."""
        return replace(self, environment={**self.environment, **settings})

    def cold_seconds(self, events: list[dict[str, Any]]) -> tuple[float, Reply]:
        """Return the seconds from the start of a process to its correct answer, and the reply."""
        text = json.dumps(events)
        started = time.perf_counter()
        with self.start() as function:
            answer = function.ask(text)
            seconds = time.perf_counter() - started
        return seconds, _reply(events, answer)


class Function(Child):
    """A running process with one function in it."""

    def __init__(self, variant: Variant, tool: Sequence[str] = ()) -> None:
        code = f"from devtools.bench.ground.worker import main; main({variant.module!r}, {variant.function!r})"
        environment = {**variant.environment, "PYTHONPATH": os.pathsep.join(map(str, variant.paths[1:]))}
        # Not the Python of the virtual environment, and without `site`: only what is deployed can be imported.
        python = str(Path(sys.executable).resolve())
        command = [*tool, python, "-S", "-c", code]
        super().__init__(command[1:], variant.paths[0], environment, Path(command[0]))

    def book(self, events: list[dict[str, Any]]) -> Reply:
        """Make some bookings, one after the other, and check every answer.

        Raises:
            WrongAnswerError: one is not the booking that was asked for.
        """
        return _reply(events, self.ask(json.dumps(events)))

    def attempt(self, events: list[dict[str, Any]]) -> list[int]:
        """Make some calls whose answers need not be bookings; return their statuses."""
        return [status for status, _ in json.loads(self.ask(json.dumps(events)))["answers"]]


def _reply(events: list[dict[str, Any]], line: str) -> Reply:
    document = json.loads(line)
    require_booked(events, document["answers"])
    return Reply(len(events), document["cpu"], document["wall"], document["import"], document["peak_kib"] / 1024)
