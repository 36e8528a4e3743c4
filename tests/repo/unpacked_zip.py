"""The zip on disk, run in a process without any other packages."""

import json
import platform
import subprocess
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from devtools.local import example
from devtools.local.paths import match_resource
from devtools.local.rest_event import HttpRequest, to_event
from devtools.places import ROOT

lambda_only = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="the zip holds wheels for Lambda: Linux on x86_64"
)


def event(routes: Mapping[str, object], method: str, path: str, body: object = None) -> dict[str, Any]:
    """Return the event that API Gateway makes of a request of somebody who may book."""
    headers = {"Authorization": f"Bearer {example.TOKEN}", "Origin": example.ORIGIN, "Content-Type": "application/json"}
    headers["Idempotency-Key"] = str(uuid.uuid4())
    match = match_resource(routes, path)
    assert match is not None, path
    data = b"" if body is None else json.dumps(body).encode()
    return to_event(HttpRequest(method, path, "", tuple(headers.items()), data, "127.0.0.1"), match, "request-1")


@dataclass(frozen=True, slots=True)
class UnpackedZip:
    """The zip on disk, as a function finds it; the settings of a stage, and the address that stands in for AWS."""

    task: Path
    runtime: Path
    settings: Mapping[str, str]
    stand_in: str

    def run(self, events: list[dict[str, Any]]) -> dict[str, Any]:
        """Let a process without any other packages serve the events of bookings; return what it tells."""
        return self._run("zip_client.py", (), events, self.settings)[0]

    def handle(
        self, handler: str, events: list[dict[str, Any]], settings: Mapping[str, str]
    ) -> tuple[dict[str, Any], str]:
        """Let such a process serve the events of another function; return what it tells, and all that it printed."""
        return self._run("review/zip_client.py", (handler,), events, settings)

    def _run(
        self, client: str, arguments: tuple[str, ...], events: list[dict[str, Any]], settings: Mapping[str, str]
    ) -> tuple[dict[str, Any], str]:
        python = Path(sys.executable).resolve()  # not the one of the virtual environment
        program = [str(ROOT / "tests" / "repo" / client), str(self.task), str(self.runtime), *arguments]
        done = subprocess.run(  # noqa: S603 (our own interpreter on our own zip)
            [python, "-I", "-S", "-B", *program],
            input=json.dumps(events),
            env=dict(settings),
            cwd=self.task,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not done.returncode, done.stderr + done.stdout
        return json.loads(done.stdout.splitlines()[-1]), done.stdout
