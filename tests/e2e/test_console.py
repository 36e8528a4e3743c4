"""The console in a real browser, over the whole stack: a reviewer's way from the sign-in to contact fields, without a mouse too.

Each page is looked at by axe, light and dark, wide and narrow; pictures of them are kept under `build/console`.
"""

import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from devtools.local import example
from devtools.local.dynamodb import OPERATIONS_TABLE, local_client
from devtools.places import ROOT
from tests.e2e.local_run import LocalRun, local_run
from tests.e2e.looking import look_at

PICTURES = ROOT / "build" / "console"
# PICTURES=docs/pictures makes those of the guide anew, and those of every look under `build/console`.
SHOWN = Path(os.environ.get("PICTURES") or PICTURES)
MOST_BYTES = 150_000
WIDE: ViewportSize = {"width": 1280, "height": 900}
CANDIDATE = "123456"
STRANGER = "424242"
FORGOTTEN = "200005"  # a candidate of the sandbox
REQUEST, ERASE = "Request of the person", "Erase this person for good"
REASON = "Complaint of a client"


@dataclass
class Watched:
    """A reviewer's browser, with whatever it complained of and every host that it asked."""

    context: BrowserContext
    page: Page
    stack: LocalRun
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def sign_in(self, user: str, place: str = "") -> Page:
        """Ask for a page of the console, and sign in on the way."""
        self.page.goto(f"{self.stack.address('console')}{place}")
        self.page.click("#start")
        self.page.get_by_role("link", name=user, exact=True).click()
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()
        return self.page


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    """Run Switchboard; book once, and be refused once."""
    with local_run(tmp_path_factory.mktemp("state")) as run:
        booking = example.booking(example.now_on_upstream_clock())
        url = f"{run.address('switchboard')}/v1/PhoneChat/CreateBooking"
        later = example.booking(example.now_on_upstream_clock() + timedelta(days=1))
        for members, status in ((booking, 201), ({**later, "Duration": 1}, 422)):
            answer = requests.post(url, json=members, headers={"Authorization": "Bearer client-token"}, timeout=30)
            assert answer.status_code == status
        yield run


@pytest.fixture
def watched(browser: Browser, stack: LocalRun) -> Iterator[Watched]:
    """Open a browser in Berlin, and watch it."""
    context = browser.new_context(viewport=WIDE, timezone_id="Europe/Berlin", locale="en-GB")
    page = context.new_page()
    watched = Watched(context, page, stack)
    page.on("console", lambda message: watched.complaints.append(message.text) if message.type != "log" else None)
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on("request", lambda request: watched.hosts.add(request.url.split("/")[2]))
    yield watched
    context.close()


def require_accessible(page: Page, name: str) -> None:
    """Look at a page in each way that people do, and keep pictures."""
    look_at(page, name, WIDE, PICTURES)


def show(page: Page, name: str) -> None:
    """Make the picture of a page for the guide: small, and of what is seen first."""
    page.set_viewport_size({"width": 1200, "height": 760})
    picture = page.screenshot(path=SHOWN / f"{name}.jpg", type="jpeg", quality=70)
    assert len(picture) < MOST_BYTES
    assert (ROOT / "docs" / "pictures" / f"{name}.jpg").is_file()


def test_a_reviewer_who_knows_the_day_and_the_candidate_finds_the_record(watched: Watched) -> None:
    """Sign in, search, follow a value, read the timeline; the address of the search can be passed on."""
    page = watched.sign_in("rita")
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    expect(page.get_by_role("heading", name="Search the audit")).to_be_visible()
    require_accessible(page, "search")
    today = page.locator("tbody time").first.inner_text()[:10]
    page.get_by_label("Day", exact=True).first.fill(today)
    page.get_by_label("Day", exact=True).last.fill(today)
    page.get_by_label("Candidate (UserID)").fill(CANDIDATE)
    page.get_by_role("button", name="Search").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    assert page.url.endswith(f"23%3A00%3A00Z&candidate={CANDIDATE}")
    page.get_by_role("link", name="State Booked: filter by it").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    require_accessible(page, "search-filtered")
    permalink = page.url
    page.get_by_role("link", name="Remove the filter State Booked").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator("summary").click()
    show(page, "search")

    page.goto(permalink)
    page.locator("tbody th a").click()
    expect(page.get_by_text(re.compile("asked to book candidate p_[0-9A-Z]{26}"))).to_be_visible()
    expect(page.get_by_text("The session is booked.")).to_be_visible()
    expect(page.get_by_text("which you do not have")).to_be_visible()
    show(page, "operation")
    page.get_by_text("Event 1 as it is stored").click()
    expect(page.get_by_text("previous_hash").first).to_be_visible()
    require_accessible(page, "operation")
    hosts = {watched.stack.address(part).split("/")[2] for part in ("console", "identity")}
    assert (watched.complaints, watched.hosts) == ([], hosts)


def test_an_empty_result_says_what_to_change(watched: Watched) -> None:
    """And a search that cannot be used says what is wrong with it."""
    page = watched.sign_in("rita", f"?candidate={CANDIDATE}&state=UNKNOWN")
    expect(page.get_by_text("Nothing meets these filters.").or_(page.get_by_text("Nothing among what"))).to_be_visible()
    expect(page.get_by_role("columnheader", name="Asked at")).to_be_visible()
    require_accessible(page, "search-empty")
    page.get_by_role("link", name="Search without State: Outcome not known").click()
    assert page.url.endswith(f"?candidate={CANDIDATE}")
    page.goto(f"{watched.stack.address('console')}?client=5")
    expect(page.get_by_role("alert")).to_contain_text("Unknown here: client. Nothing was searched.")
    require_accessible(page, "search-unknown")
    page.goto(f"{watched.stack.address('console')}?client=me")
    expect(page.get_by_role("alert")).to_contain_text("client: Send a whole number")
    expect(page.get_by_label("Client (UserID)")).to_have_attribute("aria-invalid", "true")
    require_accessible(page, "search-wrong")


def test_contact_fields_are_opened_with_a_reason(watched: Watched) -> None:
    """By somebody with the role; a reason that names somebody is refused beside its field; the phone is in no address."""
    page = watched.sign_in("uma", "?state=CONFIRMED")
    page.locator("tbody th a").first.click()
    page.get_by_label("Reason", exact=True).fill("Call back 07700900123")
    page.get_by_role("button", name="Open the contact fields").click()
    expect(page.get_by_role("alert")).to_contain_text("without a number of six digits")
    require_accessible(page, "unmask-wrong")
    page.get_by_label("Reason", exact=True).fill(REASON)
    page.get_by_role("button", name="Open the contact fields").click()
    phone = str(example.booking(example.now_on_upstream_clock())["PhoneNumber"])
    expect(page.get_by_role("status")).to_contain_text(phone)
    assert REASON not in page.url
    require_accessible(page, "unmask")


def test_the_overview_and_the_queue_are_drawn(watched: Watched) -> None:
    """The chart has a table beside it, and its bars their names."""
    page = watched.sign_in("rita", "/overview")
    expect(page.get_by_role("img", name="Operations by day (UTC) and what became of them")).to_be_visible()
    assert page.locator("svg rect title").all_text_contents()
    show(page, "overview")
    require_accessible(page, "overview")
    page.get_by_role("link", name="Open operations").click()
    expect(page.get_by_text("Nothing is open now.")).to_be_visible()
    require_accessible(page, "open")


def test_who_lacks_the_role_is_told_which(watched: Watched) -> None:
    """And can sign out, and in as somebody else."""
    page = watched.sign_in("nora")
    expect(page.get_by_text("This needs the role reviewer")).to_be_visible()
    require_accessible(page, "role-missing")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Signed out")).to_be_visible()
    require_accessible(page, "signed-out")
    assert watched.context.cookies() == []
    page.go_back()
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    require_accessible(page, "sign-in")


def test_no_mouse_is_needed(watched: Watched) -> None:
    """The first stop leads to the content, filters open by key, and a search is sent by one."""
    page = watched.sign_in("rita", "?state=CONFIRMED")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="BookingID").focus()
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console?*booking=1*")
    expect(page.get_by_text("Nothing meets these filters.")).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def download(page: Page, button: str, into: Path) -> Path:
    """Press a button that downloads an archive; unpack it, and return its folder."""
    with page.expect_download() as started:
        page.get_by_role("button", name=button, exact=True).click()
    name = started.value.suggested_filename
    started.value.save_as(into / name)
    with tarfile.open(into / name) as tar:
        tar.extractall(into, filter="data")
    return into / name.removesuffix(".tar")


def verified_elsewhere(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Verify a folder as a third person does: another process, without credentials, and with no way to AWS or anywhere."""
    command = [sys.executable, "-m", "switchboard_cli", "audit", "verify", str(folder), "--json"]
    nowhere = {"PATH": os.environ["PATH"], "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    return subprocess.run(command, cwd=ROOT, env=nowhere, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)


def make(stack: LocalRun, what: str) -> str:
    """Make the digest of the running hour, as `make digest` does, or run the errands of the hour; return what is told."""
    port = stack.address("dynamodb").rpartition(":")[2]
    environment = {"PATH": os.environ["PATH"], "DYNAMODB_PORT": port}
    command = [sys.executable, "-m", f"devtools.local.review.{what}"]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)  # noqa: S603 (the same)
    return done.stdout


def test_a_third_person_verifies_the_record_of_a_day_and_a_candidate_offline(watched: Watched, tmp_path: Path) -> None:
    """Found by what a reviewer knows, verified in the console, taken along as evidence, and proved without a network."""
    make(watched.stack, "digests")
    page = watched.sign_in("rita")
    today = page.locator("tbody time").first.inner_text()[:10]
    page.get_by_label("Day", exact=True).first.fill(today)
    page.get_by_label("Candidate (UserID)").fill(CANDIDATE)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="State Booked: filter by it").click()
    page.locator("tbody th a").first.click()
    operation = page.url
    page.get_by_label("Reason for the evidence").fill("Asked for by a court")
    require_accessible(page, "evidence")
    folder = download(page, "Download the evidence", tmp_path)
    answer = verified_elsewhere(folder)
    told = json.loads(answer.stdout)
    assert (answer.returncode, told["verdict"], told["events"], told["covered_by_digests"]) == (0, "clean", 2, 2)
    events = folder / "events.jsonl"
    events.write_bytes(events.read_bytes().replace(b'"CONFIRMED"', b'"REJECTED"').replace(b"confirmed", b"rejected"))
    assert verified_elsewhere(folder).returncode == 1

    page.goto(operation)
    page.get_by_role("link", name="Verify this operation").click()
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("status")).to_contain_text("Nothing is wrong with these records")
    expect(page.get_by_role("status")).not_to_contain_text("covered by their chains alone")
    require_accessible(page, "verify")
    show(page, "verify")
    assert watched.complaints == []


def test_what_a_search_finds_is_taken_along(watched: Watched, tmp_path: Path) -> None:
    """With the filters of the search, a reason, and a manifest; it verifies."""
    page = watched.sign_in("rita", f"?candidate={CANDIDATE}")
    page.get_by_role("link", name="Export all that these filters find").click()
    page.get_by_label("Reason").fill("Asked for by a court")
    page.get_by_label("events.ocsf.jsonl").check()
    require_accessible(page, "export")
    show(page, "export")
    folder = download(page, "Download", tmp_path)
    assert json.loads((folder / "manifest.json").read_bytes())["operations"] == 2
    assert verified_elsewhere(folder).returncode == 0


def test_custodians_see_who_is_held_and_everybody_for_how_long_records_are_kept(watched: Watched) -> None:
    """By a form, so that no address names anybody; whom no record tells of is said beside it."""
    enter(watched.stack, STRANGER)
    page = watched.sign_in("carl", "/people")
    page.get_by_label("UserID of the client or candidate").fill(STRANGER)
    require_accessible(page, "people")
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_text("by ada")).to_be_visible()
    assert STRANGER not in page.url
    require_accessible(page, "hold")
    show(page, "hold")
    page.get_by_label("UserID of the client or candidate").fill("5")
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_role("alert")).to_contain_text("nobody of this UserID")
    require_accessible(page, "people-none")
    page.get_by_role("link", name="Retention").click()
    expect(page.get_by_role("heading", name="For how long records are kept")).to_be_visible()
    require_accessible(page, "retention")


def fill_in(page: Page, user_id: str) -> None:
    """Write down who it is about, and why."""
    page.get_by_label("UserID of the client or candidate").fill(user_id)
    page.get_by_label("Reason", exact=True).fill(REQUEST)


def press(page: Page, button: str) -> None:
    """Press a button of the page."""
    page.get_by_role("button", name=button, exact=True).click()


def test_a_custodian_holds_and_erases_somebody(watched: Watched) -> None:
    """A hold that is set meanwhile refuses the erasure; lifted, it is done, the person is unknown, and all records verify."""
    request = example.booking(example.now_on_upstream_clock()) | {"BookUserID": int(FORGOTTEN), "Duration": 1}
    url = f"{watched.stack.address('switchboard')}/v1/PhoneChat/CreateBooking"
    refused = requests.post(url, json=request, headers={"Authorization": "Bearer other-client-token"}, timeout=30)
    assert refused.status_code == 422
    page = watched.sign_in("carl", f"?candidate={FORGOTTEN}")
    pseudonym = page.locator("tbody").get_by_text(re.compile("p_[0-9A-Z]{26}")).last.inner_text()
    page.goto(f"{watched.stack.address('console')}/people")
    fill_in(page, FORGOTTEN)
    press(page, "What would an erasure do?")
    expect(page.get_by_text(ERASE)).to_be_visible()

    beside = watched.context.new_page()
    beside.goto(page.url)
    fill_in(beside, FORGOTTEN)
    press(beside, "Set a hold")
    expect(beside.get_by_role("status")).to_contain_text("The hold is set")
    beside.screenshot(path=PICTURES / "hold-set.png", full_page=True)
    press(page, ERASE)
    expect(page.get_by_role("alert")).to_contain_text("A legal hold is on this person: lift it first.")
    require_accessible(page, "erasure-refused")

    fill_in(beside, FORGOTTEN)
    press(beside, "Lift the hold")
    expect(beside.get_by_role("status")).to_contain_text("The hold is lifted")
    fill_in(beside, FORGOTTEN)
    press(beside, "What would an erasure do?")
    expect(beside.get_by_text("What remains:")).to_be_visible()
    require_accessible(beside, "erasure-dry-run")
    press(beside, ERASE)
    expect(beside.get_by_role("status")).to_contain_text(
        "Nothing that is stored ties this UserID to its records any more."
    )
    require_accessible(beside, "erased")

    page.goto(f"{watched.stack.address('console')}?candidate={FORGOTTEN}")
    expect(page.get_by_role("alert")).to_contain_text("Unknown here: candidate. Nothing was searched.")
    page.goto(f"{watched.stack.address('console')}?candidate={pseudonym}")
    expect(page.locator("tbody tr")).to_have_count(1)
    told = "Errands of custodians: 0 rows were changed, and 1 errands stay for the next hour.\n"
    assert make(watched.stack, "errands") == told  # for an hour, it looks for what came after
    make(watched.stack, "digests")
    page.goto(f"{watched.stack.address('console')}/verify")
    press(page, "Verify")
    expect(page.get_by_role("status")).to_contain_text("Nothing is wrong with these records")
    expect(page.get_by_role("status")).to_contain_text(
        re.compile("[1-9][0-9]* looks and deeds of reviewers and custodians")
    )
    page.screenshot(path=PICTURES / "verify-after-erasure.png", full_page=True)


def enter(stack: LocalRun, user_id: str) -> None:
    """Enter somebody into the register on whom a hold is, and whom no record tells of."""
    row: Any = {
        "pk": {"S": f"PERSON#{user_id}"},
        "pseudonym": {"S": f"p_{user_id:0>26}"},
        "created_at": {"S": "2026-01-15T12:00:00.000+00:00"},
        "held_by": {"S": "ada"},
        "held_at": {"S": "2026-01-16T09:30:00.000+00:00"},
        "held_why": {"S": "Request of a court"},
    }
    with closing(local_client(stack.address("dynamodb"))) as client:
        client.put_item(TableName=OPERATIONS_TABLE, Item=row)
