"""Who goes next: a scheduler whose order is chosen, not drawn.

Steps take no time. Each task of a call waits for its turn before each step that another one could notice; what lies between
two such steps is its own, and commutes with everything. Time passes when nobody has a turn to wait for, or when a call that
waits in vain for an answer is let go on first. What the world does by itself, a write that lands late or a booking that comes
about late, is a move: it may come at each turn, and comes at its latest moment.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from heapq import heappop

from greenlet import GreenletExit, getcurrent, greenlet

from devtools.proof.exploration.choices import Choices, Price
from devtools.proof.simulation.world.scheduler import Scheduler


@dataclass(frozen=True, slots=True)
class Move:
    """Something that happens by itself, once, between two seconds; `identity` says what and whose it is."""

    identity: str
    earliest: float
    latest: float
    action: Callable[[], object]


class Stage(Scheduler):
    """Lets one call go on until its next turn, then chooses again."""

    def __init__(self, choices: Choices) -> None:
        super().__init__()
        self.choices = choices
        self.say: Callable[[str], None] = lambda _: None
        self.turns: list[tuple[int, greenlet]] = []
        self.moves: list[Move] = []
        self.current = self.chosen = 0
        self.went_last: greenlet | None = None
        self._dozing: set[float] = set()
        self._tasks: list[greenlet] = []

    def spawn(self, work: Callable[[], object]) -> greenlet:
        """Start a task; it begins when the present one waits."""
        self._tasks.append(super().spawn(work))
        return self._tasks[-1]

    def close(self) -> None:
        """End all tasks where they wait: no collector sees what the stack of a waiting one holds, so it would stay for ever."""
        for task in self._tasks:
            task.throw(GreenletExit)

    def turn(self, call: int) -> None:
        """Let the present task of a call wait until it is chosen."""
        self.turns.append((call, getcurrent()))
        self.park()

    def doze(self, seconds: float) -> None:
        """Let the present task wait for an answer that does not come; others need not be done before it goes on."""
        self._dozing.add(self.now + seconds)
        self.sleep(seconds)

    def may_happen(self, move: Move) -> None:
        """Let something be possible from now on."""
        self.moves.append(move)

    def forget(self, tasks: list[greenlet]) -> None:
        """Let tasks that die wait for nothing any more."""
        self.turns = [turn for turn in self.turns if turn[1] not in tasks]

    def run(self) -> None:
        """Do everything there is to do."""
        while True:
            while self._queue and self._queue[0][0] <= self.now:
                heappop(self._queue)[2]()
            if not self._go_on():
                return

    def due(self) -> list[tuple[float, Callable[[], object]]]:
        """Return what is due and when, in order."""
        return [(time, action) for time, _, action in sorted(self._queue, key=lambda entry: entry[:2])]

    def _go_on(self) -> bool:
        """Choose who goes next; False when nobody can."""
        calls, ways = self._calls(), self._ways()
        if not ways:
            return False
        could_go_on = bool(calls) and calls[0] == self.current
        if could_go_on and not self.choices.budget.preemptions:
            ways = ways[:1]
        taken = self.choices.pick(len(ways), Price.PREEMPTION if could_go_on else Price.NOTHING)
        what, go = ways[taken]
        if taken:
            self.say(f"{what} (the {taken + 1}. of {len(ways)} ways)")
        go()
        return True

    def _ways(self) -> list[tuple[str, Callable[[], None]]]:
        """Return everything that can come next; first what comes if nobody has a say."""
        while self._queue and _is_dead(self._queue[0][2]):
            heappop(self._queue)
        calls, moves = self._calls(), [move for move in self.moves if move.earliest <= self.now]
        ways: list[tuple[str, Callable[[], None]]] = [
            (f"call {call} goes on", partial(self._let, call)) for call in calls
        ]
        next_time = self._queue[0][0] if self._queue else None
        if next_time is not None and (not calls or next_time in self._dozing):
            ways.append(("time passes", partial(self._pass_time, next_time)))
        ways += [(move.identity, partial(self._happen, move)) for move in moves]
        if not ways and self.moves:
            ways = [("time passes", partial(self._pass_time, min(move.latest for move in self.moves)))]
        return ways

    def _calls(self) -> list[int]:
        """Return the calls that can go on, the one that went last first."""
        return sorted({call for call, _ in self.turns}, key=lambda call: (call != self.current, call))

    def _let(self, call: int) -> None:
        """Let a call go on; where several of its tasks wait, that one of them which went last, or else waits longest.

        That another one goes first is a preemption as well.
        """
        turns = sorted((turn for turn in self.turns if turn[0] == call), key=lambda turn: turn[1] is not self.went_last)
        if not self.choices.budget.preemptions:
            turns = turns[:1]
        self.chosen = call
        taken = self.choices.pick(len(turns), Price.PREEMPTION)
        self.chosen = 0
        if taken:
            self.say(f"another task of call {call} goes first")
        self.turns.remove(turns[taken])
        self.current, self.went_last = call, turns[taken][1]
        self.went_last.switch()

    def _happen(self, move: Move) -> None:
        self.moves.remove(move)
        move.action()

    def _pass_time(self, until: float) -> None:
        """Let it be later; what must have happened by then happens first."""
        for move in sorted(self.moves, key=lambda move: move.latest):
            if move.latest <= until:
                self.now = max(self.now, move.latest)
                self._happen(move)
        self.now = until


def _is_dead(action: Callable[[], object]) -> bool:
    """Tell whether an action wakes a task that has ended."""
    task = getattr(action, "__self__", None)
    return isinstance(task, greenlet) and task.dead
