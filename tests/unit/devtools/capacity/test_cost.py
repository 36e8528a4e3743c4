"""The bill: made of measured units and bytes, priced by one table, and told by the guide as the command tells it."""

from dataclasses import replace
from datetime import date

import pytest

from devtools.capacity.cost import (
    Assumptions,
    Line,
    Prices,
    bill,
    main,
    of_a_month,
    of_bookings,
    own_seconds,
)
from devtools.capacity.limits import limits
from devtools.capacity.measured import measured
from devtools.capacity.scale import limits_table
from devtools.capacity.traffic import Traffic
from devtools.places import ROOT

PRICES, ASSUMED = Prices.read(), Assumptions()
BOOKING = measured()


def item(lines: list[Line], name: str) -> Line:
    """Return one item of a bill."""
    (found,) = [line for line in lines if line.item == name]
    return found


def bookings(assumed: Assumptions = ASSUMED) -> list[Line]:
    """Return the bill of 1,000 bookings."""
    return list(of_bookings(BOOKING, own_seconds(), assumed, PRICES))


def test_write_units_are_paid_as_they_are_measured() -> None:
    """20,000 for 1,000 bookings, at 62.5 cents a million."""
    line = item(bookings(), "DynamoDB, write units")
    assert line.quantity == 20_000
    assert line.dollars == pytest.approx(0.0125)


def test_a_slow_adultwork_costs_the_functions_time_and_nothing_else() -> None:
    """A second more for 1,000 bookings is 1,000 seconds of a gigabyte."""
    slow = bookings(replace(ASSUMED, upstream_seconds=2.5))
    differing = [one.item for one, other in zip(slow, bookings(), strict=True) if one != other]
    assert differing == ["Lambda, gigabyte-seconds"]
    assert item(slow, differing[0]).quantity - item(bookings(), differing[0]).quantity == pytest.approx(1_000)


def test_an_idle_month_is_what_the_template_makes() -> None:
    """Three keys, a secret, every alarm, and three functions each hour."""
    month = list(of_a_month(ASSUMED, PRICES))
    assert item(month, "KMS, keys").quantity == 3
    assert item(month, "Secrets Manager, secrets").quantity == 1
    assert item(month, "Lambda, calls").quantity == 3 * 730
    assert item(month, "CloudWatch, alarms").quantity >= 16


def test_prices_have_a_date_and_a_region() -> None:
    """So that nobody takes them for today's."""
    assert date.fromisoformat(PRICES.as_of) > date(2026, 1, 1)
    assert PRICES.region == "us-east-1"


def test_the_guides_have_what_the_commands_print() -> None:
    """The bills, and where each limit is reached."""
    guide = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    assert "\n".join(bill("1,000 bookings", bookings())) in guide
    assert "\n".join(bill("a month without any", of_a_month(ASSUMED, PRICES))) in guide
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert "\n".join(limits_table(limits(BOOKING, Traffic(1)))) in page


def test_the_command_tells_its_assumptions_and_takes_others(capsys: pytest.CaptureFixture[str]) -> None:
    """In the same words."""
    main(["--upstream-seconds", "0.3"])
    told = capsys.readouterr().out
    assert "- 0.3 seconds that a booking waits for AdultWork" in told
    assert "Prices of us-east-1" in told
