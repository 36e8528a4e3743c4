"""All of the crash matrix of changes, on every core, and its figures: the second half of `make crash-matrix`."""

import time

from devtools.proof.trials.change_matrix import ChangeTrial
from devtools.proof.trials.crash_matrix import SIDES, WEATHERS, Weather
from devtools.proof.trials.scene.death import Death
from devtools.proof.trials.scene.ground import standing
from devtools.proof.workers import workers


def run_trials(weather: Weather) -> list[tuple[str, tuple[str, ...]]]:
    """Run the trials of one weather on a ground of their own: nobody dies, then somebody at each point that was passed."""
    with standing() as ground:
        dry = ChangeTrial(ground, weather).run()
        found = [(f"{weather}: nobody dies", dry.wrong)]
        for point in sorted(set(dry.points)):
            for side in SIDES:
                death = Death(point, side)
                found.append((f"{weather}: {death}", ChangeTrial(ground, weather, death).run().wrong))
    return found


def main(only: str = "") -> int:
    """Run the matrix, or the weathers whose names hold `only`; print the figures; return the exit status."""
    started, trials, wrong = time.monotonic(), 0, 0
    with workers() as processes:
        for found in processes.map(run_trials, [weather for weather in WEATHERS if only in str(weather)]):
            trials += len(found)
            for name, faults in found:
                wrong += bool(faults)
                for fault in faults:
                    print(f"WRONG  {name}: {fault}", flush=True)
    print(f"changes: {trials} trials in {time.monotonic() - started:.0f} s, {wrong} wrong")
    return int(wrong > 0)
