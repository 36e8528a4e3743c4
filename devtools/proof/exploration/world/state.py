"""The state of a run, as one hash: two runs with equal states can only go on equally, and be judged equally.

It holds all that what follows depends on. What a task will do depends on what it was told so far, and on nothing else: it is
single-threaded code that asks for time, chance and the world through ports, so a hash of all answers stands for its stack.
"""

from collections.abc import Callable
from hashlib import blake2b

from greenlet import getcurrent, greenlet

from chalicelib.application.booking.place_booking import Answered
from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.operation.operation import ANSWERED, FREES_GUARD, keyed_operation_id
from devtools.proof.exploration.world.in_full import in_full
from devtools.proof.exploration.world.platform import ExploredPlatform
from devtools.proof.exploration.world.requests import ExploredRequests
from devtools.proof.exploration.world.upstream import Upstream
from devtools.proof.simulation.oracle.answers_told import LEAVES_OPEN
from devtools.proof.simulation.world.store import STALE_SECONDS


class State:
    """Hashes one run; what was hashed before and cannot change is not hashed again."""

    def __init__(
        self,
        platform: ExploredPlatform,
        upstream: Upstream,
        requests: ExploredRequests,
        rows: Callable[[], str],
        remembered: Callable[[], object],
    ) -> None:
        self._platform = platform
        self._upstream = upstream
        self._requests = requests
        self._rows = rows
        self._remembered = remembered
        self._rows_seen = (-1, b"")
        self._denied: set[tuple[str, int]] = set()
        self._denying: set[int] = set()
        self._answered: dict[str, float] = {}
        self._told: dict[str, bytes] = {}
        self._moves_seen = self._said_seen = 0

    def __call__(self) -> bytes:
        """Return the hash of the present state, without what is left of the budgets."""
        self._take_in()
        history = self._platform.history
        return _hash(
            self._platform.scheduler.now,
            self._tables(),
            self._remembered(),
            self._requests.throttled_at == self._platform.scheduler.now,
            history.bookings,
            [user.balance for user in self._upstream.users.values()],
            sorted(map(in_full, history.posts)),
            self._lately_moved(),
            sorted(self._denied),
            sorted(self._told.items()),
            self._paused_too_late(),
            sorted(self._denying & {post.call for post in history.posts}),
            self._tasks(),
        )

    def _tables(self) -> bytes:
        """Return the content of the tables: operations, keys, guards, bookings, counts, people, and the chains of events."""
        if self._rows_seen[0] != self._requests.applied:
            self._rows_seen = (self._requests.applied, _hash(self._rows()))
        return self._rows_seen[1]

    def _take_in(self) -> None:
        """Take in what is new in the history and can still be contradicted by what comes."""
        history = self._platform.history
        for move in history.moves[self._moves_seen :]:
            if move.after.state in FREES_GUARD:
                self._denied.add((move.after.id, move.after.attempt))
            if move.after.state in ANSWERED and not move.after.is_retryable:
                self._answered.setdefault(move.after.id, move.at)
        self._moves_seen = len(history.moves)
        for said in history.said[self._said_seen :]:
            if isinstance(said.answer, SwitchboardError) and not isinstance(said.answer, LEAVES_OPEN):
                self._denying.add(said.call)
            elif isinstance(said.answer, Answered) and not said.answer.audit_pending:
                told = (said.answer.answer.status, said.answer.answer.body)
                self._told.setdefault(said.answer.operation_id, _hash(told))
        self._said_seen = len(history.said)

    def _paused_too_late(self) -> list[int]:
        """Return the calls that run in a paused container, and whose request had its answer when they came."""
        asked = {number: self._platform.history.asked.get(number) for number in self._platform.calls_alive}
        return [
            number
            for number, one in sorted(asked.items())
            if one is not None
            and one.key is not None
            and not one.is_sending
            and self._answered.get(keyed_operation_id(one.account, one.key), one.at) < one.at
        ]

    def _lately_moved(self) -> list[str]:
        """Return the moves that an index that is behind may not show yet."""
        since = self._platform.scheduler.now - STALE_SECONDS
        return sorted(in_full(move) for move in self._platform.history.moves if move.at > since)

    def _tasks(self) -> tuple[object, ...]:
        """Return where each task stands, and what may happen by itself."""
        platform, stage, names = self._platform, self._platform.stage, self._platform.names
        due = [(time, names.get(_woken(action), "")) for time, action in stage.due() if not _is_dead(action)]
        calls = [
            (
                call.number,
                call.passed,
                call.claimed,
                call.ends_at,
                [(platform.learnt.get(task), task.dead) for task in call.tasks],
            )
            for _, call in sorted(platform.calls_alive.items())
        ]
        turns = sorted(((call, names[task]) for call, task in stage.turns), key=lambda turn: turn[0])  # in their order
        moves = [(move.identity, move.earliest, move.latest) for move in stage.moves]
        return (
            calls,
            [platform.learnt.get(task) for task in platform.devices],
            turns,
            due,
            sorted(moves),
            names.get(getcurrent(), "nobody"),
            stage.current if any(call == stage.current for call, _ in turns) else 0,
            stage.chosen,
            names[stage.went_last] if any(task is stage.went_last for _, task in stage.turns) else "",
        )


def _woken(action: Callable[[], object]) -> greenlet | None:
    """Return the task that an action wakes, if it does."""
    task = getattr(action, "__self__", None)
    return task if isinstance(task, greenlet) else None


def _is_dead(action: Callable[[], object]) -> bool:
    task = _woken(action)
    return task is not None and task.dead


def _hash(*parts: object) -> bytes:
    return blake2b(in_full(parts).encode(), digest_size=16).digest()
