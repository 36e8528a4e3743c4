"""Measure Switchboard beside the baseline and print where it stands: `make bench`."""

import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from devtools.bench import measurements
from devtools.bench.bookings import Bookings, WrongAnswerError
from devtools.bench.figures import Figure
from devtools.bench.processes import ChildError
from devtools.bench.report import table
from devtools.bench.setting import Setting
from devtools.dynamodb import ROOT

RESULT = ROOT / "build" / "bench.json"


def figures() -> Iterator[Figure]:
    """Measure everything, each figure as soon as it is there."""
    bookings = Bookings()
    with Setting() as setting:
        yield from measurements.cold_starts(setting, bookings, "plain", rounds=25)
        yield from measurements.cold_starts(setting, bookings, "tls", rounds=15)
        yield from measurements.warm_cpu(setting, bookings, "plain", rounds=25)
        yield from measurements.warm_cpu(setting, bookings, "tls", rounds=25)
        yield from measurements.distances(setting, bookings, rounds=21)
        yield from measurements.memory(setting, bookings)
    yield from measurements.xml(rounds=31)


def surroundings() -> dict[str, object]:
    """Return what the figures depend on."""
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "load": round(os.getloadavg()[0], 1),
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def write(path: Path, found: list[Figure], told: dict[str, object]) -> None:
    """Keep the figures for whoever compares runs."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({**told, "figures": [figure.document() for figure in found]}, indent=2) + "\n")


def main() -> int:
    """Print the table; fail only when a sample was wrong, never when it was slow: that is for the reader to judge."""
    started = time.monotonic()
    told = surroundings()
    print(f"Python {told['python']}, {told['machine']}, load {told['load']} before the start.")
    print("Every sample is a booking whose answer was checked.\n", flush=True)
    found = []
    try:
        for figure in figures():
            found.append(figure)
            print(f"  measured: {figure.name}", file=sys.stderr, flush=True)
    except (WrongAnswerError, ChildError) as error:
        print(f"The benchmark broke off: {error}", file=sys.stderr)
        return 1
    print(table(found))
    write(RESULT, found, told)
    print(f"{time.monotonic() - started:.0f} s; also in {RESULT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
