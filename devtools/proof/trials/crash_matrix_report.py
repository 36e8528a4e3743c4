"""All of the crash matrix, on every core, and its figures: `make crash-matrix`."""

import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence

from devtools.proof.trials.crash_matrix import WEATHERS, Fate, Finding, Trial, Weather, planned
from devtools.proof.trials.scene.ground import Ground, standing
from devtools.proof.workers import workers

NOBODY_DIES = "nobody dies"
KINDS = ("lost", "duplicated", "stuck", "untrue", "misnamed", "unserved")

TRIES = 3

Task = tuple[Weather, Sequence[Fate | None]]


def run_trials(task: Task) -> list[tuple[str, Finding]]:
    """Run the trials of one weather on a ground of their own; return the findings by the trials' names."""
    weather, fates = task
    with standing() as ground:
        return [(f"{weather}: {fate or NOBODY_DIES}", _played(ground, weather, fate)) for fate in fates]


def _played(ground: Ground, weather: Weather, fate: Fate | None) -> Finding:
    """Run one trial; again where its point was not met.

    What the upstream does late may come before a read or after it, and so the calls may take another course than in the dry run.
    """
    finding = Trial(ground, weather, fate).run()
    for _ in range(TRIES - 1):
        if fate is None or finding.has_died or finding.wrong:
            break
        finding = Trial(ground, weather, fate).run()
    return finding


def main(only: str = "") -> int:
    """Run the matrix, or the weathers whose names hold `only`; print the figures; return the exit status."""
    started = time.monotonic()
    weathers = [weather for weather in WEATHERS if only in str(weather)]
    if not weathers:
        faults = ", ".join(dict.fromkeys(str(weather) for weather in WEATHERS))
        print(f"No fault has {only!r} in its name. There are: {faults}.", file=sys.stderr)
        return 2
    with workers() as processes:
        dry: list[tuple[str, Finding]] = []
        for findings in processes.map(run_trials, [(weather, [None]) for weather in weathers]):
            dry += findings
        plan = planned({str(weather): finding for weather, (_, finding) in zip(weathers, dry, strict=True)})
        tasks: list[Task] = [(weather, plan[str(weather)]) for weather in weathers]
        all_findings = list(dry)
        for findings in processes.map(run_trials, tasks):
            all_findings += findings
            print(f"{len(all_findings)} of {len(dry) + sum(map(len, plan.values()))} trials", flush=True)
    return report(len(weathers), all_findings, time.monotonic() - started)


def report(weathers: int, findings: Sequence[tuple[str, Finding]], seconds: float) -> int:
    """Print what came of it; return 1 when anything is as it must not be."""
    for name, finding in findings:
        for fault in finding.wrong:
            print(f"WRONG  {name}: {fault}")
    points = {str(point) for _, finding in findings for passed in finding.points for point in passed}
    died = sum(finding.has_died for _, finding in findings)
    missed = _missed(findings)
    for name in missed:
        print(f"NOT MET  {name}")
    print(f"{weathers} faults and none, {len(points)} await points: {', '.join(sorted(points))}")
    print(
        f"{len(findings)} trials in {seconds:.0f} s; the function died in {died}; points not met again: {len(missed)}"
    )
    counts = Counter(_kind(fault) for _, finding in findings for fault in finding.wrong)
    print(", ".join(f"{counts[kind]} {kind}" for kind in (*KINDS, "other")))
    print(f"{sum(finding.is_flagged for _, finding in findings)} flagged for a person")
    return 1 if counts else 0


def _missed(findings: Iterable[tuple[str, Finding]]) -> list[str]:
    """Return the trials in which the function was to die and did not."""
    return [name for name, finding in findings if not name.endswith(NOBODY_DIES) and not finding.has_died]


def _kind(fault: str) -> str:
    kind = fault.partition(":")[0]
    return kind if kind in KINDS else "other"
