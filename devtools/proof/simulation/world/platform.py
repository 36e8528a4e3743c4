"""The platform that runs calls: it kills them where it likes, ends them in time, and loses answers on the way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from greenlet import getcurrent, greenlet

from chalicelib.domain.time_budget import Deadline
from devtools.proof.simulation.journal import Journal
from devtools.proof.simulation.oracle.history import CALL, History
from devtools.proof.simulation.world.scheduler import Scheduler
from devtools.proof.simulation.world.weather import Weather

T = TypeVar("T")

FUNCTION_SECONDS = 26.0
LAST_CRASH_POINTS = (12, 24, 48)  # a plain booking passes 16 to 22 of them, reconciliation many more
LONGEST_PAUSE_SECONDS = 25.0


@dataclass(slots=True)
class Call:
    """One invocation. `crash_point` is the way to or from a port on which it is killed, counted from 1."""

    number: int
    what: str
    account: int
    ends_at: float
    crash_point: int | None
    passed: int = 0
    claimed: tuple[str, int] | None = None
    tasks: list[greenlet] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return what the journal calls it."""
        return f"{CALL}{self.number}"


@dataclass(slots=True)
class Heard(Generic[T]):
    """What reached whoever asked; None when nothing did in time."""

    answer: T | None = None
    is_over: bool = False


class Platform:
    """Runs work as calls, each in tasks of its own."""

    def __init__(self, scheduler: Scheduler, weather: Weather, journal: Journal, history: History) -> None:
        self.scheduler = scheduler
        self.weather = weather
        self.journal = journal
        self.history = history
        self._calls: dict[greenlet, Call] = {}
        self.calls = 0

    def ask(self, what: str, account: int, patience: float, work: Callable[[Call], T]) -> T | None:
        """Run work as a call and wait for its answer or error, at most for `patience` seconds; None when none comes."""
        call = self.new_call(what, account)
        heard: Heard[T] = Heard()
        client = getcurrent()

        def stop_waiting() -> None:
            if not heard.is_over:
                heard.is_over = True
                client.switch()

        def serve() -> None:
            answer = self._answer(call, work)
            if self.answer_arrives() and not heard.is_over:
                heard.answer = answer
                stop_waiting_soon()

        def stop_waiting_soon() -> None:
            self.scheduler.at(self.scheduler.now + self.weather.latency(), stop_waiting)

        self.beside(call, serve)
        self.scheduler.at(self.scheduler.now + patience, stop_waiting)
        self.scheduler.park()
        return heard.answer

    def new_call(self, what: str, account: int) -> Call:
        """Return the next call, and whether and where it is killed."""
        self.calls += 1
        crash_point = None
        if self.weather.strikes(self.weather.crash):
            crash_point = self.weather.rng.randint(1, self.weather.pick(LAST_CRASH_POINTS))
        return Call(self.calls, what, account, self.scheduler.now + FUNCTION_SECONDS, crash_point)

    def answer_arrives(self) -> bool:
        """Tell whether the answer of the present call gets through to whoever asked."""
        return not self.weather.strikes(self.weather.lost_answer)

    def beside(self, call: Call, work: Callable[[], object]) -> None:
        """Start a task of a call."""
        task = self.scheduler.spawn(work)
        self._calls[task] = call
        call.tasks.append(task)

    def running(self) -> Call:
        """Return the call that the present task belongs to."""
        return self._calls[getcurrent()]

    def travel(self, seconds: float | None = None) -> None:
        """Pass one way between the call and the world outside; the call may die on it."""
        call = self.running()
        call.passed += 1
        if call.passed == call.crash_point:
            self.die(call, "is killed")
        seconds = self.weather.latency() if seconds is None else seconds
        if self.weather.strikes(self.weather.pause):  # the whole function stands still, and no deadline cuts that short
            seconds += self.weather.rng.uniform(0, LONGEST_PAUSE_SECONDS)
            self.journal.count("pauses")
        self.scheduler.sleep(seconds)
        if self.scheduler.now >= call.ends_at:
            self.die(call, "runs out of its function's time")

    def travel_or_run_late(self, deadline: Deadline) -> bool:
        """Pass one way within a deadline; tell whether it was in time."""
        seconds, left = self.weather.latency(), deadline.remaining()
        self.travel(min(seconds, left))
        return seconds < left

    def say(self, what: str, *details: object) -> None:
        """Tell something of the present call."""
        if self.journal.is_told:
            self.journal.say(self.running().name, what, *details)

    def _answer(self, call: Call, work: Callable[[Call], T]) -> T | None:
        """Do the work; an error that is not handed over as an answer is a fault of the product."""
        answer: T | None = None
        try:
            answer = work(call)
        except Exception as error:  # noqa: BLE001 (whatever it is, the oracle reports it)
            self.history.foreign_errors.append(f"{call.name} {call.what}: {error!r}")
        self.journal.count(f"{call.what}: {'died' if answer is None else type(answer).__name__}")
        self.journal.say(call.name, "answers", type(answer).__name__, answer)
        return answer

    def die(self, call: Call, how: str) -> None:
        """End a call with all its tasks, in the middle of whatever they do."""
        self.journal.count("calls killed")
        self.journal.say(call.name, how)
        for task in call.tasks:
            self.scheduler.kill(task)
        self.scheduler.park()


class SimulatedConcurrency:
    """Implements `Concurrency` with tasks of the calling call."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def start(self, call: Callable[[], T], deadline: Deadline) -> Callable[[], T]:
        """Start `call` beside the caller; its ports keep the deadline themselves."""
        del deadline
        results: list[T | Exception] = []
        waiting: list[greenlet] = []

        def work() -> None:
            try:
                results.append(call())
            except Exception as error:  # noqa: BLE001 (whatever it is, it belongs to whoever asks for the result)
                results.append(error)
            for task in waiting:
                self._platform.scheduler.wake(task)

        def result() -> T:
            if not results:
                waiting.append(getcurrent())
                self._platform.scheduler.park()
            value = results[0]
            if isinstance(value, Exception):
                raise value
            return value

        self._platform.beside(self._platform.running(), work)
        return result

    def set_off(self, errand: Callable[[], None]) -> None:
        """Start a task that nobody waits for; an error of it is a fault of the product."""
        call = self._platform.running()

        def work() -> None:
            try:
                errand()
            except Exception as error:  # noqa: BLE001 (whatever it is, the oracle reports it)
                self._platform.history.foreign_errors.append(f"{call.name} {call.what}, beside it: {error!r}")

        self._platform.beside(call, work)
