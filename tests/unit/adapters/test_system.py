"""The machine: clocks, ids, randomness and threads."""

import re
import time
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, current_thread

import pytest
from ulid import ULID

from chalicelib.adapters.system import SystemClock, ThreadConcurrency, UlidSource, random_bytes
from chalicelib.domain.errors import InvalidTokenError, Trouble, UpstreamUnavailableError
from chalicelib.domain.time_budget import Deadline
from tests.builders import NOW


def soon(seconds: float = 2) -> Deadline:
    """Return a deadline on the real clock."""
    return Deadline.after(SystemClock().monotonic, seconds)


def test_the_clock_tells_the_time_in_utc() -> None:
    """Compare with the machine's."""
    before, now, after = datetime.now(UTC), SystemClock().now(), datetime.now(UTC)
    assert before <= now <= after
    assert now.utcoffset() == timedelta(0)


def test_sleeping_takes_its_time_on_the_monotonic_clock() -> None:
    """Sleep for a moment."""
    clock = SystemClock()
    started = clock.monotonic()
    clock.sleep(0.01)
    assert 0.01 <= clock.monotonic() - started < 2
    assert clock.monotonic() <= time.monotonic()


def test_ids_are_ulids_that_sort_by_time() -> None:
    """Make ids a second apart, and two at the same instant."""
    ids = UlidSource()
    made = [ids.operation_id(NOW + timedelta(seconds=second)) for second in range(3)]
    assert all(re.fullmatch(r"op_[0-9A-HJKMNP-TV-Z]{26}", each) for each in made)
    assert made == sorted(made)
    assert ids.operation_id(NOW) != ids.operation_id(NOW)
    assert ids.operation_id(NOW)[:13] == made[0][:13]
    assert [ULID.from_str(each[3:]).datetime for each in made] == [
        NOW + timedelta(seconds=second) for second in range(3)
    ]


def test_random_bytes_are_as_many_as_asked_for_and_new() -> None:
    """Draw some, none, and two that would be equal if they were not random."""
    assert [len(random_bytes(length)) for length in (32, 12, 0)] == [32, 12, 0]
    assert random_bytes(32) != random_bytes(32)


def test_calls_run_beside_ours_and_beside_each_other() -> None:
    """Let two calls and the own thread wait for each other."""
    barrier, concurrency = Barrier(3), ThreadConcurrency(2)

    def meet() -> str:
        barrier.wait(2)
        return current_thread().name

    results = [concurrency.start(meet, soon()) for _ in range(2)]
    barrier.wait(2)
    names = {result() for result in results}
    assert len(names) == 2
    assert all(name.startswith("read") for name in names)


def test_the_error_of_a_call_reaches_whoever_asks_for_its_result() -> None:
    """Fail a call; nothing happens until its result is asked for."""
    failure = InvalidTokenError("unknown")

    def fail() -> None:
        raise failure

    result = ThreadConcurrency(1).start(fail, soon())
    with pytest.raises(InvalidTokenError) as caught:
        result()
    assert caught.value is failure


def test_a_call_that_outlives_its_deadline_is_not_waited_for() -> None:
    """Let a call hang: the answer comes half a second after the deadline, and is safe to try again."""
    released = Event()
    result = ThreadConcurrency(1).start(lambda: released.wait(5), soon(0))
    started = time.monotonic()
    try:
        with pytest.raises(UpstreamUnavailableError, match="sent nothing") as caught:
            result()
    finally:
        released.set()
    assert 0.45 < time.monotonic() - started < 2
    assert (caught.value.trouble, caught.value.retry_after_seconds) == (Trouble.LATE, 5)


def test_a_call_that_ends_in_the_grace_after_its_deadline_is_heard() -> None:
    """Let a call end just after the deadline, with an error that says more than ours."""
    ended = Event()

    def fail_late() -> None:
        ended.wait(0.05)
        raise InvalidTokenError("unknown")

    result = ThreadConcurrency(1).start(fail_late, soon(0))
    with pytest.raises(InvalidTokenError):
        result()


def test_an_errand_is_waited_for_by_nobody_and_its_error_is_told_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Set off one that hangs and one that fails: the caller goes on at once."""
    released, ended = Event(), Event()
    concurrency = ThreadConcurrency(2)

    def fail() -> None:
        released.wait(5)
        try:
            raise ValueError("a phone number, say")
        finally:
            ended.set()

    concurrency.set_off(fail)
    concurrency.set_off(lambda: None)
    assert not ended.is_set()
    released.set()
    assert ended.wait(5)
    concurrency.start(lambda: None, soon())()
    concurrency._executor.shutdown(wait=True)  # noqa: SLF001 (nothing in production ends it)
    (record,) = caplog.records
    assert (record.message, record.levelname) == ("errand.failed", "ERROR")
    assert "phone" not in str(record.__dict__["known_fields"])
