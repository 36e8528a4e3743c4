"""The platform as an exploration has it: each step of a call is a place to die or to meet a fault, in every run a chosen one."""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from random import Random
from typing import TypeVar

from greenlet import getcurrent, greenlet

from chalicelib.domain.time_budget import Deadline
from devtools.proof.exploration.choices import Choices, Price
from devtools.proof.exploration.world.in_full import in_full
from devtools.proof.exploration.world.stage import Stage
from devtools.proof.simulation.journal import Journal
from devtools.proof.simulation.oracle.history import History
from devtools.proof.simulation.world.platform import FUNCTION_SECONDS, Call, Platform
from devtools.proof.simulation.world.weather import Weather

T = TypeVar("T")

LIKELY = 0.5
DEATH, SILENCE = "the function dies", "the answer does not arrive"


class Furthest(Random):
    """Draws the end of each range: an index that is behind is as far behind as it can be."""

    def uniform(self, a: float, b: float) -> float:
        """Return the end of the range."""
        del a
        return b


class Calm(Weather):
    """Nothing by chance: what is likelier than not happens, and the first of several is picked. Faults are chosen elsewhere."""

    def __init__(self) -> None:
        super().__init__(Furthest(0))
        self.clear_up()

    def strikes(self, probability: float) -> bool:
        """Tell whether something is likelier than not."""
        return probability > LIKELY

    def pick(self, choices: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """Return the first."""
        del weights
        return choices[0]

    def latency(self) -> float:
        """Return how long a message is under way: no time at all."""
        return 0.0


class ExploredPlatform(Platform):
    """Numbers its calls as their clients tell it, and chooses at each step.

    `learnt` holds, for each task, a hash of everything that it was told so far. What a task does depends on nothing else.
    """

    def __init__(self, stage: Stage, choices: Choices, journal: Journal, history: History) -> None:
        super().__init__(stage, Calm(), journal, history)
        self.stage = stage
        self.choices = choices
        self.calls_alive: dict[int, Call] = {}
        self.learnt: dict[greenlet, bytes] = {}
        self.names: dict[greenlet | None, str] = {}
        self.devices: list[greenlet] = []
        self.next_number = 0

    def device(self, work: Callable[[], object]) -> None:
        """Start a task that is no call: a device, or what surrounds them all."""
        task = self.scheduler.spawn(work)
        self.devices.append(task)
        self.names[task] = f"device {len(self.devices)}"

    def beside(self, call: Call, work: Callable[[], object]) -> None:
        """Start a task of a call."""
        super().beside(call, work)
        self.names[call.tasks[-1]] = f"{call.number}.{len(call.tasks)}"

    def ask_as(self, number: int, what: str, account: int, patience: float, work: Callable[[Call], T]) -> T | None:
        """Run work as the call of this number, and wait for its answer; None when none comes."""
        self.next_number = number
        answer = self.ask(what, account, patience, work)
        self.calls_alive.pop(number, None)
        return answer

    def new_call(self, what: str, account: int) -> Call:
        """Return the call that was asked for; no crash is planned."""
        self.calls += 1
        call = Call(self.next_number, what, account, self.scheduler.now + FUNCTION_SECONDS, None)
        self.calls_alive[call.number] = call
        return call

    def answer_arrives(self) -> bool:
        """End what went on beside the call, which its answer does not wait for, and choose whether that gets through.

        What had begun then is a request that comes late, which is a fault of its own.
        """
        call = self.running()
        errands = [task for task in call.tasks if task is not getcurrent()]
        self.stage.forget(errands)
        for task in errands:
            self.scheduler.kill(task)
        return self._fault("answers", (SILENCE,)) is None

    def step(self, what: str, faults: Sequence[str], *, is_shared: bool) -> str | None:
        """Take a step of the present call; return the fault that it meets, None in fair weather.

        A step that `is_shared` waits for its turn. Death after a step is death before the next one of its call; and death
        at a step that is not shared, which changes nothing for anybody else, is death before the next that is.
        """
        call = self.running()
        call.passed += 1
        if is_shared:
            self.stage.turn(call.number)
        fault = self._fault(what, (DEATH, *faults) if is_shared else faults)
        if fault == DEATH:
            self.die(call, f"dies before: {what}")
        return fault

    def doze(self, deadline: Deadline) -> None:
        """Wait for an answer that does not come, to the end."""
        if seconds := deadline.remaining():
            self.stage.doze(seconds)
        call = self.running()
        if self.scheduler.now >= call.ends_at:
            self.die(call, "runs out of its function's time")

    def travel(self, seconds: float | None = None) -> None:
        """Pass time, if it is told how much: steps take none."""
        if seconds:
            self.stage.doze(seconds)

    def travel_or_run_late(self, deadline: Deadline) -> bool:
        """Tell whether any time is left."""
        return deadline.remaining() > 0

    def die(self, call: Call, how: str) -> None:
        """End a call with all its tasks."""
        self.stage.forget(call.tasks)
        self.calls_alive.pop(call.number, None)
        super().die(call, how)

    def learn(self, *values: object) -> None:
        """Note what the present task has just been told."""
        task = getcurrent()
        told = in_full((self.scheduler.now, values)).encode()
        self.learnt[task] = blake2b(self.learnt.get(task, b"") + told, digest_size=16).digest()

    def come_to(self, visit: int, keys: int) -> None:
        """Note how far the present device is and how many keys it used up: what it does next depends on nothing else."""
        self.learnt[getcurrent()] = bytes((visit, keys))

    def _fault(self, what: str, faults: Sequence[str]) -> str | None:
        """Choose one fault or none, while one may strike."""
        if not self.choices.budget.faults:
            return None
        taken = self.choices.pick(1 + len(faults), Price.FAULT)
        if not taken:
            return None
        self.learn(faults[taken - 1])
        self.journal.count(faults[taken - 1])
        self.say("FAULT", f"{faults[taken - 1]}, at: {what}")
        return faults[taken - 1]
