"""`make explore`: every order and every fault of the scenarios, or one sequence with its whole story."""

import argparse
import sys
import time
from collections.abc import Sequence

from devtools.proof.exploration.campaign import Job, hunts, run_jobs, searches
from devtools.proof.exploration.choices import Budget
from devtools.proof.exploration.report import breaches_told, figures_told, hunts_told, run_told, search_told
from devtools.proof.exploration.runs import Protocol, protocol_of, run_once
from devtools.proof.exploration.scenarios import CHANGING, SCENARIOS
from devtools.proof.exploration.search import Figures
from devtools.proof.exploration.sequences import read_sequence
from devtools.proof.simulation.changing.variants import WrongChange
from devtools.proof.simulation.variants import Variant

FORMS = {"short": Budget(2, 1), "long": Budget(2, 2)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when every invariant held and every variant broke one, else 1."""
    options = _parser().parse_args(arguments)
    variant = protocol_of(options.variant)
    if options.sequence is not None:
        return _replay(options.sequence, variant)
    started = time.monotonic()
    budget = FORMS[options.form]
    jobs = searches(variant, budget, options.only)
    if not jobs:
        print(f"{options.only} is no scenario for {variant}", file=sys.stderr)
        return 2
    total = _search(jobs, budget)
    is_good = not total.failing
    if variant is Variant.OURS and options.only is None:
        is_good = _hunt() and is_good
    print(f"{time.monotonic() - started:,.0f} s")
    return not is_good


def _search(jobs: Sequence[Job], budget: Budget) -> Figures:
    """Search the scenarios, with a line for each."""
    total = Figures()
    for job, figures in run_jobs(jobs):
        print(search_told(job, figures), flush=True)
        total.add(figures)
    print("\n".join([figures_told(total, budget), *breaches_told(total, jobs[0].variant)]), flush=True)
    return total


def _hunt() -> bool:
    """Tell how soon the same search finds each protocol that is wrong, and whether it finds all."""
    found = dict(run_jobs(hunts()))
    print("\n".join(hunts_told({job.variant: figures for job, figures in found.items()})))
    return all(figures.failing for figures in found.values())


def _replay(sequence: str, variant: Protocol) -> int:
    """Tell one run."""
    try:
        scenario, budget, taken = read_sequence(sequence)
        outcome = run_once(scenario, variant, budget, taken, is_told=True)
    except ValueError as error:
        print(f"{sequence} is no sequence of this program: {error}", file=sys.stderr)
        return 2
    print("\n".join(run_told(sequence, outcome, variant)))
    return bool(outcome.breaches)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make explore", description=__doc__)
    parser.add_argument("--form", choices=sorted(FORMS), default="short", help="short: every fault; long: every pair")
    parser.add_argument(
        "--only", choices=[one.name for one in (*SCENARIOS, *CHANGING)], help="search this one scenario"
    )
    parser.add_argument("--sequence", help="run this one sequence and tell its story")
    parser.add_argument(
        "--variant", choices=[one.value for one in (*Variant, *WrongChange)], default=Variant.OURS.value
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
