"""Cold starts and warm bookings of everybody, in turn: times, instructions, memory."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from devtools.bench import instructions
from devtools.bench.figures import Budget, Figure, beside_peers, compared
from devtools.bench.ground.bookings import Bookings
from devtools.bench.ground.processes import Function, Variant
from devtools.bench.ground.setting import Setting

COLD = Budget(1.00, 0.65, is_ratio=True)
COLD_INSTRUCTIONS = Budget(0.75, 0.45, is_ratio=True)
WARM = Budget(0.80, 0.55, is_ratio=True)
MEMORY = Budget(55, 40)

COLD_ROUNDS = 21
WARM_ROUNDS, WARM_BOOKINGS, WARM_UP = 21, 10, 5
MEMORY_BOOKINGS = 50
COUNTED_BOOKINGS = 10
MILLION = 1_000_000
COLD_COUNT, WARM_COUNT = ("1b", "cold start to the first booking, instructions"), ("2b", "warm booking, instructions")


def cold_starts(setting: Setting, bookings: Bookings) -> Iterator[Figure]:
    """Measure from the start of a process to its first correct answer; the import and the first call alone."""
    variants = _everybody(setting)
    samples: list[list[tuple[float, float, float]]] = [[] for _ in variants]
    for turn in range(COLD_ROUNDS + 1):
        for variant, kept in zip(variants, samples, strict=True):
            seconds, reply = variant.cold_seconds(bookings.events(1))
            if turn:  # the first round only warms the file cache
                kept.append((seconds * 1000, reply.import_seconds * 1000, reply.wall * 1000))
    rows = (
        ("1", "cold start to the first booking", COLD),
        ("1d", "  of which the import (the bare one makes its clients there)", None),
        ("1c", "  of which the first call", None),
    )
    for (number, name, budget), place in zip(rows, range(3), strict=True):
        yield _figure(number, name, "ms", variants, [[sample[place] for sample in kept] for kept in samples], budget)


def warm_bookings(setting: Setting, bookings: Bookings) -> Iterator[Figure]:
    """Measure the CPU time of a booking in a warm process, all threads counted, and the peak of memory."""
    variants = _everybody(setting)
    with ExitStack() as stack:
        functions = [stack.enter_context(variant.start()) for variant in variants]
        for function in functions:
            function.book(bookings.events(WARM_UP))
        yield _figure("2", "warm CPU per booking", "ms", variants, _warm_samples(functions, bookings), WARM)
        peaks = [[function.book(bookings.events(MEMORY_BOOKINGS)).peak_mib] for function in functions]
    many = WARM_UP + WARM_ROUNDS * WARM_BOOKINGS + MEMORY_BOOKINGS
    yield _figure("7", f"peak memory after {many} bookings", "MiB", variants, peaks, MEMORY)


def _warm_samples(functions: Sequence[Function], bookings: Bookings) -> list[list[float]]:
    samples: list[list[float]] = [[] for _ in functions]
    for _ in range(WARM_ROUNDS):
        for function, kept in zip(functions, samples, strict=True):
            reply = function.book(bookings.events(WARM_BOOKINGS))
            kept.append(reply.cpu / reply.bookings * 1000)
    return samples


def counted(setting: Setting, bookings: Bookings) -> Iterator[Figure]:
    """Count the instructions of a cold start, and of a warm booking as what ten more cost; two processes at a time."""
    if not instructions.can_count():
        yield from not_counted()
        return
    variants = _everybody(setting)
    jobs = [(variant, bookings.events(1)) for variant in variants]
    jobs += [(variant, bookings.events(1 + COUNTED_BOOKINGS)) for variant in variants[:2]]
    with ThreadPoolExecutor(2) as pool:
        counts = [count / MILLION for count in pool.map(lambda job: instructions.count(*job), jobs)]
    cold = counts[: len(variants)]
    yield _figure(*COLD_COUNT, "M", variants, [[count] for count in cold], COLD_INSTRUCTIONS)
    more = [[(many - one) / COUNTED_BOOKINGS] for many, one in zip(counts[len(variants) :], cold[:2], strict=True)]
    yield compared(*WARM_COUNT, "M", more)


def not_counted() -> Iterator[Figure]:
    """Say of the counts that they could not be had here."""
    for (number, name), budget in ((COLD_COUNT, COLD_INSTRUCTIONS), (WARM_COUNT, None)):
        yield Figure(number, f"{name} (not measured: no valgrind)", "M", None, None, 0, budget=budget)


def _everybody(setting: Setting) -> list[Variant]:
    """Return ours, the baseline, then the peers: the order of all samples."""
    return [setting.ours(), setting.baseline(), *setting.peers()]


def _figure(  # noqa: PLR0913, PLR0917 (a row)
    number: str,
    name: str,
    unit: str,
    variants: Sequence[Variant],
    samples: Sequence[Sequence[float]],
    budget: Budget | None,
) -> Figure:
    figure = compared(number, name, unit, samples[:2], budget)
    peers = [(variant.name, kept) for variant, kept in zip(variants[2:], samples[2:], strict=True)]
    return beside_peers(figure, samples[1], peers)
