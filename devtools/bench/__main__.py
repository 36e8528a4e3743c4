"""Measure the zip beside the baseline and its peers, and print where it stands: `make bench`, `PART=cold` for a part."""

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from devtools.bench import backlog, growth, lines, load, served, starts, weights
from devtools.bench.figures import Figure
from devtools.bench.ground.bookings import Bookings, WrongAnswerError
from devtools.bench.ground.processes import ChildError
from devtools.bench.ground.setting import Setting
from devtools.bench.page import record, surroundings_line
from devtools.bench.report import table
from devtools.deploy.package import PackagingError, make_package
from devtools.places import ROOT

RESULT = ROOT / "build" / "bench.json"
STAGE = "dev"
RECORD = "--record"

Part = Callable[[Setting, Bookings], Iterator[Figure]]
PARTS: Mapping[str, Part] = {
    "zip": lambda setting, _: weights.zip_figures(setting.archive),
    "cold": starts.cold_starts,
    "warm": starts.warm_bookings,
    "instructions": starts.counted,
    "lines": lines.distances,
    "server": served.overhead,
    "growth": growth.growth,
    "backlog": lambda _setting, _bookings: backlog.backlog(),
    "load": load.load,
    "xml": lambda _setting, _bookings: weights.xml(),
}


def figures(parts: list[str]) -> Iterator[Figure]:
    """Measure some parts, each figure as soon as it is there."""
    bookings = Bookings()
    with Setting(make_package(STAGE, ROOT / "build" / "bench").zip) as setting:
        for part in parts:
            yield from PARTS[part](setting, bookings)


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


def main(arguments: list[str]) -> int:
    """Print the tables; fail only when a sample was wrong, never when it was slow: that is for the reader to judge."""
    parts = [argument for argument in arguments if argument != RECORD]
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        print(f"There is no part {unknown[0]!r}; there are: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    if parts and RECORD in arguments:
        print("Only a whole run goes into the page.", file=sys.stderr)
        return 2
    started = time.monotonic()
    told = surroundings()
    print(surroundings_line(told))
    print("Every sample is a booking whose answer was checked; the zip of stage dev, TLS to everything.\n", flush=True)
    found = []
    try:
        for figure in figures(parts or list(PARTS)):
            found.append(figure)
            print(f"  {time.monotonic() - started:4.0f} s  {figure.name.strip()}", file=sys.stderr, flush=True)
    except (WrongAnswerError, ChildError, PackagingError) as error:
        print(f"The benchmark broke off: {error}", file=sys.stderr)
        return 1
    print(table(found))
    write(RESULT, found, told)
    if RECORD in arguments:
        record(found, told)
    print(f"{time.monotonic() - started:.0f} s; also in {RESULT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
