"""The pages about the reviewers' API say what the code does."""

import re

from chalicelib.application.review.count_operations import COUNT_BOUNDS
from chalicelib.application.review.door import TRIES
from chalicelib.application.review.search_operations import PAGE as PAGE_SIZE
from chalicelib.application.review.sign_in import SESSION_SECONDS
from chalicelib.domain.review.desk.chain import STATES
from chalicelib.domain.review.desk.plan import Bounds
from chalicelib.domain.review.desk.reviewer import Role
from chalicelib.edge.console.desk import CONSOLE
from chalicelib.edge.console.entry import CALLBACK
from chalicelib.edge.problems.reviewers import REVIEWERS_PROBLEM_TYPES
from chalicelib.edge.review.container import REASON_HEADER
from chalicelib.edge.review.query import LONGEST_REASON, SHORTEST_REASON
from chalicelib.edge.review.questions import FILTERS, LARGEST_PAGE
from chalicelib.edge.review.routes import OPERATION, STATISTICS
from chalicelib.review_settings import ReviewSettings
from devtools.deploy.review import PARAMETERS
from devtools.documents import settings_table
from devtools.local.review.identity import USERS
from devtools.local.run import DEFAULTS
from devtools.places import ROOT
from tests.contract.review.test_costs import PAGES

PAGE = (ROOT / "docs" / "reviewers.md").read_text()
DECISION = (ROOT / "docs" / "adr" / "0022-search.md").read_text().replace("\n", " ")


def section(title: str) -> str:
    """Return a section of the page."""
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def named(text: str) -> set[str]:
    """Return what the first cells of a table set in code."""
    return {
        name
        for line in text.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`([^`]+)`", line.split("|")[1])
    }


def test_the_settings_are_those_of_the_code() -> None:
    """With defaults and descriptions."""
    assert "\n".join(settings_table(ReviewSettings)) in PAGE
    assert all(name in section("Settings") for name in PARAMETERS)


def test_the_filters_states_and_sizes_are_those_of_the_code() -> None:
    """One row a parameter."""
    search = section("Search")
    assert named(search) == {*FILTERS, "limit", "cursor"}
    assert all(state in search for state in STATES)
    assert f"{PAGE_SIZE} unless it is set, {LARGEST_PAGE} at most" in search


def test_the_roles_users_problems_and_addresses_are_those_of_the_code() -> None:
    """None is missing."""
    assert named(section("Who may")) == {role.value for role in Role}
    assert all(f"`{row.slug}`" in PAGE for row in REVIEWERS_PROBLEM_TYPES.values())
    for user, roles in USERS.items():
        assert f"`{user}` ({', '.join(roles) or 'no role'})" in PAGE.replace("\n", " ")
    assert all(f"`GET {path}" in PAGE for path in (OPERATION, STATISTICS))
    assert all(f"`:{DEFAULTS[name]}`" in PAGE for name in ("REVIEW_PORT", "IDENTITY_PORT"))
    assert f"`{REASON_HEADER}`" in PAGE
    assert f"{SHORTEST_REASON} to {LONGEST_REASON} characters" in PAGE


def test_the_console_is_as_the_page_tells() -> None:
    """How long a session holds, where the provider sends back to, and pictures that are there and small."""
    console = section("The console")
    assert ("an hour at most" in console, SESSION_SECONDS) == (True, 3600)
    assert CALLBACK.removeprefix(CONSOLE) == "/callback"
    assert all(f"`{name}`" in console for name in ("REVIEW_CLIENT_ID", "REVIEW_CONSOLE_URL", f"…{CALLBACK}"))
    pictures = [ROOT / "docs" / name for name in re.findall(r"\]\((pictures/[a-z]+\.jpg)\)", console)]
    assert len(pictures) == 6
    assert all(0 < picture.stat().st_size < 150_000 for picture in pictures)


def test_the_bounds_are_those_of_the_code() -> None:
    """And so are the requests that a first page takes, which are measured on the stand-in."""
    bounds = Bounds()
    assert (
        f"at most {bounds.chains} operations (statistics: {COUNT_BOUNDS.chains:,}) and {bounds.days} days" in DECISION
    )
    assert f"less than {bounds.seconds:.0f} of its seconds" in DECISION
    assert f"counts at most {COUNT_BOUNDS.chains:,} operations" in section("Statistics").replace("\n", " ")
    cost = {name: sum(requests.values()) for name, (_, requests) in PAGES.items()}
    assert cost["client"] == cost["candidate"]
    assert f"takes {cost['client']} requests" in DECISION
    assert f"of a day {cost['day']}, of one operation {cost['operation']}" in DECISION
    assert ("tries again, twelve times at most" in DECISION, TRIES) == (True, 12)
    assert f"nothing meets takes {cost['nothing meets it']}" in DECISION
