"""AuditVerification over more operations than there are sessions at once: it forgets, and finds what it would have found."""

from datetime import timedelta

import pytest

from chalicelib.application.review.audit_verification import AuditVerdict
from chalicelib.domain.audit.digest import HOUR
from chalicelib.domain.review.impossible import Impossible
from chalicelib.domain.review.stories import FEW
from tests.builders import NOW
from tests.trails import Trail, make_hours, make_looks
from tests.unit.application.review.test_audit_verification import Ground, ground_of, told
from tests.unit.domain.review.telling import CLAIMED, REQUEST, UNKNOWN, stored

STEP = timedelta(hours=9) / FEW  # a session is over before the last operations begin
ENDS = NOW + 2 * HOUR
SAME = "one session"


def chain(number: int, session: str) -> tuple[str, list[bytes]]:
    """Return an operation whose session is held until two hours after NOW."""
    seconds = number * STEP.total_seconds()
    until = max(ENDS, NOW + number * STEP + HOUR)
    request = {**REQUEST, "session_date": session}
    claimed = CLAIMED.at(seconds).but(request=request, guard_until=int(until.timestamp()))
    name = f"op_{number:026}"
    return name, list(stored(claimed, UNKNOWN.at(seconds + 1), operation_id=name).events)


@pytest.fixture(scope="module")
def trail() -> Trail:
    """Return operations of nine hours, two of which held one session at once, and somebody's looks at them."""
    doubled = {1: SAME, 40: SAME}
    chains = dict(chain(number, doubled.get(number, f"session {number}")) for number in range(2 * FEW))
    name, looks = make_looks("rita", [NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)])
    chains[name] = looks
    return Trail(chains, make_hours(chains, NOW, 19), NOW + 20 * HOUR)


def doubles(verdict: AuditVerdict) -> list[str | None]:
    """Return the operations that claimed a session which another one held."""
    return [one.operation_id for one in verdict.impossible if one.kind is Impossible.TWO_AT_ONCE]


def test_two_who_held_a_session_at_once_are_found_though_it_is_forgotten(trail: Trail) -> None:
    """Everything is looked at once, looks too."""
    verdict = ground_of(trail).verify()
    assert (told(verdict), doubles(verdict)) == ([], [f"op_{40:026}"])
    assert (verdict.records.operations, verdict.records.looks) == (2 * FEW, 2)


def test_one_that_the_index_has_lost_is_compared_before_the_other_is_forgotten(trail: Trail) -> None:
    """Digests tell when it began; one that the index has in a later place is looked at once all the same."""
    ground: Ground = ground_of(trail)
    del ground.records.index[f"op_{40:026}"]
    ground.records.index[f"op_{7:026}"] = NOW + 17 * HOUR
    verdict = ground.verify()
    assert (told(verdict), doubles(verdict)) == ([], [f"op_{40:026}"])
    assert verdict.records.operations == 2 * FEW
