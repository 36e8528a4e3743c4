"""The rules on SessionDate and AcceptBy."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.booking.policy import BookingPolicy
from chalicelib.domain.booking.rules.form import violations
from tests.builders import broken_rules, form, members

SPRING = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-20 21:30", "2028-02-29 00:00", "9999-12-31 23:59", "2026-01-20T21:30:00Z", "2026-01-20t21:30:00z",
        "2026-01-20T21:30:00+00:00", "2026-01-20T21:30:00-00:00", "2026-01-20T21:30:00.000Z", "2026-01-20T22:30:00+01:00",
        "2026-01-21T03:15:00+05:45", "2026-01-20T16:30:00.0000000000-05:00",
        "2026-01-20T21:30", "2026-01-20t21:30", "2026-01-20T21:30:00", "2026-01-20 21:30:00", "2026-01-20T21:30:00.000",
        "2026-01-20 21:30:00.0000000", f"2026-01-20T21:30:00.{'0' * 44}", f"2026-01-20T21:30:00.{'0' * 43}Z",
    ],
)  # fmt: skip
def test_a_date_has_adultwork_s_form_or_that_of_rfc_3339(value: str) -> None:
    """Take both forms, that of AdultWork's answers, any offset, and a fraction that is zero, in at most 64 characters."""
    assert broken_rules(members(SessionDate=value)) == []


NO_DATES: list[JsonValue] = [
    "", " ", "tomorrow", "2026-01-20", "21:30", "2026-01-20 24:00", "2026-01-20 21:60", "2026-01-20 25:30",
    "2026-13-20 21:30", "2026-02-29 21:30", "2026-04-31 21:30", "2026-00-10 21:30", "2026-01-00 21:30", "0000-01-20 21:30",
    "10000-01-20 21:30", "26-01-20 21:30", "2026-1-20 21:30", "2026-01-20 9:30",

    "2026-01-20 21:30:01", "2026-01-20T21:30:59", "2026-01-20T21:30:00.001", "2026-01-20T21:30:00.",
    "2026-01-20 21:30:0", "2026-01-20T21:30:", "2026-01-20T21:30.0", "2026-01-20T24:00", "2026-02-29T21:30", "2026-01-20X21:30",
    f"2026-01-20T21:30:00.{'0' * 45}", f"2026-01-20T21:30:00.{'0' * 44}Z",
    "2026-01-20 21:30Z", "2026-01-20 21:30 ", " 2026-01-20 21:30", "2026-01-20 21:30\n", "2026-01-20\t21:30",
    "2026-01-20  21:30", "2026-01-20\u00a021:30", "2026/01/20 21:30", "20-01-2026 21:30", "20260120 2130",
    "2026-W04-2 21:30", "2026-020 21:30", "+2026-01-20 21:30", "2026-01-20 21.30", "2026-01-20 9:30 PM",
    "2026\u201101\u201120 21:30", "\u09e8\u09e6\u09e8\u09ec-\u09e6\u09e7-\u09e8\u09e6 \u09e8\u09e7:\u09e9\u09e6",
    "\uff12\uff10\uff12\uff16-01-20 21:30", "2026-01-20 21:30:00Z", "2026-01-20T21:30:00 Z",
    "2026-01-20T21:30Z", "2026-01-20T21:30:01Z", "2026-01-20T21:30:60Z", "2026-01-20T21:30:00.5Z", "2026-01-20T21:30:00.Z",
    "2026-01-20T21:30:00,000Z", "2026-01-20T21:30:00+0100", "2026-01-20T21:30:00+01", "2026-01-20T21:30:00+24:00",
    "2026-01-20T21:30:00+00:60", "2026-01-20T21:30:00-00:99", "2026-01-20T24:00:00Z", "2026-01-20T21:30:00ZZ",
    "2026-01-20T21:30:00Z\n", "2026-01-20T21:30:00\uff3a", "2026-W04-2T21:30:00Z", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:00-14:00", 1768944600, Decimal("1768944600.0"), True, False, [], ["2026-01-20 21:30"], {},
]  # fmt: skip


@pytest.mark.parametrize("value", NO_DATES)
@pytest.mark.parametrize(
    ("name", "rule"), [("SessionDate", "session-date-form"), ("AcceptBy", "accept-by-form")], ids=["session", "accept"]
)
def test_any_other_form_is_refused(name: str, rule: str, value: JsonValue) -> None:
    """Refuse what the standard library's parsers would take, other scripts' digits, odd seconds and other types."""
    assert broken_rules(members(**{name: value})) == [rule]


@pytest.mark.parametrize("minute", ["01:00", "01:30", "01:59"])
def test_the_hour_that_spring_leaves_out_does_not_exist(minute: str) -> None:
    """Choose it for the session, and as the end of the invitation; its neighbours exist."""
    session = members(SessionDate=f"2026-03-29 {minute}", AcceptBy="2026-03-28 18:00")
    accept_by = members(SessionDate="2026-03-29 21:30", AcceptBy=f"2026-03-29 {minute}")
    assert broken_rules(session, now=SPRING) == ["session-date-exists"]
    assert broken_rules(accept_by, now=SPRING) == ["accept-by-exists"]
    neighbours = members(SessionDate="2026-03-29 02:00", AcceptBy="2026-03-29 00:59")
    assert broken_rules(neighbours, now=SPRING) == []


@pytest.mark.parametrize(
    ("value", "rules"),
    [
        ("2026-01-15 12:01", []),
        ("2026-01-15 12:00", ["accept-by-future"]),
        ("2026-01-15 11:59", ["accept-by-future"]),
        ("2026-01-15T12:01:00Z", []),
        ("2026-01-15T13:00:00+01:00", ["accept-by-future"]),
        ("2026-01-15T13:00:00-01:00", []),
        ("1970-01-01 00:00", ["accept-by-future"]),
        ("0001-01-01 00:00", ["accept-by-future"]),
    ],
)
def test_the_future_begins_after_now(value: str, rules: list[str]) -> None:
    """Judge at noon; the very minute is over."""
    assert broken_rules(members(AcceptBy=value)) == rules


def test_the_future_is_judged_to_the_microsecond() -> None:
    """Judge a moment before and at the minute."""
    before = datetime(2026, 1, 20, 17, 59, 59, 999_999, tzinfo=UTC)
    assert broken_rules(members(), now=before) == []
    assert broken_rules(members(), now=datetime(2026, 1, 20, 18, 0, tzinfo=UTC)) == ["accept-by-future"]


def test_a_session_in_the_past_is_refused() -> None:
    """Choose yesterday for the session and the day before for the answer."""
    document = members(SessionDate="2026-01-14 21:30", AcceptBy="2026-01-13 21:30")
    assert broken_rules(document) == ["session-date-future", "accept-by-future"]


@pytest.mark.parametrize(
    ("accept_by", "session", "rules"),
    [
        ("2026-01-20 21:29", "2026-01-20 21:30", []),
        ("2026-01-20 21:30", "2026-01-20 21:30", ["accept-by-before-session"]),
        ("2026-01-20 21:31", "2026-01-20 21:30", ["accept-by-before-session"]),
        ("2026-01-20T21:29:00Z", "2026-01-20 21:30", []),
        ("2026-01-20T21:29:00-05:00", "2026-01-20 21:30", ["accept-by-before-session"]),
        ("2026-01-20T23:29:00+05:00", "2026-01-20T21:30:00Z", []),
        ("2026-07-20T20:29:00Z", "2026-07-20 21:30", []),
        ("2026-07-20T20:30:00Z", "2026-07-20 21:30", ["accept-by-before-session"]),
    ],
)
def test_the_invitation_ends_before_the_session(accept_by: str, session: str, rules: list[str]) -> None:
    """Compare instants across both forms, offsets and summer time."""
    assert broken_rules(members(AcceptBy=accept_by, SessionDate=session)) == rules


@pytest.mark.parametrize(
    ("hour", "minute", "message"),
    [
        (0, 29, None),
        (0, 30, "one of the two hours that it can mean is over"),
        (1, 29, "one of the two hours that it can mean is over"),
        (1, 30, "it must be in the future"),
    ],
)
def test_the_doubled_hour_lies_in_the_future_only_under_both_readings(
    hour: int, minute: int, message: str | None
) -> None:
    """Ask for 01:30 of the night in which 01:30 comes twice, at 00:30 and at 01:30 UTC."""
    document = members(AcceptBy="2026-10-25 01:30", SessionDate="2026-10-26 21:30")
    found = violations(form(document, now=datetime(2026, 10, 25, hour, minute, tzinfo=UTC)))
    assert [violation.rule for violation in found] == ([] if message is None else ["accept-by-future"])
    assert all(message in violation.message for violation in found if message)


@pytest.mark.parametrize(
    ("accept_by", "session", "rules"),
    [
        ("2026-10-25 00:59", "2026-10-25 01:00", []),
        ("2026-10-25 01:59", "2026-10-25 02:00", []),
        ("2026-10-25 01:15", "2026-10-25 01:45", ["accept-by-before-session"]),
        ("2026-10-25 01:45", "2026-10-25 01:15", ["accept-by-before-session"]),
        ("2026-10-25T01:15", "2026-10-25T01:45:00", ["accept-by-before-session"]),
    ],
)
def test_inside_the_doubled_hour_no_order_is_sure(accept_by: str, session: str, rules: list[str]) -> None:
    """Refuse an order that one reading breaks."""
    assert broken_rules(members(AcceptBy=accept_by, SessionDate=session)) == rules


BOTH_LOST = ["session-date-ambiguous", "accept-by-ambiguous"]


@pytest.mark.parametrize(
    ("accept_by", "session", "rules"),
    [
        ("2026-10-25T00:45:00Z", "2026-10-25T01:30:00Z", BOTH_LOST),
        ("2026-10-25T01:15:00+01:00", "2026-10-25T01:45:00+00:00", BOTH_LOST),
        ("2026-10-25T01:45:00+01:00", "2026-10-25T01:15:00+00:00", BOTH_LOST),
        ("2026-10-25T01:15:00+00:00", "2026-10-25T01:45:00+01:00", [*BOTH_LOST, "accept-by-before-session"]),
        ("2026-10-25T00:59:00+01:00", "2026-10-25T02:00:00+00:00", []),
        ("2026-10-24T18:00:00Z", "2026-10-25T02:00:00+01:00", ["session-date-ambiguous"]),
        ("2026-10-25T00:00:00Z", "2026-10-25 21:30", ["accept-by-ambiguous"]),
        ("2026-10-25T01:59:00Z", "2026-10-25 21:30", ["accept-by-ambiguous"]),
        ("2026-10-25T01:15:00Z", "2026-10-25 01:45", ["accept-by-ambiguous", "accept-by-before-session"]),
        ("2026-10-25 01:15", "2026-10-25T01:30:00Z", ["session-date-ambiguous"]),
        ("2026-10-25 01:30", "2026-10-25T01:30:00Z", ["session-date-ambiguous", "accept-by-before-session"]),
    ],
)
def test_an_instant_in_the_doubled_hour_is_refused_by_a_rule_of_its_own(
    accept_by: str, session: str, rules: list[str]
) -> None:
    """Say exactly which of the two; AdultWork is told local time, so the other could come of it. Its order is exact."""
    assert broken_rules(members(AcceptBy=accept_by, SessionDate=session)) == rules


@pytest.mark.parametrize(("minute", "rules"), [(29, []), (30, ["accept-by-future"])])
def test_an_instant_in_the_doubled_hour_lies_in_the_future_or_not(minute: int, rules: list[str]) -> None:
    """Name the first of the two hours, while the second is still to come."""
    document = members(AcceptBy="2026-10-25T01:30:00+01:00", SessionDate="2026-10-26 21:30")
    found = broken_rules(document, now=datetime(2026, 10, 25, 0, minute, tzinfo=UTC))
    assert found == ["accept-by-ambiguous", *rules]


LONDON_CLOCK = {"time_zone": "Europe/London"}


@pytest.mark.parametrize(
    ("zone", "value", "before", "after"),
    [
        ("Europe/London", "2026-10-25T01:00:00+01:00", "2026-10-25 00:59", "2026-10-25 02:00"),
        ("Europe/London", "2026-10-25T01:59:00Z", "2026-10-25 00:59", "2026-10-25 02:00"),
        ("Australia/Lord_Howe", "2026-04-04T14:45:00Z", "2026-04-05 01:29", "2026-04-05 02:00"),
        ("America/New_York", "2026-11-01T01:30:00-05:00", "2026-11-01 00:59", "2026-11-01 02:00"),
    ],
)
def test_the_nearest_minutes_that_adultwork_s_clock_shows_once_are_named(
    zone: str, value: str, before: str, after: str
) -> None:
    """Ask for instants in doubled hours of several zones, one of which repeats half an hour."""
    policy = BookingPolicy(ZoneInfo(zone))
    (violation,) = violations(form(members(SessionDate=value), policy=policy))
    assert violation.rule == "session-date-ambiguous"
    assert violation.message == (
        "Choose another minute for the time of the session: the clocks go back, and AdultWork's clock shows this minute "
        f"twice. The nearest that can be are {before} and {after}."
    )
    assert violation.params == {"nearest_before": before, "nearest_after": after, "time_zone": zone}
    for minute in (before, after):
        assert broken_rules(members(SessionDate=minute), policy=policy) == []


def test_the_nearest_minutes_of_a_missing_hour_are_named() -> None:
    """Ask for the middle of it."""
    document = members(SessionDate="2026-03-29 21:30", AcceptBy="2026-03-29T01:30")
    (violation,) = violations(form(document, now=SPRING))
    assert violation.message == (
        "Choose another minute for the time to accept by: the clocks go forward and leave this hour out. The nearest "
        "that can be are 2026-03-29 00:59 and 2026-03-29 02:00."
    )
    nearest = {"nearest_before": "2026-03-29 00:59", "nearest_after": "2026-03-29 02:00"}
    assert violation.params == nearest | LONDON_CLOCK


def test_what_a_date_is_measured_by_is_told_exactly() -> None:
    """Break the form, the future and the order, at an instant that is not a whole second and not told in UTC."""
    now = datetime(2026, 1, 15, 13, 0, 0, 5000, tzinfo=ZoneInfo("Europe/Paris"))
    document = members(SessionDate="2026-01-14 21:30", AcceptBy="2026-01-14 22:30")
    found = {violation.rule: violation for violation in violations(form(document, now=now))}
    late = {"later_than": "2026-01-15T12:00:00.005000Z"}
    assert {rule: violation.params for rule, violation in found.items()} == {
        "session-date-future": late,
        "accept-by-future": late,
        "accept-by-before-session": {"earlier_than": "/SessionDate"},
    }
    assert [violation.message for violation in found.values()] == [
        "Choose a later minute for the time of the session: it must be in the future.",
        "Choose a later minute for the time to accept by: it must be in the future.",
        "Choose an earlier minute for the time to accept by: it must be before the time of the session.",
    ]
    (violation,) = violations(form(members(AcceptBy="soon")))
    forms = ("YYYY-MM-DD HH:MM", "YYYY-MM-DDTHH:MM", "YYYY-MM-DDTHH:MM:00", "YYYY-MM-DDTHH:MM:00+HH:MM")
    assert violation.params == {"forms": forms} | LONDON_CLOCK
    assert violation.message == (
        "Send the time to accept by as 'YYYY-MM-DD HH:MM' on AdultWork's clock, or as RFC 3339 with an offset; any "
        "seconds must be zero."
    )


@pytest.mark.parametrize("accept_by", ["nonsense", "2026-03-29 01:30"])
def test_the_order_is_not_judged_when_a_date_means_no_instant(accept_by: str) -> None:
    """Leave the complaint to the rule that knows the reason."""
    assert "accept-by-before-session" not in broken_rules(members(AcceptBy=accept_by, SessionDate="2026-03-29 00:30"))
    assert "accept-by-before-session" not in broken_rules(members(AcceptBy="2026-03-30 01:30", SessionDate=accept_by))


def test_dates_are_read_on_the_clock_of_the_policy() -> None:
    """Judge one local date by two zones, one of which has reached it."""
    document = members(AcceptBy="2026-01-15 17:00")
    assert broken_rules(document, policy=BookingPolicy(ZoneInfo("Asia/Kathmandu"))) == ["accept-by-future"]
    assert broken_rules(document, policy=BookingPolicy(ZoneInfo("Europe/London"))) == []


def test_years_that_the_clock_cannot_convert_have_no_date() -> None:
    """Ask for the first and the last minute of the calendar far from Greenwich."""
    east, west = BookingPolicy(ZoneInfo("Pacific/Auckland")), BookingPolicy(ZoneInfo("America/New_York"))
    assert broken_rules(members(AcceptBy="0001-01-01 00:00"), policy=east) == ["accept-by-form"]
    assert broken_rules(members(SessionDate="9999-12-31 23:59"), policy=west) == ["session-date-form"]
