"""Few choices among many factors, in which each two values of two factors meet at least once."""

from collections.abc import Mapping, Sequence
from itertools import combinations, product

Choice = dict[str, int]  # factor by factor, which of its values
Pair = frozenset[tuple[str, int]]


def pairwise(factors: Mapping[str, Sequence[object]]) -> list[Choice]:
    """Return the choices, always the same: each begins with a pair that has not met yet, and goes on with what meets most."""
    open_pairs = dict.fromkeys(pairs(factors))
    rows: list[Choice] = []
    while open_pairs:
        row: Choice = dict(next(iter(open_pairs)))
        for name, values in factors.items():
            if name not in row:
                row[name] = max(range(len(values)), key=lambda one: len(open_pairs.keys() & met({**row, name: one})))
        for pair in met(row):
            open_pairs.pop(pair, None)
        rows.append(row)
    return rows


def pairs(factors: Mapping[str, Sequence[object]]) -> list[Pair]:
    """Return every pair of values of two factors."""
    return [
        frozenset({(one, first), (other, second)})
        for one, other in combinations(factors, 2)
        for first, second in product(range(len(factors[one])), range(len(factors[other])))
    ]


def met(row: Choice) -> set[Pair]:
    """Return the pairs that meet in a choice."""
    return {frozenset(pair) for pair in combinations(row.items(), 2)}
