"""The table of problems and the pages in `docs/problems/` tell the same."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from chalicelib.application.people.erase_person import REFUSED
from chalicelib.domain import errors, reviewer_errors
from chalicelib.domain.booking.longest_form import SPACE, longest_form_bytes
from chalicelib.domain.booking.policy import MAXIMUM_COMMENTS_LENGTH
from chalicelib.domain.changing.changes import CANCEL_MADE_BOOKING
from chalicelib.domain.people.trace import Effect
from chalicelib.domain.violation import Violation
from chalicelib.edge.container import EdgeSettings
from chalicelib.edge.contract.example import REQUEST_ID
from chalicelib.edge.contract.samples import samples_of as contract_samples
from chalicelib.edge.links import Links
from chalicelib.edge.problems.changes import CHANGES_PROBLEM_TYPES
from chalicelib.edge.problems.document import problem_document
from chalicelib.edge.problems.facts import problem_headers
from chalicelib.edge.problems.kinds import Waits
from chalicelib.edge.problems.new_key import is_new_key_safe
from chalicelib.edge.problems.table import BY_SLUG, EVERY_PROBLEM_TYPE, problem_type, status_of
from devtools.documents import flags_table
from devtools.places import ROOT
from tests.builders import POLICY

PAGES = ROOT / "docs" / "problems"
INSTANCE = "/v1/PhoneChat/CreateBooking"

# What the reviewers' function answers: it has no part in the document of the bookings.
REVIEWERS_SAMPLES: tuple[errors.SwitchboardError, ...] = (
    reviewer_errors.InvalidQueryError(
        "The query cannot be used.",
        violations=[
            Violation("/from", "time", "Send an RFC 3339 time with its offset, for example 2026-01-15T21:30:00Z.")
        ],
    ),
    reviewer_errors.ReviewerTokenMissingError("Send your access token in the header 'Authorization: Bearer …'."),
    reviewer_errors.ReviewerTokenInvalidError("This access token has expired. Sign in again, or refresh it."),
    reviewer_errors.RoleMissingError(
        "This needs the role unmask, which your access token does not grant.", required_role="unmask"
    ),
    reviewer_errors.ErasureRefusedError(
        REFUSED,
        violations=Effect(guarded=1, possible_from=datetime(2026, 1, 21, 21, 30, tzinfo=UTC)).obstacles,
    ),
    reviewer_errors.AuditUnavailableError(
        "Your look at the audit could not be recorded, so there is no answer. It is safe to try again.",
        retry_after_seconds=1,
    ),
    reviewer_errors.IdentityUnavailableError(
        "The keys of the identity provider could not be had, so nobody can be let in. It is safe to try again.",
        retry_after_seconds=5,
    ),
)


def leaves(kind: type[errors.SwitchboardError]) -> Iterator[type[errors.SwitchboardError]]:
    """Walk the errors that have no kinds of their own."""
    modules = {errors.__name__, reviewer_errors.__name__}
    children = [child for child in kind.__subclasses__() if child.__module__ in modules]
    if not children:
        yield kind
    for child in children:
        yield from leaves(child)


def samples_of(slug: str) -> list[errors.SwitchboardError]:
    """Return the samples of one problem type."""
    told = contract_samples(slug, EdgeSettings(policy=POLICY))
    return [*told, *(sample for sample in REVIEWERS_SAMPLES if problem_type(sample).slug == slug)]


def read_page(slug: str) -> str:
    """Return the text of a page."""
    return (PAGES / f"{slug}.md").read_text(encoding="utf-8")


def test_every_leaf_of_the_error_tree_has_a_row() -> None:
    """A new error cannot become an internal error by being forgotten."""
    assert set(leaves(errors.SwitchboardError)) <= set(EVERY_PROBLEM_TYPE)
    assert {errors.MalformedRequestError, errors.MissingTokenError, errors.InvalidTokenError} <= set(EVERY_PROBLEM_TYPE)


def test_every_row_has_a_slug_of_its_own() -> None:
    """A slug leads back to one row."""
    assert len(BY_SLUG) == len(EVERY_PROBLEM_TYPE) + 1


def test_every_row_has_a_page_and_every_page_a_row() -> None:
    """Neither can be added or renamed alone."""
    assert {page.stem for page in PAGES.glob("*.md")} == {*BY_SLUG, "README"}


def test_the_table_of_flags_is_that_of_the_code() -> None:
    """One row a problem: its statuses, what may be done under which key, and whether it says when."""
    assert "\n".join(flags_table()) in read_page("README")


@pytest.mark.parametrize("slug", BY_SLUG)
def test_what_the_table_says_is_what_the_edge_answers(slug: str) -> None:
    """Every sample has one of the row's statuses, flags and waits; together they have all of them."""
    row, samples = BY_SLUG[slug], samples_of(slug)
    if slug != "internal-error":  # its other statuses are those of the gateway
        assert {int(status_of(sample)) for sample in samples} == {int(row.status), *row.other_statuses}
    allowed = {False, True} if row.safe_to_retry_with_new_key else {row.safe_to_retry_with_new_key}
    assert {is_new_key_safe(sample) for sample in samples} <= allowed
    assert row.safe_to_retry_with_new_key in {is_new_key_safe(sample) for sample in samples}
    waits = {"Retry-After" in problem_headers(sample) for sample in samples}
    assert waits == {Waits.ALWAYS: {True}, Waits.SOMETIMES: {False, True}, Waits.NEVER: {False}}[row.waits]


@pytest.mark.parametrize("slug", BY_SLUG)
def test_a_page_has_the_title_and_the_statuses_of_its_row(slug: str) -> None:
    """The page lists every status that the kind can have."""
    page = read_page(slug)
    assert page.startswith(f"# {BY_SLUG[slug].title}\n")
    match = re.search(r"^Status: (.+)$", page, re.MULTILINE)
    assert match is not None
    row = BY_SLUG[slug]
    assert {int(number) for number in re.findall(r"\d{3}", match[1])} == {int(row.status), *row.other_statuses}


@pytest.mark.parametrize("slug", BY_SLUG)
def test_a_page_says_what_happened_and_what_to_do(slug: str) -> None:
    """Each of the three parts has text of its own, in this order."""
    parts = re.findall(r"^## (.+)\n\n(.+)", read_page(slug), re.MULTILINE)
    assert [title for title, _ in parts] == ["What it means", "What to do next", "Example"]


@pytest.mark.parametrize("slug", [slug for slug, row in BY_SLUG.items() if row.safe_to_retry_with_new_key is not None])
def test_a_page_about_a_booking_says_what_becomes_of_the_key(slug: str) -> None:
    """Keep it or make a new one: a client that guesses wrong books twice, or never."""
    (advice,) = re.findall(r"## What to do next\n\n(.+?)\n\n## ", read_page(slug), re.DOTALL)
    assert re.search(r"(same|new) (`Idempotency-Key`|key)|Keep the `Idempotency-Key`|any key", advice)


@pytest.mark.parametrize("slug", BY_SLUG)
def test_no_page_says_that_nothing_was_booked(slug: str) -> None:
    """What this request did not do says nothing about an earlier try; only AdultWork's own refusal of one may say it."""
    prose = read_page(slug).partition("## Example")[0]
    assert not re.search(r"nothing was booked", prose, re.IGNORECASE)


def test_the_page_of_a_large_body_names_the_default_limit() -> None:
    """Computed from the other limits, it moves when they do."""
    limit = longest_form_bytes(MAXIMUM_COMMENTS_LENGTH)
    page = read_page("body-too-large")
    assert f"{limit:,} by default" in page
    assert f"at most {limit} bytes" in page
    assert f"{SPACE:,} bytes of white space" in page


@pytest.mark.parametrize("slug", BY_SLUG)
def test_the_headers_of_the_example_are_those_that_the_edge_sends(slug: str) -> None:
    """All but the media type, which is the same everywhere."""
    match = re.search(r"```http\n(.+?)```", read_page(slug), re.DOTALL)
    shown = dict(line.split(": ", 1) for line in match[1].splitlines()) if match else {}
    sent = problem_headers(samples_of(slug)[0])
    del sent["Content-Type"]
    assert shown == sent


@pytest.mark.parametrize("slug", BY_SLUG)
def test_the_example_is_what_the_edge_answers(slug: str) -> None:
    """The body on the page is made by the code, member by member."""
    match = re.search(r"```json\n(.+?)```", read_page(slug), re.DOTALL)
    assert match is not None
    of_changes = {row.slug for row in CHANGES_PROBLEM_TYPES.values()}
    instance = CANCEL_MADE_BOOKING.path if slug in of_changes else INSTANCE
    document = problem_document(samples_of(slug)[0], REQUEST_ID, instance, Links())
    assert list(json.loads(match[1]).items()) == list(document.items())
