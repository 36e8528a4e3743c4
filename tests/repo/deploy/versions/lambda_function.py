"""An unpacked zip as Lambda runs it: AWS's own runtime client in a process, and the Runtime API that it asks for events."""

import json
import queue
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HOST = "127.0.0.1"
NEXT = "/2018-06-01/runtime/invocation/next"
TRACE = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0"
TIMEOUT_MS = 26_000
PATIENCE_SECONDS = 120

Json = dict[str, Any]


class RuntimeApi(ThreadingHTTPServer):
    """The part of the Runtime API that one container uses; source: Lambda's developer guide, "Using the Lambda runtime API"."""

    daemon_threads = True

    def __init__(self) -> None:
        self.events: queue.Queue[Json | None] = queue.Queue()
        self.answers: queue.Queue[tuple[str, Json]] = queue.Queue()
        super().__init__((HOST, 0), _Conversation)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that was killed while it waited."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # it only prints both


class _Conversation(BaseHTTPRequestHandler):
    """One request of the runtime client."""

    server: RuntimeApi
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet

    def do_GET(self) -> None:
        """Hand out the next event, when there is one; None ends the container."""
        event = self.server.events.get()
        if self.path != NEXT or event is None:
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", str(uuid.uuid4()))
        self.send_header("Lambda-Runtime-Deadline-Ms", str(round(time.time() * 1000) + TIMEOUT_MS))
        self.send_header(
            "Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-2:000000000000:function:one:live"
        )
        # As Lambda always does: without these two the client's own code ends the process.
        self.send_header("Lambda-Runtime-Trace-Id", TRACE)
        self.send_header("Content-Type", "application/json")
        self._send_body(json.dumps(event).encode())

    def do_POST(self) -> None:
        """Take the answer, or what went wrong."""
        body = self._body()
        self.server.answers.put((self.path.rpartition("/")[2], json.loads(body)))
        self.send_response(202)
        self._send_body(b"{}")

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers["Content-Length"]))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _send_body(self, body: bytes) -> None:
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class calls it so)
        """Say nothing."""


@dataclass(slots=True)
class LambdaFunction:
    """A container of a function; a context manager. `runtime` has the packages that Lambda's runtime brings."""

    task: Path
    runtime: Path
    settings: Mapping[str, str]
    _api: RuntimeApi = field(default_factory=RuntimeApi, init=False)
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def __enter__(self) -> Self:
        threading.Thread(target=self._api.serve_forever, daemon=True).start()
        environment = {
            **self.settings,
            "AWS_LAMBDA_RUNTIME_API": f"{HOST}:{self._api.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": "one",
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "LAMBDA_TASK_ROOT": str(self.task),
            "_HANDLER": "app.app",
            "PYTHONPATH": f"{self.task}:{self.runtime}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        python = Path(sys.executable).resolve()  # not the one of the virtual environment
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter on our own zip)
            [python, "-S", "-m", "awslambdaric", "app.app"], cwd=self.task, env=environment, stdout=subprocess.DEVNULL
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._api.events.put(None)
        self._api.shutdown()
        self._api.server_close()

    def invoke(self, event: Json) -> Json:
        """Return what the function answers to an event.

        Raises:
            AssertionError: it answered with an error of the runtime's, ended, or took too long.
        """
        self._api.events.put(event)
        kind, answer = self._answer()
        assert kind == "response", answer
        return answer

    def _answer(self) -> tuple[str, Json]:
        """Return what comes, soon after the process has ended without a word too."""
        for _ in range(PATIENCE_SECONDS):
            try:
                return self._api.answers.get(timeout=1)
            except queue.Empty:
                ended = self._process.poll() if self._process else None
                if ended is not None:
                    return "ended", {"status": ended}
        return "late", {}
