"""What runs beside the unpacked zip, in a process of its own: serves events with the reviewers' app, as Lambda would.

Started with the zip's folder, the folder of the runtime's SDK, the handler's name, and events as JSON on standard input.
"""

import importlib
import json
import sys
from pathlib import Path


class Context:
    """What Lambda hands to a function beside the event."""

    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        """Return the time that is left: all of it."""
        return 26_000


def main(task: str, runtime: str, handler: str) -> None:
    """Serve the events; tell the answers, and what was compiled on the way."""
    sys.path[:0] = [task, runtime]
    compiled: list[str] = []
    sys.addaudithook(lambda event, arguments: compiled.append(str(arguments[1])) if event == "compile" else None)
    module, _, name = handler.rpartition(".")
    app = getattr(importlib.import_module(module), name)
    answers = [app(event, Context()) for event in json.load(sys.stdin)]
    own = [path for path in compiled if Path(path).is_absolute() and path.startswith(task)]
    sys.stdout.write(f"\n{json.dumps({'answers': answers, 'compiled': own})}\n")


main(*sys.argv[1:])
