"""The pages of the documentation in a real browser: they load under their policy, and "Try it" reaches the stack."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import requests
from playwright.sync_api import Browser, ConsoleMessage, Page

from chalicelib.edge.contract.operations import OPERATIONS
from chalicelib.edge.problems.table import BY_SLUG
from devtools.places import ROOT
from tests.e2e.local_run import LocalRun, local_run

PICTURES = ROOT / "build" / "pages"


@dataclass
class Watched:
    """A page, with whatever its browser complained of and every address that it asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        """Note an error or a warning of the console."""
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    """Run Switchboard."""
    with local_run(tmp_path_factory.mktemp("state")) as run:
        yield run


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """Open an empty page, and watch it."""
    page = browser.new_page()
    watched = Watched(page)
    page.on("console", watched.note)
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on("request", lambda request: watched.addresses.append(request.url))
    yield watched
    page.close()


def opened(watched: Watched, stack: LocalRun, operation: str) -> Page:
    """Open the reference and the form of an operation."""
    page = watched.page
    page.goto(f"{stack.address('switchboard')}/docs")
    page.fill("#token", "client-token")
    page.click(f"#{operation} details:has(> form) > summary")
    return page


def sent(page: Page, operation: str) -> tuple[str, str]:
    """Send the form; return the line of the status, and the body that is shown."""
    page.click(f"#{operation} button[type=submit]")
    output = f"#{operation} output"
    page.wait_for_selector(f"{output} pre.body")
    return page.inner_text(f"{output} > p"), page.inner_text(f"{output} pre.body")


def bookings(stack: LocalRun) -> list[int]:
    """Return the ids of the bookings at the upstream."""
    made = requests.get(f"{stack.address('upstream')}/_sandbox/bookings", timeout=5).json()
    return [one["BookingID"] for one in made]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_reference_loads_under_its_policy_from_its_own_host_alone(
    watched: Watched, stack: LocalRun, scheme: str
) -> None:
    """No complaint of the console, no third party, styled, and as wide as a phone."""
    page = watched.page
    page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{stack.address('switchboard')}/docs")
    page.wait_for_load_state("networkidle")
    assert watched.complaints == []
    assert {address.split("/docs")[0] for address in watched.addresses} == {stack.address("switchboard")}
    assert [page.locator(f"#{one.id}").count() for one in OPERATIONS.values()] == [1] * len(OPERATIONS)
    assert page.evaluate("getComputedStyle(document.querySelector('nav ul')).listStyleType") == "none"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"docs-{scheme}.png")


def test_try_it_quotes_at_the_running_stack_and_books_nothing(watched: Watched, stack: LocalRun) -> None:
    """The example as it stands, with the token of the field."""
    before = bookings(stack)
    status, body = sent(opened(watched, stack, "validateBooking"), "validateBooking")
    assert status.startswith("200 in ")
    assert json.loads(body)["minimum_credits"] == 22.5
    assert '"minimum_credits": 22.5' in body
    assert (bookings(stack), watched.complaints) == (before, [])


def test_try_it_reads_with_the_parameters_that_are_filled_in(watched: Watched, stack: LocalRun) -> None:
    """Those that are empty are left out."""
    page = opened(watched, stack, "readMadeBookings")
    page.fill("#readMadeBookings input[name=BookingsPerPage]", "1")
    status, body = sent(page, "readMadeBookings")
    assert status.startswith("200 in ")
    assert json.loads(body)["PageNumber"] == 1
    assert any(address.endswith("/v1/PhoneChat/MadeBookings?BookingsPerPage=1") for address in watched.addresses)
    assert watched.complaints == []


def test_try_it_books_only_when_that_is_ticked(watched: Watched, stack: LocalRun) -> None:
    """The form is not sent before; then it is a booking, under the key that the button drew, and can be asked for."""
    before = bookings(stack)
    page = opened(watched, stack, "createBooking")
    page.click("#createBooking button[data-draws]")
    assert len(page.input_value("#createBooking input[name='Idempotency-Key']")) == 32
    page.click("#createBooking button[type=submit]")
    assert page.inner_text("#createBooking output") == ""
    page.check("#createBooking input[name=spends]")
    status, body = sent(page, "createBooking")
    assert status.startswith("201 in ")
    assert json.loads(body)["BookingID"] not in before
    assert len(bookings(stack)) == len(before) + 1
    location = page.inner_text("#createBooking output pre.headers").partition("Location: ")[2].splitlines()[0]
    page.click("#getOperation details:has(> form) > summary")
    page.fill("#getOperation input[name=operation_id]", location.rpartition("/")[2])
    status, body = sent(page, "getOperation")
    assert (status.partition(" ")[0], json.loads(body)["operation_state"]) == ("200", "CONFIRMED")
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.locator("#getOperation").screenshot(path=PICTURES / "docs-try-it.png")
    assert watched.complaints == []


def test_a_refusal_is_shown_as_text_whatever_it_holds(watched: Watched, stack: LocalRun) -> None:
    """A problem is shown; markup in what comes back stays text."""
    page = opened(watched, stack, "validateBooking")
    page.fill("#validateBooking textarea", '{"<img src=x onerror=alert(1)>": 1}')
    status, body = sent(page, "validateBooking")
    assert status.startswith("200 in ")
    assert "<img src=x onerror=alert(1)>" in body
    assert page.locator("#validateBooking output img").count() == 0
    assert watched.complaints == []


@pytest.mark.parametrize("slug", ["outcome-unknown", "booking-rejected"])
def test_the_type_of_a_problem_leads_a_person_to_a_page(watched: Watched, stack: LocalRun, slug: str) -> None:
    """Under the same policy, with a way to the reference."""
    page = watched.page
    page.goto(f"{stack.address('switchboard')}/problems/{slug}")
    assert page.inner_text("h1") == BY_SLUG[slug].title
    page.click("text=The reference of the API")
    assert page.url.endswith("/docs")
    assert watched.complaints == []
