"""The stories that a chain may tell, and each way in which one cannot be."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.audit.stored_event import ALLOWED_SKEW
from chalicelib.domain.review.behaviour import Windows, first_impossible
from chalicelib.domain.review.impossible import Impossible, impossible_at
from tests.builders import NOW
from tests.unit.domain.review.telling import (
    AMBIGUOUS,
    CLAIMED,
    CONFIRMED,
    COUNTED,
    DENIED,
    EXPIRED,
    FOUND,
    LEASE_OVER,
    NOT_CREATED,
    NOT_SENT,
    REFUSED,
    REFUSED_TOKEN,
    REJECTED,
    RELEASED,
    RESOLVED,
    UNKNOWN,
    Step,
    claim,
    found,
    told,
)

EXACT = Windows(skew=timedelta(0))
SKEW = ALLOWED_SKEW.total_seconds()


def breach(steps: Sequence[Step], windows: Windows | None = None) -> tuple[Impossible, int, str] | None:
    """Return what is wrong with the story of some steps."""
    finding = first_impossible(told(*steps), windows)
    if finding is None:
        return None
    assert finding.operation_id == "op_1"
    return Impossible(finding.kind), finding.sequence, finding.what


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [REFUSED],
        [COUNTED],
        [CLAIMED],
        [CLAIMED, CONFIRMED],
        [CLAIMED, CONFIRMED, RELEASED],
        [CLAIMED, REJECTED],
        [CLAIMED, NOT_SENT, claim(2, 2), REFUSED_TOKEN.at(3), claim(3, 4), CONFIRMED.at(5)],
        [CLAIMED, UNKNOWN, FOUND, RELEASED],
        [CLAIMED, UNKNOWN, NOT_CREATED],
        [CLAIMED, UNKNOWN, AMBIGUOUS, RESOLVED, RELEASED],
        [CLAIMED, UNKNOWN, AMBIGUOUS, DENIED],
        [CLAIMED, LEASE_OVER, FOUND],
        [CLAIMED, LEASE_OVER, EXPIRED, RESOLVED],
        [CLAIMED, UNKNOWN, EXPIRED, DENIED],
    ],
)
def test_what_the_protocol_does_is_no_finding(steps: Sequence[Step]) -> None:
    """Tell each of its stories, on clocks that are right."""
    assert breach(steps, EXACT) is None
    assert breach(steps) is None


@pytest.mark.parametrize(
    ("steps", "sequence", "what"),
    [
        ([CONFIRMED], 1, "confirmed follows nothing"),
        ([claim(2)], 1, "claimed follows nothing as attempt 2"),
        ([CLAIMED, claim(2)], 2, "claimed follows SENDING as attempt 2"),
        ([CLAIMED, CLAIMED], 2, "claimed follows SENDING as attempt 1"),
        ([CLAIMED, NOT_CREATED], 2, "not-created follows SENDING"),
        ([CLAIMED, RELEASED], 2, "released follows SENDING"),
        ([CLAIMED, CONFIRMED, CONFIRMED], 3, "confirmed follows CONFIRMED"),
        ([CLAIMED, CONFIRMED, claim(2)], 3, "claimed follows CONFIRMED as attempt 2"),
        ([CLAIMED, CONFIRMED, RELEASED, RELEASED], 4, "released follows a release"),
        ([CLAIMED, REJECTED, claim(2)], 3, "claimed follows REJECTED as attempt 2"),
        ([CLAIMED, NOT_SENT, claim(3)], 3, "claimed follows NOT_SENT as attempt 3"),
        ([CLAIMED, NOT_SENT, FOUND], 3, "confirmed follows NOT_SENT"),
        ([CLAIMED, UNKNOWN, EXPIRED, AMBIGUOUS.at(90_000)], 4, "ambiguous follows EXPIRED_UNKNOWN"),
        ([REFUSED, REFUSED], 2, "a refusal follows another event"),
        ([CLAIMED, REFUSED], 2, "a refusal follows another event"),
        ([COUNTED, CLAIMED], 2, "claimed follows a refusal"),
    ],
)
def test_a_move_that_no_step_makes_is_found(steps: Sequence[Step], sequence: int, what: str) -> None:
    """The first bad event is named, whatever comes after it."""
    assert breach(steps) == (Impossible.MOVE, sequence, what)
    assert breach([*steps, CONFIRMED.at(99_999)]) == (Impossible.MOVE, sequence, what)


@pytest.mark.parametrize(("seconds", "is_wrong"), [(1 - SKEW, False), (1 - SKEW - 0.001, True)])
def test_time_runs_backwards_by_no_more_than_clocks_are_wrong(seconds: float, *, is_wrong: bool) -> None:
    """A clock may be three minutes behind that of the event before."""
    expected = (Impossible.TIME, 3, "it is 0:03:00.001000 before event 2") if is_wrong else None
    assert breach([CLAIMED, NOT_SENT, claim(2, seconds)]) == expected


def test_all_events_are_of_one_client_and_one_candidate() -> None:
    """Neither changes; a pseudonym stands for both as well."""
    what = "its client or its candidate is another one than before"
    assert breach([CLAIMED, replace(CONFIRMED, client=1002)]) == (Impossible.OTHERS, 2, what)
    assert breach([CLAIMED, replace(CONFIRMED, candidate=9)]) == (Impossible.OTHERS, 2, what)
    assert breach([CLAIMED, CONFIRMED, replace(RELEASED, candidate=None)]) == (Impossible.OTHERS, 3, what)


@pytest.mark.parametrize("name", ["request", "attempt", "call", "fingerprint", "guard_until"])
def test_a_claim_says_what_its_rows_are_made_again_from(name: str) -> None:
    """Without an attempt it is not even the first one."""
    kind, sequence, what = breach([CLAIMED.without(name)]) or (None, None, None)
    assert sequence == 1
    if name == "attempt":
        assert (kind, what) == (Impossible.MOVE, "claimed follows nothing as attempt 0")
    else:
        assert (kind, what) == (Impossible.INCOMPLETE, f"it does not say {name}")


def test_each_attempt_is_a_call_of_its_own() -> None:
    """Two calls that wrote the same would both have sent."""
    steps = [CLAIMED, NOT_SENT, claim(2, 2).but(call="op_call_1")]
    assert breach(steps) == (Impossible.ANOTHER_REQUEST, 3, "its call has claimed before")


def test_all_attempts_are_for_one_request() -> None:
    """One that differs was sent under the key of the first."""
    steps = [CLAIMED, NOT_SENT, claim(2, 2).but(fingerprint="key-1:another")]
    assert breach(steps) == (Impossible.ANOTHER_REQUEST, 3, "it is for another request than the first attempt")
    third = [CLAIMED, NOT_SENT, claim(2, 2), NOT_SENT.at(3), claim(3, 4).but(fingerprint="key-1:another")]
    assert breach(third) == (Impossible.ANOTHER_REQUEST, 5, "it is for another request than the first attempt")


@pytest.mark.parametrize("step", [CONFIRMED, REJECTED, NOT_SENT, UNKNOWN])
@pytest.mark.parametrize("name", ["upstream_status", "timings_ms"])
def test_a_conclusion_says_how_the_post_went(step: Step, name: str) -> None:
    """Only who sent it can say."""
    expected = (Impossible.INCOMPLETE, 2, "it does not say how the POST went")
    assert breach([CLAIMED, step.without(name)]) == expected


@pytest.mark.parametrize("step", [CONFIRMED, REJECTED, NOT_SENT])
def test_only_an_unknown_outcome_comes_of_a_lease_that_is_over(step: Step) -> None:
    """Who finds that nobody works on it any more knows nothing else."""
    silent = replace(step, seconds=40, details={"reason": "lease-over"})
    assert breach([CLAIMED, silent]) == (Impossible.INCOMPLETE, 2, "it does not say how the POST went")


@pytest.mark.parametrize("step", [CONFIRMED, REJECTED])
def test_an_answer_has_a_status(step: Step) -> None:
    """A success or a refusal is AdultWork's word."""
    expected = (Impossible.INCOMPLETE, 2, "it does not say the status of AdultWork's answer")
    assert breach([CLAIMED, step.but(upstream_status=None)]) == expected


def test_what_was_not_sent_was_not_answered() -> None:
    """It cannot have a status."""
    expected = (Impossible.INCOMPLETE, 2, "it does not say that nothing was sent: AdultWork has answered")
    assert breach([CLAIMED, NOT_SENT.but(upstream_status=503)]) == expected


@pytest.mark.parametrize(("seconds", "is_wrong"), [(31, False), (30.999, True)])
def test_a_lease_is_over_when_its_function_is_surely_dead(seconds: float, *, is_wrong: bool) -> None:
    """The function's timeout is 26 seconds, and the margin 5."""
    what = "0:00:30.999000 after the claim the call may still have been at work"
    expected = (Impossible.TOO_EARLY, 2, what) if is_wrong else None
    assert breach([CLAIMED, LEASE_OVER.at(seconds)], EXACT) == expected
    assert breach([CLAIMED, LEASE_OVER.at(seconds)]) is None


@pytest.mark.parametrize(("seconds", "is_wrong"), [(900, False), (899.999, True)])
def test_nothing_booked_is_said_when_the_settle_window_is_over(seconds: float, *, is_wrong: bool) -> None:
    """The reading began then, however long it took; the window is that of the newest attempt."""
    what = "0:14:59.999000 after the claim a booking may still have turned up"
    expected = (Impossible.TOO_EARLY, 3, what) if is_wrong else None
    verdict = found(NOT_CREATED.kind, [], seconds=seconds)
    assert breach([CLAIMED, UNKNOWN, verdict.at(2000)], EXACT) == expected
    longer = Windows(timedelta(0), settle=timedelta(minutes=20))
    assert breach([CLAIMED, UNKNOWN, verdict.at(2000)], longer) is not None
    again = [CLAIMED, NOT_SENT, claim(2, 800), UNKNOWN.at(801), found(NOT_CREATED.kind, [], seconds=1000)]
    assert breach(again) == (Impossible.TOO_EARLY, 5, "0:03:20 after the claim a booking may still have turned up")


@pytest.mark.parametrize(("seconds", "is_wrong"), [(86_400, False), (86_399, True)])
def test_an_operation_expires_when_its_day_is_over(seconds: float, *, is_wrong: bool) -> None:
    """Its user may come back until then."""
    expected = (Impossible.TOO_EARLY, 3, "23:59:59 after the claim a user may still come back") if is_wrong else None
    assert breach([CLAIMED, UNKNOWN, EXPIRED.at(seconds)], EXACT) == expected


@pytest.mark.parametrize(
    ("told_window", "waited", "is_wrong"),
    [
        (60, 60, False),
        (60, 59.999, True),
        (1800, 1800, False),
        (1800, 1799.999, True),
        (59, 899.999, True),
        (59, 900, False),
        (-(10**20), 899.999, True),
        (10**20, 899.999, True),
        (10**20, 900, False),
        ("60", 899.999, True),
        (None, 899.999, True),
    ],
)
def test_a_record_tells_the_window_that_it_waited_for(told_window: Any, waited: float, *, is_wrong: bool) -> None:  # noqa: ANN401 (any member)
    """A window that no deployment can be set to excuses nothing: the usual one is asked for."""
    verdict = found(NOT_CREATED.kind, [], seconds=waited).but(window_s=told_window)
    assert (breach([CLAIMED, UNKNOWN, verdict.at(2000)], EXACT) is not None) is is_wrong


@pytest.mark.parametrize(
    ("told_window", "is_wrong"), [(3600, False), (3599, True), (2_592_000, True), (2_592_001, False)]
)
def test_an_expiry_may_be_an_hour_to_thirty_days(told_window: int, *, is_wrong: bool) -> None:
    """Of the four, the second and the last count as not told: a day is asked for."""
    waited = {3600: 3600, 3599: 3599, 2_592_000: 2_591_999, 2_592_001: 86_400}[told_window]
    steps = [CLAIMED, UNKNOWN, EXPIRED.at(waited).but(window_s=told_window)]
    assert (breach(steps, EXACT) is not None) is is_wrong


@pytest.mark.parametrize(("told_window", "is_wrong"), [(5, False), (6, True), (4, True)])
def test_a_lease_is_the_function_s_own(told_window: int, *, is_wrong: bool) -> None:
    """It is no shorter than its margin."""
    steps = [CLAIMED, LEASE_OVER.at(5).but(window_s=told_window)]
    assert (breach(steps, EXACT) is not None) is is_wrong


@pytest.mark.parametrize(
    ("step", "what"),
    [
        (FOUND.without("evidence"), "what was read"),
        (FOUND.without("matching_bookings"), "what was read"),
        (FOUND.but(evidence={"pages": 1}), "what was read"),
        (FOUND.but(evidence={"read_at": "noon"}), "what was read"),
        (FOUND.but(evidence={"read_at": "2026-01-15T12:00:00"}), "what was read"),
        (FOUND.but(evidence={"read_at": 1}), "what was read"),
        (RESOLVED.at(60), "what was read"),
        (FOUND.but(matching_bookings=[7, 8]), "that the booking is the only one that matches"),
        (FOUND.but(matching_bookings=[8]), "that the booking is the only one that matches"),
        (FOUND.but(matching_bookings=[]), "that the booking is the only one that matches"),
        (AMBIGUOUS.but(matching_bookings=[]), "which bookings it may be"),
        (NOT_CREATED.but(matching_bookings=[7]), "that the whole list was read and nothing in it matches"),
        (NOT_CREATED.but(evidence={**NOT_CREATED.details["evidence"], "is_complete": False}),
         "that the whole list was read and nothing in it matches"),
    ],
)  # fmt: skip
def test_a_verdict_says_what_it_rests_on(step: Step, what: str) -> None:
    """Reads settle what is unknown, and a person does not."""
    assert breach([CLAIMED, UNKNOWN, step]) == (Impossible.INCOMPLETE, 3, f"it does not say {what}")


@pytest.mark.parametrize("step", [RESOLVED, DENIED])
@pytest.mark.parametrize("before", [AMBIGUOUS, EXPIRED.at(86_401)])
def test_a_person_says_who_and_why(step: Step, before: Step) -> None:
    """Reads settle neither of these states any more."""
    for name, what in {"resolved_by": "who decided", "why": "why"}.items():
        expected = (Impossible.INCOMPLETE, 4, f"it does not say {what}")
        assert breach([CLAIMED, UNKNOWN, before, step.without(name)]) == expected
        assert breach([CLAIMED, UNKNOWN, before, step.but(**{name: ""})]) == expected


def test_a_booking_is_told_where_there_is_one() -> None:
    """By what confirms it, and by the release of the same."""
    silent, chatty = "it does not say which booking", "it tells a booking, and of none"
    assert breach([CLAIMED, replace(CONFIRMED, booking_id=None)]) == (Impossible.INCOMPLETE, 2, silent)
    assert breach([CLAIMED, CONFIRMED, replace(RELEASED, booking_id=None)]) == (Impossible.INCOMPLETE, 3, silent)
    assert breach([CLAIMED, replace(REJECTED, booking_id=7)]) == (Impossible.INCOMPLETE, 2, chatty)
    assert breach([replace(CLAIMED, booking_id=7)]) == (Impossible.INCOMPLETE, 1, chatty)
    other = (Impossible.INCOMPLETE, 3, "it is about booking 8, not 7")
    assert breach([CLAIMED, CONFIRMED, replace(RELEASED, booking_id=8)]) == other


@pytest.mark.parametrize(
    ("steps", "state", "last"),
    [
        ([CLAIMED], "SENDING", 1),
        ([CLAIMED, UNKNOWN], "UNKNOWN", 2),
        ([CLAIMED, CONFIRMED], None, 0),
        ([CLAIMED, UNKNOWN, AMBIGUOUS], None, 0),
        ([REFUSED], None, 0),
        ([], None, 0),
    ],
)
def test_an_operation_does_not_stay_open(steps: Sequence[Step], state: str | None, last: int) -> None:
    """A day, four sweeps, and what clocks are wrong; it is asked only at a time that is known."""
    ends = NOW + timedelta(hours=28) + ALLOWED_SKEW
    assert first_impossible(told(*steps)) is None
    assert first_impossible(told(*steps), now=ends) is None
    longer = Windows(expiry=timedelta(hours=48))
    assert first_impossible(told(*steps), longer, ends + timedelta(hours=24)) is None
    finding = first_impossible(told(*steps), now=ends + timedelta(milliseconds=1))
    what = f"the operation is {state} since it was claimed"
    assert finding == (impossible_at(Impossible.STILL_OPEN, "op_1", last, what) if state else None)


@pytest.mark.parametrize("kind", Impossible)
def test_every_kind_says_how_to_read_it(kind: Impossible) -> None:
    """Whole sentences, for whoever has not read this code."""
    finding = impossible_at(kind, "op_1", 3, "it is odd")
    assert (finding.kind, finding.operation_id, finding.sequence, finding.what) == (kind, "op_1", 3, "it is odd")
    assert finding.how_to_read.endswith(".")
    assert len(finding.how_to_read) > 40
