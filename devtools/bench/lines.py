"""What a booking does over slow lines: its wall time, its hops, its calls and new connections."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from devtools.bench.figures import Budget, Figure, compared
from devtools.bench.ground.bookings import SECOND_TOKEN, THIRD_TOKEN, TOKEN, Bookings
from devtools.bench.ground.processes import Function, Variant
from devtools.bench.ground.setting import Setting

WALL, HOPS, CONNECTIONS, CALLS = Budget(98, 95), Budget(4), Budget(0), Budget(3)

WARM_UP = 5
WALL_ROUNDS = 21
UPSTREAM_SECONDS, DATABASE_SECONDS = 0.040, 0.005
HOP_SECONDS = 0.15  # longer than all of our own work, so that the quotient counts hops and nothing else
COLD_HOP_SECONDS = 0.6  # the same for a first call, which makes clients too; no call's own limit is as short
COUNTED_BOOKINGS = 10


def distances(setting: Setting, bookings: Bookings) -> Iterator[Figure]:
    """Measure everything that lines show."""
    variants = (setting.ours(), setting.baseline())
    with ExitStack() as stack:
        functions = [stack.enter_context(variant.start()) for variant in variants]
        for function in functions:
            function.book(bookings.events(WARM_UP))
        yield from _traffic(setting, bookings, functions)
        with _slow(setting, UPSTREAM_SECONDS, DATABASE_SECONDS):
            walls = _walls(functions, bookings)
        yield compared("3", "wall at 40 ms upstream and 5 ms AWS", "ms", walls, WALL)
        with _slow(setting, HOP_SECONDS, HOP_SECONDS):
            yield _warm_hops("warm", functions, bookings, (TOKEN, TOKEN))
            yield _warm_hops("warm, permissions unknown", functions, bookings, (SECOND_TOKEN, THIRD_TOKEN))
    with _slow(setting, COLD_HOP_SECONDS, COLD_HOP_SECONDS):
        yield _cold_hops(setting, bookings, variants, is_known=True)
        yield _cold_hops(setting, bookings, variants, is_known=False)


@contextmanager
def _slow(setting: Setting, upstream_seconds: float, database_seconds: float) -> Iterator[None]:
    """Make both lines slow for a while."""
    setting.upstream_line.slow_down(upstream_seconds)
    setting.aws_line.slow_down(database_seconds)
    try:
        yield
    finally:
        setting.upstream_line.slow_down(0)
        setting.aws_line.slow_down(0)


def _walls(functions: Sequence[Function], bookings: Bookings) -> list[list[float]]:
    """Let both book in turn; return the milliseconds of each booking."""
    walls: list[list[float]] = [[] for _ in functions]
    for _ in range(WALL_ROUNDS):
        for function, kept in zip(functions, walls, strict=True):
            kept.append(function.book(bookings.events(1)).wall * 1000)
    return walls


def _warm_hops(name: str, functions: Sequence[Function], bookings: Bookings, tokens: Sequence[str]) -> Figure:
    """Count the hops in a row: how often the long time of one hop goes into that of a booking."""
    ours, baseline = (
        [int(function.book(bookings.events(1, token)).wall / HOP_SECONDS) for token in tokens] for function in functions
    )
    return Figure("4", f"sequential hops, {name}", "", max(ours), max(baseline), len(tokens), budget=HOPS)


def _cold_hops(setting: Setting, bookings: Bookings, variants: Sequence[Variant], *, is_known: bool) -> Figure:
    """Count the hops of the first call of a process, for an account that has a data key or has none."""
    hops = []
    for variant in variants:
        if not is_known:
            setting.forget()
        with variant.start() as function:
            hops.append(int(function.book(bookings.events(1)).wall / COLD_HOP_SECONDS))
    name = "known account" if is_known else "first booking of an account"
    return Figure("4", f"sequential hops, cold, {name}", "", hops[0], hops[1], 1, budget=HOPS)


def _traffic(setting: Setting, bookings: Bookings, functions: Sequence[Function]) -> Iterator[Figure]:
    """Count new connections and upstream calls of warm bookings."""
    counts = [_traffic_of(setting, bookings, function) for function in functions]
    rows = (("5", "new connections per warm booking", CONNECTIONS), ("6", "upstream calls, permissions cached", CALLS))
    for (number, name, budget), (ours, baseline) in zip(rows, zip(*counts, strict=True), strict=True):
        yield Figure(number, name, "", ours, baseline, COUNTED_BOOKINGS, budget=budget)


def _traffic_of(setting: Setting, bookings: Bookings, function: Function) -> tuple[float, float]:
    """Return new connections and upstream calls, each per booking."""
    function.book(bookings.events(1))  # what the other one's turn let grow old is open again
    lines = (setting.upstream_line, setting.aws_line)
    calls, connections = len(setting.sandbox.requests()), sum(line.connections() for line in lines)
    function.book(bookings.events(COUNTED_BOOKINGS))
    calls = len(setting.sandbox.requests()) - calls
    connections = sum(line.connections() for line in lines) - connections
    return connections / COUNTED_BOOKINGS, calls / COUNTED_BOOKINGS
