"""What needs no clock: the zip's size and its bytecode; and XML beside xmltodict."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from devtools.bench import xml as bench_xml
from devtools.bench.figures import Budget, Figure, Ratio

ZIP, BYTECODE = Budget(8, 6), Budget(100, is_floor=True)
XML = Budget(bench_xml.BUDGET, is_ratio=True, is_floor=True)
XML_ROUNDS = 31
MEGABYTE = 1_000_000


def zip_figures(archive: Path) -> Iterator[Figure]:
    """Weigh the zip, and see how many of its modules come as bytecode."""
    yield Figure("8", "zip with bytecode", "MB", archive.stat().st_size / MEGABYTE, None, 1, budget=ZIP)
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
    compiled = [name for name in names if name.endswith(".pyc")]
    cached = {name.replace("__pycache__/", "").split(".")[0] for name in compiled}
    bare = [name for name in names if name.endswith(".py") and name.removesuffix(".py") not in cached]
    share = 100 * len(compiled) / (len(compiled) + len(bare))
    yield Figure("9", "modules in the zip with bytecode", "%", share, None, len(compiled), budget=BYTECODE)


def xml() -> Iterator[Figure]:
    """Measure XML to a typed booking beside xmltodict."""
    found = bench_xml.measure(XML_ROUNDS)
    for key, label in (("one", "one"), ("hundred", "100 in a row")):
        ratio = found[f"{key}_ratio"]
        name = f"XML to a typed booking, {label} (beside xmltodict)"
        values = (found[f"{key}_ours_us"], found[f"{key}_xmltodict_us"])
        yield Figure("10", name, "µs", *values, XML_ROUNDS, Ratio(ratio, ratio, ratio), XML)
