"""What happened in one run: counts for the figures, and lines to read when somebody asked for them."""

from collections import Counter

from devtools.proof.simulation.world.scheduler import Scheduler


class Journal:
    """`counts` tell how often each kind of thing happened; `lines` stay empty unless `is_told`."""

    def __init__(self, scheduler: Scheduler, *, is_told: bool) -> None:
        self.counts: Counter[str] = Counter()
        self.lines: list[str] = []
        self.is_told = is_told
        self._scheduler = scheduler

    def say(self, who: str, what: str, *details: object) -> None:
        """Write a line, if anybody reads it."""
        if self.is_told:
            told = " ".join(str(detail) for detail in details)
            self.lines.append(f"{_elapsed(self._scheduler.now)}  {who:<10} {what} {told}".rstrip())

    def count(self, kind: str, number: int = 1) -> None:
        """Count something for the figures."""
        self.counts[kind] += number


def _elapsed(seconds: float) -> str:
    """Return a time as hours, minutes and seconds."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{int(hours):3}:{int(minutes):02}:{rest:06.3f}"
