"""Lambda, as far as a function notices: its Runtime API on loopback, and awslambdaric in a process of its own.

What the platform itself tells of a call (that it was made, that it failed or was turned away) is told here as Lambda does.
"""

import json
import queue
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

Json = dict[str, Any]

TRACE = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0"
START_SECONDS = 60.0  # a machine that does much else takes its time
# Sent in one write: a head and a body apart cost 40 ms of delayed acknowledgement on loopback.
EMPTY = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Invocation:
    """What came of a call: the answer, whether Lambda counts it as an error, and the lines of the log."""

    answer: Any
    is_error: bool
    lines: tuple[Json, ...]


class Container:
    """A process of a function; a context manager. It is started by its first call, as Lambda does."""

    def __init__(self, task: Path, runtime: Path, handler: str, environment: Mapping[str, str], seconds: int) -> None:
        self.task, self._runtime, self._handler = task, runtime, handler
        self._environment, self._seconds = environment, seconds
        self._calls: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._ends: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._closing = Event()
        self._log = tempfile.TemporaryFile("a+b")  # noqa: SIM115 (closed with the container; what is written is appended)
        self._told = 0  # how far the log was read
        self._process: subprocess.Popen[bytes] | None = None
        handler_type = type("Handler", (_RuntimeApi,), {"container": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler_type)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def invoke(self, event: Json, dies_after: float | None = None) -> Invocation:
        """Make a call; `dies_after` so many seconds the process is killed, as one is that has used up its memory.

        The next call starts another one.
        """
        if self._process is None:
            self._process = self._start()
        request_id = str(uuid.uuid4())
        self._calls.put((request_id, json.dumps(event).encode()))
        try:
            kind, body = self._ends.get(timeout=dies_after or START_SECONDS + self._seconds)
        except queue.Empty:
            self._process.kill()
            self._process.wait()
            self._process = None
            kind, body = "error", b"null"
            self._log.write(f"RequestId: {request_id} Error: Runtime exited with error: signal: killed\n".encode())
            self._log.flush()
        return Invocation(json.loads(body or b"null"), kind == "error", tuple(self._new_lines()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._log.close()

    def next_call(self) -> tuple[str, bytes] | None:
        """Wait for the next call; None when the container is closed."""
        while not self._closing.is_set():
            with suppress(queue.Empty):
                return self._calls.get(timeout=0.2)
        return None

    def end(self, kind: str, body: bytes) -> None:
        """Take what a call came to."""
        self._ends.put((kind, body))

    def deadline(self) -> int:
        """Return when a call that begins now is cut off, in milliseconds since 1970."""
        return int((time.time() + self._seconds) * 1000)

    def _new_lines(self) -> Iterator[Json]:
        """Yield the whole lines that nobody has read yet: what a thread wrote after an answer comes with the next one."""
        self._log.seek(self._told)
        text, end, _ = self._log.read().rpartition(b"\n")
        self._told += len(text + end)
        yield from map(_line, text.decode().splitlines())

    def _start(self) -> "subprocess.Popen[bytes]":
        environment = {
            **self._environment,
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_port}",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "LAMBDA_TASK_ROOT": str(self.task),
            "PYTHONPATH": str(self._runtime),
            "_HANDLER": self._handler,
        }
        python = Path(sys.executable).resolve()  # not the one of the virtual environment
        command = [str(python), "-S", "-B", "-m", "awslambdaric", self._handler]
        return subprocess.Popen(  # noqa: S603 (our own interpreter on our own zip)
            command,
            cwd=self.task,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )


class _RuntimeApi(BaseHTTPRequestHandler):
    """The Runtime API of one container."""

    protocol_version = "HTTP/1.1"
    container: Container

    def do_GET(self) -> None:
        """Hand over the next call."""
        call = self.container.next_call()
        if call is None:
            self.close_connection = True
            return
        request_id, body = call
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            f"Lambda-Runtime-Aws-Request-Id: {request_id}\r\n"
            f"Lambda-Runtime-Deadline-Ms: {self.container.deadline()}\r\n"
            "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-2:000000000000:function:rehearsed\r\n"
            f"Lambda-Runtime-Trace-Id: {TRACE}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.wfile.write(head.encode() + body)

    def do_POST(self) -> None:
        """Take an answer or an error, of a call or of the start."""
        body = self._body()
        self.wfile.write(EMPTY)
        self.container.end("response" if self.path.endswith("/response") else "error", body)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces = []
        while size := int(self.rfile.readline(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name that http.server gives it)
        """Keep quiet."""


def _line(text: str) -> Json:
    """Return a line of the log as an object; what is not ours is text of the platform's."""
    with suppress(ValueError):
        line = json.loads(text)
        if isinstance(line, dict):
            return line
    return {"event": "platform", "text": text}
