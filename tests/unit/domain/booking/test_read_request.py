"""From a form without violations to the typed request."""

from decimal import Decimal

import pytest

from chalicelib.domain.booking.booking import ContactMethod
from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.booking.rules.form import read_request
from tests.builders import MEMBERS, PHONE, booking_request, form, members, without


def test_a_form_becomes_the_request_that_it_describes() -> None:
    """Read the form that the other tests start from."""
    assert read_request(form(MEMBERS)) == booking_request()


@pytest.mark.parametrize(
    ("method", "phone_number", "skype_name"),
    [
        (ContactMethod.CANDIDATE_CALLS, PHONE, None),
        (ContactMethod.CLIENT_CALLS, None, None),
        (ContactMethod.SKYPE, None, "live:someone"),
    ],
)
def test_only_the_contact_that_the_method_uses_is_kept(
    method: ContactMethod, phone_number: str | None, skype_name: str | None
) -> None:
    """Send both contacts with each method."""
    request = read_request(form(members(Method=int(method), PhoneNumber=PHONE, SkypeName="live:someone")))
    assert (request.method, request.phone_number, request.skype_name) == (method, phone_number, skype_name)


def test_a_phone_number_is_kept_as_digits() -> None:
    """Send it with separators."""
    assert read_request(form(members(PhoneNumber="(0770) 090-0123"))).phone_number == PHONE


def test_dates_are_kept_in_adultwork_s_form_and_zone() -> None:
    """Send both with an offset, in summer time."""
    document = members(AcceptBy="2026-07-20T17:00:00Z", SessionDate="2026-07-20t16:30:00.0-04:00")
    request = read_request(form(document))
    assert (request.accept_by, request.session_date) == ("2026-07-20 18:00", "2026-07-20 21:30")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (32, "32"), (Decimal(32), "32"), (Decimal("32.0000"), "32"), (Decimal("3.2E+1"), "32"), (Decimal("1E+3"), "1000"),
        (Decimal("32.50"), "32.5"), (Decimal("3.25E1"), "32.5"), (Decimal("1E-4"), "0.0001"), (Decimal("-0"), "0"),
    ],
)  # fmt: skip
def test_credits_are_kept_exactly(sent: JsonValue, kept: str) -> None:
    """Send amounts in several spellings; one amount is kept in one."""
    amount = read_request(form(members(Credits=sent))).credits
    assert isinstance(amount, Decimal)
    assert str(amount) == kept


@pytest.mark.parametrize("sent", [15, Decimal(15), Decimal("15.00"), Decimal("1.5E1")])
def test_a_whole_number_is_kept_as_one_however_it_is_written(sent: JsonValue) -> None:
    """Send the duration in four spellings."""
    duration = read_request(form(members(Duration=sent))).duration
    assert (type(duration), duration) == (int, 15)


@pytest.mark.parametrize("document", [members(Comments=""), members(Comments=None), without("Comments")])
def test_empty_comments_are_no_comments(document: dict[str, JsonValue]) -> None:
    """Send the three ways to say nothing."""
    assert read_request(form(document)).comments is None


def test_comments_are_kept_as_they_are() -> None:
    """Send blanks, line breaks and markup."""
    text = "  two\r\nlines <b>&\t\U0001f600 "
    assert read_request(form(members(Comments=text))).comments == text


@pytest.mark.parametrize("name", ["BookUserID", "SessionDate", "Duration", "Method", "Credits", "AcceptBy"])
def test_a_form_with_violations_has_no_request(name: str) -> None:
    """Leave a required member out and read all the same."""
    with pytest.raises(ValueError, match=r"^a form with violations has no typed request$"):
        read_request(form(without(name)))
