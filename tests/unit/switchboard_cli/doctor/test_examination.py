"""The examination: what cannot be looked at ends no other check, and the end of the command says what is known."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from devtools.places import ROOT
from switchboard_cli.doctor.account import Account, date_of, front_of
from switchboard_cli.doctor.command import end_of, told_as
from switchboard_cli.doctor.examination import CHECKS, Check, verdict_of
from switchboard_cli.doctor.verdict import Fault, Note, State, Verdict
from switchboard_cli.exits import Exit

FAULT = Fault("somewhere", "is wrong", "mend it")
HEALTHY, FAULTS = Verdict("one", [Note("here", "is so")]), Verdict("two", [FAULT])
UNSEEN = Verdict("three", unseen="AccessDenied")


def check(error: Exception) -> Check:
    """Return a check that cannot look."""

    def examine(account: Account) -> Iterator[Fault | Note]:
        del account
        raise error

    return Check("some", "at something", examine)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ClientError({"Error": {"Code": "AccessDenied"}}, "GetRolePolicy"), "AccessDenied"),
        (KeyError("DigestBucket"), "the stage has no 'DigestBucket'"),
    ],
)
def test_a_check_that_cannot_look_says_why(error: Exception, told: str) -> None:
    """It is neither healthy nor a fault."""
    verdict = verdict_of(check(error), Account("dev"))
    assert verdict.state is State.UNSEEN
    assert told in str(verdict.unseen)


@pytest.mark.parametrize(
    ("verdicts", "end", "told"),
    [
        ([HEALTHY], Exit.DONE, "healthy"),
        ([HEALTHY, UNSEEN], Exit.NOT_LOOKED, "not seen"),
        ([HEALTHY, UNSEEN, FAULTS], Exit.FOUND_WRONG, "faults"),
    ],
)
def test_a_fault_outweighs_what_was_not_seen(verdicts: list[Verdict], end: Exit, told: str) -> None:
    """0, 2 and 1."""
    assert (end_of(verdicts), told_as(verdicts)) == (end, told)


def test_a_date_that_cannot_be_read_is_none() -> None:
    """Whatever an upstream sends."""
    assert date_of({}) is date_of({"date": "soon"}) is None
    assert str(date_of({"date": "Thu, 15 Jan 2026 12:00:00 GMT"})) == "2026-01-15 12:00:00+00:00"


def test_an_api_is_reached_where_its_stack_says_or_at_the_stand_in() -> None:
    """Which tells APIs apart by their host."""
    told = "https://abc.execute-api.eu-west-2.amazonaws.com/dev/"
    assert front_of(told, None).url == told.rstrip("/")
    here = front_of(told, "http://127.0.0.1:1")
    assert (here.url, here.headers) == ("http://127.0.0.1:1/dev", {"Host": "abc.execute-api.localhost"})


def test_the_guide_has_every_check() -> None:
    """In the words of the command."""
    page = (ROOT / "docs" / "operations.md").read_text()
    table = page.partition("## Examine a stage")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("| `")]
    assert [(row[0].strip(" `"), row[1].strip()) for row in rows] == [(one.name, one.looks_at) for one in CHECKS]
