"""What runs beside the unpacked zip, in a process of its own: calls every route, and tells what was loaded from where.

Started with the zip's folder, the folder of the runtime's SDK, and events as JSON on standard input.
"""

import importlib
import json
import pkgutil
import sys
from pathlib import Path

HOURLY = {
    **dict.fromkeys(("version", "account", "region", "source", "time", "id", "detail-type"), ""),
    "detail": {},
    "resources": [],
}

compiled: list[str] = []


class Context:
    """What Lambda hands to a function beside the event."""

    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        """Return the time that is left: all of it."""
        return 26_000


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Note the files whose source is compiled."""
    if event == "compile":
        compiled.append(str(arguments[1]))


def loaded() -> list[str]:
    """Return the files of all modules that are loaded."""
    return [str(module.__file__) for module in list(sys.modules.values()) if getattr(module, "__file__", None)]


def main(task: str, runtime: str) -> None:
    """Serve the events, then the clock, then load what no event has loaded."""
    sys.path[:0] = [task, runtime]
    sys.addaudithook(watch)
    app = importlib.import_module("app")
    answers = [app.app(event, Context()) for event in json.load(sys.stdin)]
    app.expire_operations(HOURLY, Context())
    booked = set(sys.modules)
    package = importlib.import_module("chalicelib")
    for module in pkgutil.walk_packages(package.__path__, "chalicelib."):
        importlib.import_module(module.name)
    found = {
        "answers": answers,
        "routes": {path: list(methods) for path, methods in app.app.routes.items()},
        "compiled": [name for name in compiled if Path(name).is_absolute()],
        "loaded": loaded(),
        "loaded_by_events": sorted(booked),
    }
    sys.stdout.write(f"\n{json.dumps(found)}\n")


main(*sys.argv[1:])
