"""The page about privacy says what the code does: names, figures, reasons and what remains."""

import re

from chalicelib.adapters.aws.dynamodb.audit_trail import COUNT_KEPT
from chalicelib.adapters.aws.people import person_rows
from chalicelib.adapters.aws.review.batches import LARGEST_BATCH
from chalicelib.application.people.run_errands import STRAGGLERS
from chalicelib.domain.operation.operation import GUARD_HOLDS_AFTER_SESSION
from chalicelib.domain.people.retention import OPERATIONS_AFTER_GUARD
from chalicelib.domain.people.trace import REMAINS, UNSETTLED, Reason
from chalicelib.edge.review.custody import ERASURE, HOLD, RETENTION
from chalicelib.review_settings import ReviewSettings
from chalicelib.setting_kinds import DEFAULT_DAYS, FEWEST_DAYS, MOST_DAYS
from chalicelib.settings import Settings
from devtools.deploy import digests
from devtools.deploy.template import LOG_RETENTION_DAYS
from devtools.places import ROOT
from tests.builders import NOW

PAGE = (ROOT / "docs" / "privacy.md").read_text()
FLAT = PAGE.replace("\n", " ")
DECISION = (ROOT / "docs" / "adr" / "0027-erasure.md").read_text().replace("\n", " ")


def section(title: str) -> str:
    """Return a section of the page."""
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def table(title: str) -> list[list[str]]:
    """Return the cells of the first table of a section."""
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_each_class_is_kept_for_as_long_as_the_code_keeps_it() -> None:
    """Three by setting, the same in both functions where both write them; one by its guard."""
    rows = {row[0]: row[2:] for row in table("What is stored, and for how long")}
    days = f"{DEFAULT_DAYS} days, from {FEWEST_DAYS} to {MOST_DAYS}"
    assert rows.pop("operations") == [
        f"{OPERATIONS_AFTER_GUARD.days} days after the guard, which ends 24 hours after the session",
        "none",
    ]
    settings = {name: setting.strip("`") for name, (_, setting) in rows.items()}
    assert {kept for kept, _ in rows.values()} == {days}
    assert settings == {name: f"{name.upper()}_KEPT_DAYS" for name in ("events", "contacts", "looks")}
    assert all(hasattr(ReviewSettings, setting.lower()) for setting in settings.values())
    assert all(hasattr(Settings, settings[name].lower()) for name in ("events", "contacts"))
    assert GUARD_HOLDS_AFTER_SESSION.total_seconds() == 24 * 3600


def test_names_and_other_times_are_those_of_the_code() -> None:
    """Rows, parameters, logs and counts."""
    assert f"`{person_rows.PERSON_PREFIX}<UserID>`" in PAGE
    assert f"`{digests.RETENTION}`" in PAGE
    assert f"**Logs**: {LOG_RETENTION_DAYS} days" in PAGE
    assert ("a day at most, and a day more" in PAGE, COUNT_KEPT.days) == (True, 1)
    assert ("For an hour, and until" in PAGE, STRAGGLERS.total_seconds()) == (True, 3600)
    assert all(f" {path}`" in PAGE for path in (ERASURE, HOLD, RETENTION))


def test_the_reasons_of_a_refusal_are_those_of_the_code() -> None:
    """And the states that are not settled."""
    reasons = {row[0].strip("`"): row[1] for row in table("How a person is erased")}
    assert reasons.keys() == {reason.value for reason in Reason}
    assert set(re.findall(r"[A-Z_]{5,}", reasons[Reason.OPEN])) == {state.value for state in UNSETTLED}


def test_what_remains_is_what_an_erasure_tells() -> None:
    """Line by line."""
    told = [line.removeprefix("- ") for line in section("What remains, and why it tells nothing").splitlines()]
    assert [line for line in told if line in REMAINS] == list(REMAINS)
    assert len([line for line in told if line.endswith(".") and line in REMAINS]) == len(REMAINS)


def test_the_decision_counts_as_the_code_does() -> None:
    """How many keys are looked for, in how many requests."""
    keys = len(list(person_rows.count_names(1001, NOW)))
    assert 5_800 < keys < 6_100
    assert f"some 6,000 keys in {-(-keys // LARGEST_BATCH)} requests" in DECISION
    assert f"the shortest retention is {FEWEST_DAYS} days" in DECISION
    assert f"`{person_rows.ERRANDS}`" in DECISION
