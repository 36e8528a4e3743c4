"""The README says what the code does."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta

import pytest
import requests

from chalicelib.adapters.aws.dynamodb.items import KEPT_AFTER_GUARD
from chalicelib.domain.operation.operation import FREES_GUARD, GUARD_HOLDS_AFTER_SESSION, OperationState
from chalicelib.edge.contract.operations import OPERATIONS
from chalicelib.edge.problems.changes import CHANGES_PROBLEM_TYPES
from chalicelib.edge.problems.table import BY_SLUG
from chalicelib.settings import VARIABLES, Settings
from devtools.create_environment import NEWEST, OLDEST
from devtools.deploy.package import Package
from devtools.documents import alarms_table, parameters_table, problems_table, settings_table
from devtools.local import example
from devtools.local.run import DEFAULTS
from devtools.local.stack import Ports, Stack, app_environment
from devtools.local.state import state_folder
from devtools.places import ROOT

README = (ROOT / "README.md").read_text()
DEPLOY_GUIDE = (ROOT / "docs" / "deploy.md").read_text()
FIRST_BOOKING = DEPLOY_GUIDE.partition("## The first booking")[2].partition("\n## ")[0]
OF_THE_RUN = {"BookingID", "CreateDate", "LastUpdated"}


RETRY = README.partition("## Retry safely")[2].partition("\n## ")[0]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Start everything on free ports."""
    with Stack(Ports()) as running:
        yield running


def code_block(language: str, containing: str) -> str:
    """Return the README's code block of a language that contains a text."""
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return str(next(block for block in blocks if containing in block))


def send(command: str, url: str) -> requests.Response:
    """Send what a curl command line would send."""
    words = shlex.split(command.replace("\\\n", " "))
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    body = words[words.index("-d") + 1]
    path = words[2].removeprefix("http://127.0.0.1:8000")
    return requests.post(url + path, headers=headers, data=body, timeout=30)


def test_the_request_of_the_readme_gets_the_answer_of_the_readme(stack: Stack) -> None:
    """Send the curl example as it stands and compare every member that does not belong to the run."""
    answer = send(code_block("sh", "curl -i"), stack.url)
    expected = json.loads(code_block("json", "BookingID"))
    found = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"].startswith("/v1/operations/op_")
    assert list(found) == list(expected)
    assert {name: found[name] for name in found if name not in OF_THE_RUN} == {
        name: expected[name] for name in expected if name not in OF_THE_RUN
    }


def test_the_quote_of_the_readme_is_what_the_request_of_the_readme_is_quoted(stack: Stack) -> None:
    """Send the same request to ValidateBooking; the balance is that of the run."""
    answer = send(code_block("sh", "curl -i").replace("CreateBooking", "ValidateBooking"), stack.url)
    expected, found = json.loads(code_block("json", "is_valid")), answer.json()
    assert answer.status_code == 200
    assert list(found) == list(expected)
    assert {**found, "balance": 0, "balance_after": 0} == {**expected, "balance": 0, "balance_after": 0}
    assert found["balance"] - found["balance_after"] == expected["balance"] - expected["balance_after"] == 32.5


def test_the_way_to_the_first_booking_gets_the_statuses_that_stand_behind_it(stack: Stack) -> None:
    """Send what the guide to deploying sends, with another day than the README's; the booking once more books nothing."""
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", FIRST_BOOKING, re.DOTALL)).replace("\\\n", " ")
    requested = re.findall(r"^curl -i \$URL(\S+)(.*?)  # (\d{3})", blocks, re.MULTILINE)
    assert len(requested) == len(re.findall("^curl", blocks, re.MULTILINE)) == 4
    for path, options, status in requested:
        answer = send_to(stack.url + path, options)
        assert str(answer.status_code) == status, path
    assert "/v1/operations/op_" in answer.headers["Location"]
    again = send_to(stack.url + path, options)
    assert (again.status_code, again.headers["Location"]) == (201, answer.headers["Location"])


def send_to(address: str, options: str) -> requests.Response:
    """Send what the options of a curl command line say; `booking.json` is the body of the README's request, a day later."""
    words = shlex.split(options.replace("$TOKEN", example.TOKEN))
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    if "@booking.json" not in words:
        return requests.get(address, headers=headers, timeout=30)
    body = re.findall(r"-d '(\{.*?\})'", README, re.DOTALL)[0].replace("2032-02-21", "2032-02-22")
    return requests.post(address, headers=headers, data=body, timeout=30)


def test_the_endpoints_table_lists_every_endpoint() -> None:
    """Compare the table with what the contract describes, which is what is served."""
    table = README.partition("## Endpoints")[2].partition("###")[0]
    told = {(path, method) for method, path in re.findall(r"`(GET|POST) (/[^`]*)`", table)}
    assert told == set(OPERATIONS)


def test_the_settings_table_lists_every_setting_with_its_default() -> None:
    """Compare the table with the settings themselves."""
    assert "\n".join(settings_table()) in README


def test_the_problems_table_lists_every_problem() -> None:
    """Compare the table with the table of problem types, and look for each page."""
    assert "\n".join(problems_table()) in README
    assert all((ROOT / "docs" / "problems" / f"{slug}.md").is_file() for slug in BY_SLUG)


def test_the_alarms_table_lists_every_alarm() -> None:
    """Compare the table with the alarms of the template."""
    assert "\n".join(alarms_table()) in DEPLOY_GUIDE


def test_every_make_target_of_the_readme_exists() -> None:
    """Find each `make` target that is named in the Makefile."""
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"`(?:[A-Z_]+=\S+ )?make ([a-z]+)", README)) | set(
        re.findall(r"^make ([a-z]+)", README, re.MULTILINE)
    )
    assert named
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in named)


def test_the_guide_to_deploying_names_every_parameter(package: Package) -> None:
    """In the table that follows from them; and the command of the README is that of the guide."""
    templates = (package.kept, package.app)
    described = {name: one for each in templates for name, one in json.loads(each.read_text())["Parameters"].items()}
    ours = {name for name, one in described.items() if "Default" in one and not name.startswith("Review")}
    table = DEPLOY_GUIDE.partition("| parameter |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == ours
    assert "\n".join(parameters_table()) in DEPLOY_GUIDE
    assert code_block("sh", "make deploy").split() == ["make", "deploy", "STAGE=dev"]
    assert "make deploy STAGE=dev" in DEPLOY_GUIDE


def test_the_versions_of_python_of_the_readme_are_those_that_set_up_takes() -> None:
    """Compare with what the set-up refuses."""
    oldest, newest = (".".join(map(str, version)) for version in (OLDEST, NEWEST))
    assert f"python3 ({oldest} to {newest})" in README


def test_what_the_readme_says_of_the_local_run_is_so() -> None:
    """Its ports, origins and limit, and where it keeps its state."""
    local = app_environment({}, "http://127.0.0.1:1", "http://127.0.0.1:2", "k" * 64)
    assert f"`BOOKINGS_PER_DAY={local['BOOKINGS_PER_DAY']}`" in README
    assert all(f"`{origin}`" in README.replace("\n", " ") for origin in local["ALLOWED_ORIGINS"].split(","))
    assert all(f":{port}`" in README and f"`{name}=`" in README for name, port in DEFAULTS.items())
    assert state_folder({}) == ROOT / ".local"


def test_every_link_of_the_readme_leads_somewhere() -> None:
    """Follow each relative link."""
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert all((ROOT / link).exists() for link in links)


def retry_rows() -> list[tuple[str, str]]:
    """Return the decision table: what comes back, and what to do."""
    cells = re.findall(r"^\| (.+?) \| (.+?) \|$", RETRY, re.MULTILINE)
    return cells[1:]


def statuses_of(slug: str) -> set[str]:
    """Return every status that a problem can have, from its page, which is compared with the code elsewhere."""
    match = re.search(r"^Status: (.+)$", (ROOT / "docs" / "problems" / f"{slug}.md").read_text(), re.MULTILINE)
    assert match is not None
    return set(re.findall(r"[0-9]{3}", match[1]))


def test_every_problem_of_the_retry_table_exists_with_its_status() -> None:
    """A row says which statuses with which problem; both are what the edge answers."""
    named = [slug for answer, _ in retry_rows() for slug in re.findall(r"`([a-z]+(?:-[a-z]+)+)`", answer)]
    assert len(named) > 10
    assert set(named) <= set(BY_SLUG)
    for answer, _ in retry_rows():
        for part in answer.split("`, "):
            slugs = re.findall(r"`([a-z]+(?:-[a-z]+)+)", part)
            allowed = [statuses_of(slug) for slug in slugs]
            assert all(set(re.findall(r"\b[45][0-9]{2}\b", part)) <= some for some in allowed), part


def test_the_retry_table_knows_every_answer_about_a_booking() -> None:
    """A problem that says whether a new key is safe needs a row, or an app would have to guess."""
    of_changes = {row.slug for row in CHANGES_PROBLEM_TYPES.values()}
    about = {slug for slug, row in BY_SLUG.items() if row.safe_to_retry_with_new_key is not None}
    about_bookings = about - of_changes
    changes = (ROOT / "docs" / "changes.md").read_text(encoding="utf-8")
    assert [slug for slug in sorted(of_changes) if f"`{slug}`" not in changes] == []
    named = {slug for answer, _ in retry_rows() for slug in re.findall(r"`([a-z]+(?:-[a-z]+)+)`", answer)}
    assert about_bookings <= named


def test_every_header_and_member_of_the_retry_section_exists() -> None:
    """Look for each in the source of the edge."""
    source = "".join(path.read_text() for path in (ROOT / "chalicelib" / "edge").rglob("*.py"))
    headers = re.findall(r"`([A-Z][a-z]+(?:[A-Z-][A-Za-z]+)+)(?:: [a-z]+)?`", RETRY)
    members = re.findall(r"`([a-z]+(?:_[a-z]+)+|answer)`", RETRY)
    assert {"Retry-After", "Idempotency-Replayed", "RateLimit", "RateLimit-Policy"} <= set(headers)
    assert {"status_url", "operation_state", "safe_to_retry_with_new_key"} <= set(members)
    assert [name for name in {*headers, *members} if f'"{name}"' not in source] == []


def test_the_numbers_and_states_of_the_retry_section_are_those_of_the_code() -> None:
    """How long an answer is repeated, how long a booking is guarded, how often an account may book."""
    defaults = {one.name: one.default for one in fields(Settings)}
    days = (GUARD_HOLDS_AFTER_SESSION + KEPT_AFTER_GUARD).days
    assert f"a repeat gets the first answer until {days} days after the SessionDate" in RETRY
    assert timedelta(hours=24) == GUARD_HOLDS_AFTER_SESSION
    assert "until 24 hours after its SessionDate" in RETRY
    assert f"{defaults['bookings_per_minute']} bookings in a minute" in RETRY
    assert f"{defaults['bookings_per_day']} in a day" in RETRY
    assert set(re.findall(r"`([A-Z_]{4,})`", RETRY)) == {state.value for state in FREES_GUARD} < set(OperationState)


def test_every_decision_is_listed_under_its_title_and_names_settings_that_exist() -> None:
    """Compare the index with the files, and each environment variable that is not AWS's with the settings."""
    index = (ROOT / "docs" / "adr" / "README.md").read_text()
    decisions = sorted((ROOT / "docs" / "adr").glob("0*.md"))
    for page in decisions:
        number, _, title = page.read_text().partition("\n")[0].removeprefix("# ").partition(": ")
        assert f"| [{number}]({page.name}) | {title} |" in index
    named = {name for page in decisions for name in re.findall(r"`([A-Z]+(?:_[A-Z]+)+)(?:=[^`]*)?`", page.read_text())}
    assert "SETTLE_MINUTES" in named
    ours = {name for name in named if not name.startswith("AWS_")}
    assert ours <= set(VARIABLES)
