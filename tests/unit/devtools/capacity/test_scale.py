"""The model of partitions: measured as the product writes, full where the arithmetic says, and a conclusion never fails first."""

from dataclasses import replace

import pytest

from devtools.capacity.limits import NEW_TABLE, limits
from devtools.capacity.measured import AUDIT_NAME, OPERATIONS_NAME, Measured, measured
from devtools.capacity.partitions import BURST_SECONDS, WRITES, Bucket, Partitions
from devtools.capacity.scale import RATES, main
from devtools.capacity.traffic import Traffic
from tests.unit.adapters.aws.dynamodb.priced import KEY, MEMBERS, REQUEST_ID, steps

SECONDS = 1.0
STARS = 1.5  # an exponent at which the star has 38 % of all bookings


@pytest.fixture(scope="module")
def booking() -> Measured:
    """Return the measured booking."""
    return measured()


def test_the_measured_booking_is_the_one_that_the_use_cases_write(booking: Measured) -> None:
    """Row by row and copy by copy, as the whole pipeline with a counting store does it."""
    (_, claim), (_, conclusion) = steps(lambda world: world.place(MEMBERS, idempotency_key=KEY, request_id=REQUEST_ID))
    assert (booking.claim, booking.conclusion) == (claim, conclusion)
    assert booking.units == 20
    assert (sum(booking.of_table(OPERATIONS_NAME)), sum(booking.of_table(AUDIT_NAME))) == (10, 4)


def test_a_bucket_holds_what_it_saved_and_no_more() -> None:
    """It fills by its rate up to the most, however long nobody comes."""
    bucket = Bucket(rate=WRITES, most=WRITES * BURST_SECONDS, left=0)
    assert not bucket.holds(1, 0)
    assert bucket.holds(500, 0.5)
    assert not bucket.holds(500.1, 0.5)
    assert bucket.holds(300_000, 10_000)
    assert not bucket.holds(300_001, 20_000)


@pytest.mark.parametrize("rate", [50, 500, 5_000])
def test_no_partition_is_full_at_any_rate_up_to_five_thousand(booking: Measured, rate: float) -> None:
    """Neither claims nor conclusions fail, with nothing saved for a burst, where the star has a tenth of all."""
    seen = Partitions(booking).simulate(Traffic(rate), SECONDS)
    assert seen.claims.made == seen.conclusions.made > rate
    assert (seen.claims.failed, seen.conclusions.failed) == (0, 0)


def test_of_a_star_the_claims_are_refused_and_no_conclusion_is_lost(booking: Measured) -> None:
    """What is sent is also recorded: the index of candidates is no part of a conclusion."""
    seen = Partitions(booking).simulate(Traffic(RATES[-1], exponent=STARS), SECONDS)
    assert seen.claims.failed > 100
    assert set(seen.claims.where) == {"by-candidate"}
    assert seen.claims.late > 0
    assert (seen.conclusions.failed, seen.conclusions.made) == (0, seen.claims.made)


def test_the_model_can_show_a_conclusion_that_fails(booking: Measured) -> None:
    """With all open operations in one partition, as an index of one constant has them."""
    seen = Partitions(booking, shard=lambda _: "1").simulate(Traffic(1_000), SECONDS)
    assert seen.conclusions.failed > 10
    assert set(seen.conclusions.where) == {"open"}


def test_a_rested_partition_bears_a_star_for_a_while(booking: Measured) -> None:
    """With 300 seconds saved, the same stretch is no trouble."""
    seen = Partitions(booking, saved_seconds=BURST_SECONDS).simulate(Traffic(RATES[-1], exponent=STARS), SECONDS)
    assert (seen.claims.failed, seen.conclusions.failed) == (0, 0)


def test_limits_come_in_the_order_in_which_they_are_reached(booking: Measured) -> None:
    """Each is used up at just the rate that it says, and a new table by as many bookings as its units pay for."""
    found = limits(booking, Traffic(1))
    rates = [limit.reached_at for limit in found]
    assert rates == sorted(rates)
    assert all(limit.used(limit.reached_at) == pytest.approx(1, rel=0.2) for limit in found)
    first_day = next(limit for limit in found if limit.name == "operations, on its first day")
    assert first_day.reached_at == NEW_TABLE / 10


def test_a_limit_of_a_partition_that_conclusions_need_is_above_every_rate(booking: Measured) -> None:
    """And what is reached first of all lets nothing be sent."""
    found = limits(booking, Traffic(1))
    (open_,) = [limit for limit in found if limit.name.startswith("open, a partition")]
    assert open_.reached_at > RATES[-1]
    assert "nothing is sent" in found[0].then
    heavier = replace(booking, conclusion=replace(booking.conclusion, indexes={"open": 3}))
    (heavy,) = [limit for limit in limits(heavier, Traffic(1)) if limit.name.startswith("open, a partition")]
    assert heavy.reached_at < RATES[-1]


def test_traffic_is_the_same_for_the_same_seed_and_as_much_as_it_says() -> None:
    """By accounts that stay within their limit, and by Zipf over candidates."""
    traffic = Traffic(1_000, candidates=100)
    came = list(traffic.arrivals(2))
    assert came == list(traffic.arrivals(2))
    assert len(came) == pytest.approx(2_000, rel=0.1)
    share = sum(one.candidate == 0 for one in came) / len(came)
    assert share == pytest.approx(traffic.star, rel=0.2)
    assert Traffic(50_000).accounts * 5 / 60 >= 10 * 50_000


def test_the_command_prints_both_tables(capsys: pytest.CaptureFixture[str]) -> None:
    """Where each limit is reached, and what became of each rate."""
    main(["--seconds", "0.05"])
    told = capsys.readouterr().out
    assert "A booking is 20 write units" in told
    assert all(f"| {rate:,}/s | " in told for rate in RATES)
    assert "| open, a partition of 16 | 1,000 | 8,000/s |" in told
