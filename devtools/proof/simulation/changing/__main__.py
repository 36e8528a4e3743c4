"""`make simulate-changes`: many seeds with figures, or one seed with its whole story."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence

from devtools.proof.simulation.changing.simulation import simulate_changes
from devtools.proof.simulation.changing.variants import PARTS, WrongChange

SHOWN_TO_FAIL = 200


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when every invariant held and each wrong protocol broke one, else 1."""
    parser = argparse.ArgumentParser(prog="make simulate-changes", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2000, help="how many seeds to run")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="run this one seed and tell its story")
    options = parser.parse_args(arguments)
    if options.seed is not None:
        outcome = simulate_changes(options.seed, is_told=True)
        print("\n".join([*outcome.lines, *(f"BROKEN  {breach}" for breach in outcome.breaches)]))
        return bool(outcome.breaches)
    started, counts, broken = time.monotonic(), Counter[str](), 0
    for seed in range(options.first, options.first + options.seeds):
        outcome = simulate_changes(seed)
        counts += outcome.counts
        broken += bool(outcome.breaches)
        for breach in outcome.breaches:
            print(f"BROKEN  seed {seed}: {breach}", flush=True)
    print("\n".join(f"{counts[name]:>12,}  {name}" for name in sorted(counts) if "change" in name))
    print(f"{options.seeds:,} runs, {broken} broken, {time.monotonic() - started:,.0f} s")
    found = {wrong: _found(wrong) for wrong in WrongChange}
    print("\n".join(f"{wrong:<34}{number:>4} of {SHOWN_TO_FAIL} runs broken" for wrong, number in found.items()))
    return int(broken > 0 or not all(found.values()))


def _found(wrong: WrongChange) -> int:
    """Return how many runs a wrong protocol breaks."""
    return sum(bool(simulate_changes(seed, PARTS[wrong]).breaches) for seed in range(SHOWN_TO_FAIL))


if __name__ == "__main__":
    sys.exit(main())
