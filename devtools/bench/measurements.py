"""The measurements, each a small function from the setting to figures; the two variants always take turns."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from devtools import bench_xml
from devtools.bench.bookings import SECOND_TOKEN, THIRD_TOKEN, TOKEN, Bookings
from devtools.bench.figures import Budget, Figure, Ratio, compared
from devtools.bench.processes import Function, Reply, Variant
from devtools.bench.setting import Setting

COLD, CPU = Budget(1.45, is_ratio=True), Budget(1.40, is_ratio=True)
WALL, HOPS, CONNECTIONS, CALLS, MEMORY = Budget(100), Budget(4), Budget(0), Budget(3), Budget(60)
XML = Budget(bench_xml.BUDGET, is_ratio=True, is_floor=True)

WARM_UP = 5
UPSTREAM_SECONDS, DATABASE_SECONDS = 0.040, 0.005
HOP_SECONDS = 0.15  # longer than all of our own work, so that the quotient counts hops and nothing else
MEMORY_BOOKINGS = 50
COUNTED_BOOKINGS = 10


def cold_starts(setting: Setting, bookings: Bookings, upstream: str, rounds: int) -> Iterator[Figure]:
    """Measure from the start of a process to its first correct answer; and the import alone."""
    variants = setting.variants(upstream)
    seconds: tuple[list[float], list[float]] = ([], [])
    imports: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        for variant, kept, imported in zip(variants, seconds, imports, strict=True):
            sample, reply = variant.cold_seconds(bookings.events(1))
            if turn:  # the first round only warms the file cache
                kept.append(sample * 1000)
                imported.append(reply.import_seconds * 1000)
    yield compared("1", f"cold start to the first booking, {upstream}", "ms", seconds, COLD)
    if upstream == "plain":
        yield compared("1", "  of which the import (the baseline makes its clients there)", "ms", imports)


def warm_cpu(
    setting: Setting, bookings: Bookings, upstream: str, rounds: int, in_a_round: int = 10
) -> Iterator[Figure]:
    """Measure the CPU time of a booking in a warm process, all threads counted."""
    with _running(setting.variants(upstream)) as functions:
        for function in functions:
            function.book(bookings.events(WARM_UP))
        replies = _in_turn(functions, bookings, rounds, in_a_round)
    milliseconds = [[reply.cpu / reply.bookings * 1000 for reply in kept] for kept in replies]
    yield compared("2", f"warm CPU per booking, {upstream}", "ms", milliseconds, CPU)


def distances(setting: Setting, bookings: Bookings, rounds: int) -> Iterator[Figure]:
    """Measure the wall time over slow lines, the hops, and what goes over the lines."""
    with _running(setting.variants("far")) as functions:
        for function in functions:
            function.book(bookings.events(WARM_UP))
        yield from _traffic(setting, bookings, functions)
        with _slow(setting, UPSTREAM_SECONDS, DATABASE_SECONDS):
            replies = _in_turn(functions, bookings, rounds, 1)
        walls = [[reply.wall * 1000 for reply in kept] for kept in replies]
        yield compared("3", "wall at 40 ms upstream and 5 ms DynamoDB", "ms", walls, WALL)
        with _slow(setting, HOP_SECONDS, HOP_SECONDS):
            yield _hops("warm", functions, bookings, (TOKEN, TOKEN))
            yield _hops("cold permissions", functions, bookings, (SECOND_TOKEN, THIRD_TOKEN))


def memory(setting: Setting, bookings: Bookings) -> Iterator[Figure]:
    """Measure the peak of resident memory, over TLS, where the authorities are in memory as well."""
    with _running(setting.variants("tls")) as functions:
        ours, baseline = (function.book(bookings.events(MEMORY_BOOKINGS)).peak_mib for function in functions)
    yield Figure("7", f"peak memory after {MEMORY_BOOKINGS} bookings", "MiB", ours, baseline, 1, budget=MEMORY)


def xml(rounds: int) -> Iterator[Figure]:
    """Measure XML to a typed booking beside xmltodict."""
    found = bench_xml.measure(rounds)
    for name, label in (("one", "one"), ("hundred", "100 in a row")):
        ratio = found[f"{name}_ratio"]
        yield Figure(
            "10",
            f"XML to a typed booking, {label} (beside xmltodict)",
            "µs",
            found[f"{name}_ours_us"],
            found[f"{name}_xmltodict_us"],
            rounds,
            Ratio(ratio, ratio, ratio),
            XML,
        )


@contextmanager
def _running(variants: tuple[Variant, Variant]) -> Iterator[list[Function]]:
    """Keep a process of each variant."""
    with ExitStack() as stack:
        yield [stack.enter_context(variant.start()) for variant in variants]


@contextmanager
def _slow(setting: Setting, upstream_seconds: float, database_seconds: float) -> Iterator[None]:
    """Make both lines slow for a while."""
    setting.upstream_line.slow_down(upstream_seconds)
    setting.database_line.slow_down(database_seconds)
    try:
        yield
    finally:
        setting.upstream_line.slow_down(0)
        setting.database_line.slow_down(0)


def _in_turn(
    functions: list[Function], bookings: Bookings, rounds: int, in_a_round: int
) -> tuple[list[Reply], list[Reply]]:
    """Let both book in turn; return the replies of each."""
    replies: tuple[list[Reply], list[Reply]] = ([], [])
    for _ in range(rounds):
        for function, kept in zip(functions, replies, strict=True):
            kept.append(function.book(bookings.events(in_a_round)))
    return replies


def _hops(name: str, functions: list[Function], bookings: Bookings, tokens: tuple[str, ...]) -> Figure:
    """Count the hops in a row: how often the long time of one hop goes into that of a booking."""
    ours, baseline = (
        [int(function.book(bookings.events(1, token)).wall / HOP_SECONDS) for token in tokens] for function in functions
    )
    return Figure("4", f"sequential hops, {name}", "", max(ours), max(baseline), len(tokens), budget=HOPS)


def _traffic(setting: Setting, bookings: Bookings, functions: list[Function]) -> Iterator[Figure]:
    """Count new connections and upstream calls of warm bookings."""
    counts = [_traffic_of(setting, bookings, function) for function in functions]
    rows = (("5", "new connections per warm booking", CONNECTIONS), ("6", "upstream calls, permissions cached", CALLS))
    for (number, name, budget), (ours, baseline) in zip(rows, zip(*counts, strict=True), strict=True):
        yield Figure(number, name, "", ours, baseline, COUNTED_BOOKINGS, budget=budget)


def _traffic_of(setting: Setting, bookings: Bookings, function: Function) -> tuple[float, float]:
    """Return new connections and upstream calls, each per booking."""
    function.book(bookings.events(1))  # what the other one's turn let grow old is open again
    before, database_before = setting.sandbox.requests(), setting.database_line.connections()
    function.book(bookings.events(COUNTED_BOOKINGS))
    calls = setting.sandbox.requests()[len(before) :]
    opened = {call["connection"] for call in calls} - {call["connection"] for call in before}
    opened_database = setting.database_line.connections() - database_before
    return (len(opened) + opened_database) / COUNTED_BOOKINGS, len(calls) / COUNTED_BOOKINGS
