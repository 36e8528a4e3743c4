"""Our ranges of phone numbers against those of the numbering plan, as libphonenumber's metadata tell them.

Nothing is sampled: each pattern of the metadata is walked to all the beginnings that its numbers can have.
"""

import re
from collections.abc import Iterator
from itertools import product

import phonenumbers
import pytest
from phonenumbers import PhoneMetadata, PhoneNumberType

from chalicelib.domain.booking.phone_number import has_national_form, is_premium, national_form
from tests.builders import broken_rules, members

REGIONS = ("GB", "GG", "JE", "IM")  # all of +44
REFUSED = ("premium_rate", "shared_cost", "personal_number", "pager")  # ringing them costs extra, or reaches nobody
TAKEN = ("mobile", "fixed_line", "toll_free", "voip", "uan")
DIGITS = 5  # how long a beginning is; ours decide within four

TOKEN = re.compile(r"(?P<digits>\\d|[0-9]|\[[0-9-]+\])(?:\{(?P<times>[0-9]+)\})?|\(\?:|\)(?P<repeat>[{?*+])?|\|")


def beginnings(pattern: str) -> set[str]:
    """Return the beginnings of all numbers of a pattern; shorter where a number is."""
    tokens = list(TOKEN.finditer(pattern))
    assert "".join(token[0] for token in tokens) == pattern  # the walk knows all that the pattern is made of
    assert not any(token["repeat"] for token in tokens)
    found, end = _choices(tokens, 0)
    assert end == len(tokens)
    return found


def _choices(tokens: list[re.Match[str]], place: int) -> tuple[set[str], int]:
    """Walk one alternative after the other."""
    found: set[str] = set()
    while True:
        words, place = _sequence(tokens, place)
        found |= words
        if place == len(tokens) or tokens[place][0] == ")":
            return found, place
        place += 1


def _sequence(tokens: list[re.Match[str]], place: int) -> tuple[set[str], int]:
    """Walk digits and groups until the alternative ends."""
    words = {""}
    while place < len(tokens) and tokens[place][0] not in {"|", ")"}:
        if tokens[place][0] == "(?:":
            inner, place = _choices(tokens, place + 1)
            words = {(word + more)[:DIGITS] for word in words for more in inner}
        else:
            for _ in range(int(tokens[place]["times"] or 1)):
                words = {(word + digit)[:DIGITS] for word in words for digit in _digits(tokens[place]["digits"])}
        place += 1
    return words, place


def _digits(token: str) -> list[str]:
    """Return the digits that one place may hold."""
    return [digit for digit in "0123456789" if re.fullmatch(token, digit)]


def described() -> Iterator[tuple[str, str, str]]:
    """Yield region, kind and pattern of every range of +44."""
    for region, kind in product(REGIONS, (*REFUSED, *TAKEN)):
        metadata = PhoneMetadata.metadata_for_region(region)
        assert metadata is not None
        numbers = getattr(metadata, kind)
        if numbers is not None and numbers.national_number_pattern:
            yield region, kind, numbers.national_number_pattern


RANGES = list(described())


def test_the_plan_has_ranges_of_each_kind_to_compare_with() -> None:
    """An empty list would prove nothing; a shared cost is a premium rate in today's metadata."""
    assert {kind for _, kind, _ in RANGES} == {*REFUSED, *TAKEN} - {"shared_cost"}
    assert {region for region, _, _ in RANGES} == set(REGIONS)


@pytest.mark.parametrize(("region", "kind", "pattern"), RANGES, ids=[f"{region} {kind}" for region, kind, _ in RANGES])
def test_every_range_of_the_plan_is_judged_by_its_kind(region: str, kind: str, pattern: str) -> None:
    """Premium rates, shared costs, personal numbers and pagers are refused; all others of whatever region are not."""
    found = beginnings(pattern)
    assert found, region
    wrong = {beginning for beginning in found if is_premium(beginning.ljust(10, "0")) is not (kind in REFUSED)}
    assert wrong == set()


def test_a_beginning_decides_whatever_follows() -> None:
    """Walk all beginnings with the lowest and the highest ending, so that the comparison holds for whole numbers."""
    for value in range(10 ** (DIGITS - 1), 10**DIGITS):
        low, high = is_premium(f"{value}0000"), is_premium(f"{value}9999")
        assert low is high is is_premium(f"0{value}0000"), value


def test_no_range_beside_those_of_the_plan_is_refused() -> None:
    """Walk all beginnings: what no region has given out is refused only where the plan keeps it for such numbers."""
    refused = {f"{value}" for value in range(1000, 10_000) if is_premium(f"{value}000000")}
    given = {beginning[:4] for _, kind, pattern in RANGES if kind in REFUSED for beginning in beginnings(pattern)}
    assert given <= refused
    assert {beginning[:2] for beginning in refused - given} <= {
        "90",
        "70",
        "76",
        "84",
        "87",
        *(f"9{n}" for n in range(10)),
    }


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize(
    "kind", ["MOBILE", "FIXED_LINE", "PREMIUM_RATE", "PERSONAL_NUMBER", "PAGER", "VOIP", "UAN", "TOLL_FREE"]
)
def test_the_example_of_each_kind_is_judged_in_every_spelling(region: str, kind: str) -> None:
    """Write it nationally and internationally, as people and as machines do."""
    example = phonenumbers.example_number_for_type(region, getattr(PhoneNumberType, kind))
    if example is None:
        assert (region, kind) == ("IM", "PAGER")
        return
    expected = ["phone-number-premium"] if kind.lower() in REFUSED else []
    national = f"0{example.national_number}"
    for form in (
        phonenumbers.PhoneNumberFormat.E164,
        phonenumbers.PhoneNumberFormat.INTERNATIONAL,
        phonenumbers.PhoneNumberFormat.NATIONAL,
    ):
        written = phonenumbers.format_number(example, form)
        assert national_form(written) == national
        assert broken_rules(members(PhoneNumber=written)) == expected
        assert broken_rules(members(PhoneNumber=written.replace("+44", "0044").replace(" ", "\u00a0"))) == expected
    assert has_national_form(national)


@pytest.mark.parametrize(("region", "kind", "pattern"), RANGES, ids=[f"{region} {kind}" for region, kind, _ in RANGES])
def test_the_walk_finds_what_the_pattern_matches(region: str, kind: str, pattern: str) -> None:
    """Compare with the expression itself, on the example number and its neighbours."""
    example = phonenumbers.example_number_for_type(region, getattr(PhoneNumberType, kind.upper()))
    assert example is not None
    found = beginnings(pattern)
    digits = str(example.national_number)
    for place, digit in product(range(DIGITS), "0123456789"):
        number = f"{digits[:place]}{digit}{digits[place + 1 :]}"
        if re.fullmatch(pattern, number):
            assert number[:DIGITS] in found
