"""All of the crash matrix of changes, on every core, and its figures: the second half of `make crash-matrix`."""

import time
from collections import Counter
from dataclasses import dataclass

from devtools.proof.trials.change_matrix import ChangeTrial
from devtools.proof.trials.changes_tried import TRIED, Tried
from devtools.proof.trials.crash_matrix import SIDES, WEATHERS, Weather
from devtools.proof.trials.scene.death import Death
from devtools.proof.trials.scene.ground import Ground, standing
from devtools.proof.workers import workers


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says of one trial: its kind of change, its name, what was wrong, and whether a person had to settle it."""

    kind: str
    name: str
    wrong: tuple[str, ...]
    is_handed_over: bool


def run_trials(weather: Weather) -> list[Told]:
    """Run the trials of one weather on a ground of their own, for each kind of change."""
    with standing() as ground:
        return [told for tried in TRIED for told in _trials(ground, tried, weather)]


def _trials(ground: Ground, tried: Tried, weather: Weather) -> list[Told]:
    """Let nobody die, then somebody at each point that was passed."""

    def told(death: Death | None, trial: ChangeTrial) -> Told:
        name = f"{tried}, {weather}: {'nobody dies' if death is None else death}"
        return Told(str(tried), name, trial.finding.wrong, trial.finding.is_handed_over)

    dry = ChangeTrial(ground, tried, weather)
    dry.run()
    found = [told(None, dry)]
    for point in sorted(set(dry.finding.points)):
        for side in SIDES:
            trial = ChangeTrial(ground, tried, weather, Death(point, side))
            trial.run()
            found.append(told(trial.death, trial))
    return found


def main(only: str = "") -> int:
    """Run the matrix, or the weathers whose names hold `only`; print the figures; return the exit status."""
    started = time.monotonic()
    trials, wrong, handed_over = Counter[str](), Counter[str](), Counter[str]()
    with workers() as processes:
        for found in processes.map(run_trials, [weather for weather in WEATHERS if only in str(weather)]):
            for told in found:
                trials[told.kind] += 1
                wrong[told.kind] += bool(told.wrong)
                handed_over[told.kind] += told.is_handed_over
                for fault in told.wrong:
                    print(f"WRONG  {told.name}: {fault}", flush=True)
    for kind, number in trials.items():
        print(f"{kind:<24}{number:>6} trials, {handed_over[kind]:>5} handed to a person, {wrong[kind]} wrong")
    print(f"changes: {trials.total()} trials in {time.monotonic() - started:.0f} s, {wrong.total()} wrong")
    return int(wrong.total() > 0)
