"""Judgements of a stage at work: who hears of alarms, what is started each hour, how much fits, the clocks, and the upstream."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from switchboard_cli.doctor.facts import (
    API,
    AlarmFacts,
    ClockFacts,
    LoadFacts,
    ScheduleFacts,
    TopicFacts,
    UpstreamFacts,
)
from switchboard_cli.doctor.verdict import Fault, Note

# Dates of HTTP have whole seconds, and an answer takes its time; AWS refuses signatures that are five minutes off.
LARGEST_SKEW = timedelta(seconds=30)
FAILING = 500  # and above: an answer of HTTP that says that the server could not
UNRESERVED = 100  # of an account's concurrent executions Lambda reserves none of these
BY_THE_CLOCK = 3  # functions, each of which has one reserved
SUBSCRIBE = 'make deploy STAGE=… SET="AlarmEmail=you@example.org", and confirm the mail that AWS sends.'


def judge_alarms(alarms: Iterable[AlarmFacts], topics: Iterable[TopicFacts]) -> Iterator[Fault | Note]:
    """Judge whether each alarm tells somebody, and whether one rings."""
    heard = {topic.called for topic in topics}
    for topic in topics:
        if not topic.hearing:
            waits = topic.pending > 0
            what = f"{topic.pending} subscriptions wait for their confirmation, and" if waits else "has no subscriber:"
            mend = "Confirm the mail that AWS has sent; it may be in a spam folder." if waits else SUBSCRIBE
            yield Fault(topic.called.rpartition(":")[2], f"{what} nobody hears of an alarm", mend)
    count = 0
    for alarm in alarms:
        count += 1
        if not alarm.is_armed:
            yield Fault(
                alarm.name, "does nothing when it rings: its actions are off", "aws cloudwatch enable-alarm-actions"
            )
        elif not heard & set(alarm.topics):
            yield Fault(alarm.name, "tells no topic", "Set its action back to the stage's AlarmTopic.")
        if alarm.is_ringing:
            yield Fault(alarm.name, f"rings now. {alarm.told}", "docs/operations.md has a section for it.")
    if not count:
        yield Fault("alarms", "the stage has none", "Deploy the stage again: make deploy STAGE=…")


def judge_schedules(schedules: Iterable[ScheduleFacts]) -> Iterator[Fault | Note]:
    """Judge whether what has to happen each hour is started."""
    for one in schedules:
        if not one.is_enabled:
            yield Fault(one.function, "is not started: its rule is disabled", "aws events enable-rule")
        if one.calls == 0:
            yield Fault(one.function, "is not started: no call is let in", "aws lambda put-function-concurrency … 1")


def judge_load(load: LoadFacts) -> Iterator[Fault | Note]:
    """Judge whether all that the gateway lets in can run at once, when each call takes the longest that it may."""
    most = load.rate * load.call_seconds + load.burst
    if load.reserved == 0:
        yield Fault(API, "serves nobody: no call is let in", "aws lambda delete-function-concurrency, or deploy.")
    elif load.reserved is not None and load.reserved < most:
        what = f"a slow AdultWork lets {most:g} calls run at once, and {load.reserved} are reserved: others get a 429"
        yield Fault(API, what, _more(most))
    elif load.reserved is None and load.account < most:
        what = f"a slow AdultWork lets {most:g} calls run at once, and the account has {load.account} for all functions"
        yield Fault(API, what, _more(most))


def _more(most: float) -> str:
    return (
        f'SET="ReservedConcurrency={most:.0f}" and deploy; the account needs {most + UNRESERVED + BY_THE_CLOCK:.0f} '
        f"concurrent executions (Service Quotas, Lambda): {UNRESERVED} stay unreserved, and what the clock starts has "
        f"{BY_THE_CLOCK}."
    )


def judge_clock(clock: ClockFacts) -> Iterator[Fault | Note]:
    """Judge whether this machine, AWS and the upstream mean the same second."""
    if clock.aws is None:
        yield Note("AWS", "tells no time in its answers")
        return
    if (off := _off(clock.here, clock.aws)) is not None:
        mend = "Set this machine by a time server: what is settled from here is recorded with its time."
        yield Fault("this machine", f"is {off} of AWS", mend)
    if clock.upstream is None:
        yield Note("AdultWork", "tells no time in its answers; whether its clock is right is not known")
    elif (off := _off(clock.upstream, clock.aws)) is not None:
        mend = "Tell AdultWork. Until then a SessionDate or AcceptBy of the next minutes may be refused by either side."
        yield Fault("AdultWork", f"is {off} of AWS", mend)


def _off(one: datetime, other: datetime) -> str | None:
    """Return how far a clock is off, None where it is near enough."""
    difference = one - other
    if abs(difference) <= LARGEST_SKEW:
        return None
    return f"{abs(difference).total_seconds():.0f} seconds {'ahead' if difference > timedelta() else 'behind'}"


def judge_upstream(upstream: UpstreamFacts) -> Iterator[Fault | Note]:
    """Judge whether the upstream answers at all; without a token, what it answers says no more."""
    if upstream.status is None:
        mend = "Look at AdultWork's status, and at ADULTWORK_BASE_URL; `Sending=0` tells callers meanwhile."
        yield Fault(upstream.url, f"cannot be reached from here: {upstream.failure}", mend)
    elif upstream.status >= FAILING:
        yield Fault(upstream.url, f"answers {upstream.status}", "Wait; `Sending=0` tells callers meanwhile.")
