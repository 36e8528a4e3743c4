"""`make simulate`: many seeds with figures, or one seed with its whole story."""

import argparse
import sys
import time
from collections.abc import Sequence

from devtools.proof.simulation.campaign import Figures, run_campaign
from devtools.proof.simulation.report import breaches_told, comparison_told, figures_told, run_told
from devtools.proof.simulation.simulation import simulate
from devtools.proof.simulation.variants import Variant

SHOWN_FOR_VARIANTS = 4000
PROGRESS_EVERY_SECONDS = 10.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when every invariant held and every variant broke one, else 1."""
    options = _parser().parse_args(arguments)
    variant = Variant(options.variant)
    if options.seed is not None:
        outcome = simulate(options.seed, variant, is_told=True)
        print("\n".join(run_told(outcome, variant)))
        return bool(outcome.breaches)
    started = time.monotonic()
    figures = _campaign(options.first, options.seeds, variant)
    print("\n".join(figures_told(figures)))
    print(f"{time.monotonic() - started:,.0f} s")
    print("\n".join(breaches_told(figures, variant)))
    return bool(figures.failing_seeds) or (variant is Variant.OURS and not _variants_break(options, figures))


def _variants_break(options: argparse.Namespace, ours: Figures) -> bool:
    """Show that the simulation can fail: run the protocols that are wrong, and tell whether each was caught."""
    count = min(options.seeds, SHOWN_FOR_VARIANTS)
    others = [one for one in Variant if one is not Variant.OURS]
    rows = [(one, _campaign(options.first, count, one)) for one in others]
    print("\n".join(comparison_told([(Variant.OURS, ours), *rows])))
    missed = [variant for variant, figures in rows if not figures.failing_seeds]
    if missed:
        print(f"{count:,} seeds do not catch {', '.join(missed)}; {SHOWN_FOR_VARIANTS:,} do: run more of them.")
    return not missed


def _campaign(first: int, count: int, variant: Variant) -> Figures:
    """Run the seeds with a line of progress now and then."""
    figures, told, failing = Figures(), time.monotonic(), 0
    for figures in run_campaign(first, count, variant):
        if variant is Variant.OURS and figures.failing_seeds > failing:
            failing = figures.failing_seeds
            print("\n".join(breaches_told(figures, variant)), flush=True)
        if time.monotonic() - told > PROGRESS_EVERY_SECONDS:
            told = time.monotonic()
            print(f"{figures.counts['runs']:>12,} of {count:,}, {figures.failing_seeds} broken", flush=True)
    return figures


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10_000, help="how many seeds to run")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="run this one seed and tell its story")
    parser.add_argument("--variant", choices=[one.value for one in Variant], default=Variant.OURS.value)
    return parser


if __name__ == "__main__":
    sys.exit(main())
