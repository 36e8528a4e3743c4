"""The process that is measured: it imports one function and calls it with the events that come on standard input.

Each line in is a JSON list of events, each line out a JSON object: what the calls cost and what they answered. Nothing
but the standard library is imported here, and little of it, because all of it counts as cold start.
"""

import json
import os
import resource
import sys
import time
from contextlib import suppress
from importlib import import_module
from typing import Any

TIMEOUT_SECONDS = 26.0
LOG = "BENCH_LOG"  # names a file that is there, for who wants to read them


class Context:
    """What Lambda hands to a function beside the event."""

    def __init__(self, number: int) -> None:
        self.aws_request_id = f"bench-{number}"
        self._end = time.monotonic() + TIMEOUT_SECONDS

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the function's timeout."""
        return int((self._end - time.monotonic()) * 1000)


def peak_kib() -> int:
    """Return the most memory that this process ever had resident, in KiB.

    By the kernel's own mark where there is one: getrusage also counts what the parent had when it forked.
    """
    with suppress(OSError), open("/proc/self/status") as status:  # noqa: PTH123 (pathlib would be imported for this)
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


def call(function: Any, events: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: ANN401 (a Chalice app or a function)
    """Return the answers to some events, and what all of them took: seconds of wall and of CPU (all threads)."""
    contexts = [Context(number) for number in range(len(events))]
    wall, cpu = time.perf_counter(), time.process_time()
    answers = [function(event, context) for event, context in zip(events, contexts, strict=True)]
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {"cpu": cpu, "wall": wall, "answers": [[answer["statusCode"], answer["body"]] for answer in answers]}


def main(module: str, name: str) -> None:
    """Serve until standard input ends."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    log = os.open(os.environ.get(LOG, os.devnull), os.O_WRONLY | os.O_APPEND)  # where the function's own lines go
    os.dup2(log, sys.stdout.fileno())
    started = time.perf_counter()
    function = getattr(import_module(module), name)
    import_seconds = time.perf_counter() - started
    for line in sys.stdin:
        reply = call(function, json.loads(line))
        replies.write(json.dumps({**reply, "import": import_seconds, "peak_kib": peak_kib()}) + "\n")
        replies.flush()
    os._exit(0)  # a function's process is never taken down in order
