"""Every outage of the table rings exactly its alarms, and its cause is told in the log; an hour of healthy traffic rings none.

The functions are those of the zip under awslambdaric, and what they tell is what they have told; only the time is simulated:
two hours of healthy traffic, then two hours of the outage.
"""

import json

import pytest

from devtools.deploy.watching.outages import OUTAGES, Outage
from tests.outages import plays_of_bookings, plays_of_others
from tests.outages.cloudwatch import CloudWatch
from tests.outages.playing import has
from tests.outages.stage import HOUR, Recording, Stage
from tests.repo.unpacked_zip import lambda_only

PLAYS = {**plays_of_bookings.PLAYS, **plays_of_others.PLAYS}
BEGINS, ENDS = 2 * HOUR, 4 * HOUR
SECRETS = ("client-token", "07123456789", "k" * 64, "eyJ")  # the last begins every token of the identity provider

pytestmark = [lambda_only, pytest.mark.timeout(600)]


def test_healthy_hours_ring_nothing(cloudwatch: CloudWatch, healthy: Recording) -> None:
    """Not even broken rules do, or the first request of a process."""
    told = [each for hour in range(4) for each in healthy.later(hour * HOUR)]
    assert len(cloudwatch.alarms) > 20
    assert cloudwatch.rung(told, BEGINS, ENDS) == set()


@pytest.mark.parametrize("outage", OUTAGES, ids=lambda outage: outage.name.replace(" ", "-"))
def test_an_outage_rings_its_alarms_and_tells_its_cause(
    outage: Outage, stage: Stage, cloudwatch: CloudWatch, healthy: Recording
) -> None:
    """And no others."""
    happens, stopped = PLAYS[outage.name]
    recording = Recording()
    happens(stage, recording)
    told = [each for hour in range(2) for each in healthy.later(hour * HOUR)]
    told += [each for hour in range(2, 4) for each in healthy.later(hour * HOUR, without=stopped)]
    told += recording.later(BEGINS)
    assert cloudwatch.rung(told, BEGINS, ENDS) == set(outage.alarms)
    assert not outage.line or any(has(line, outage.line) for line in recording.lines), recording.lines
    written = json.dumps(recording.lines)
    assert not any(secret in written for secret in SECRETS)


def test_every_outage_is_played() -> None:
    """And nothing is played that is not in the table."""
    assert PLAYS.keys() == {outage.name for outage in OUTAGES}
