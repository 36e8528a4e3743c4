"""The sample page in a real browser, over the whole stack: a booking, and all that comes between a phone and its booking.

What is asserted in the end is what reached the sandbox. Each view is looked at by axe, light and dark, wide and narrow.
"""

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from devtools.node_packages import tool
from devtools.places import ROOT
from tests.clients.typescript.node import run as run_node
from tests.e2e.booking_page import (
    CREATE,
    SHOWN,
    WIDE,
    arm,
    booked,
    card,
    choose,
    context,
    end_access,
    kept_names,
    open_page,
    require_accessible,
    sent,
    sign_in,
    stack,
    watching,
)
from tests.e2e.local_run import LocalRun, local_run
from tests.e2e.looking import NARROW
from tests.integration.service import wait_until

__all__ = ["context", "stack"]


def test_a_newcomer_signs_in_sees_the_price_and_books_without_typing_anything(
    context: BrowserContext, stack: LocalRun
) -> None:
    """The sample is filled in, the sandbox's login has its people to choose from; the booking is kept over a reload."""
    page = open_page(context, stack)
    with watching(page):
        expect(page.locator("#minimum_credits")).to_have_text("22.5")
        expect(page.locator("#offered")).to_have_text("1.5 credits a minute. Offered: the candidate calls me, skype.")
        before, after = (int(page.locator(name).inner_text()) for name in ("#balance", "#balance_after"))
        assert before - after == 32
        expect(page.locator("#quoted")).to_have_text("Nothing is wrong with this booking.")
        minute = page.get_by_label("When").input_value()
        page.get_by_role("button", name="Book", exact=True).click()
        expect(card(page, minute)).to_contain_text("Pending")
        require_accessible(page, "booked")
        page.set_viewport_size(WIDE)
        show(page, "booking-page")
        page.reload()
        expect(card(page, minute)).to_have_count(1)
    assert (len(booked(stack, minute)), sent(stack, minute)) == (1, 1)
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "07123456789" not in kept


def show(page: Page, name: str) -> None:
    """Make the picture of the README: small."""
    picture = page.screenshot(path=SHOWN / f"{name}.jpg", type="jpeg", quality=72)
    assert len(picture) < 150_000
    assert (ROOT / "docs" / "pictures" / f"{name}.jpg").is_file()


def test_violations_stand_beside_their_fields_and_the_mended_booking_goes_through(
    context: BrowserContext, stack: LocalRun
) -> None:
    """Told while one types, and after the tap, with the focus at the first; what was wrong is put right and booked."""
    minute = "2031-02-01T12:00"
    page = open_page(context, stack, minute)
    page.get_by_label("Minutes").fill("3")
    expect(page.locator("#Duration-wrong")).not_to_be_empty()
    page.get_by_label("Your phone number").fill("")
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator("#PhoneNumber-wrong")).not_to_be_empty()
    expect(page.get_by_label("Minutes")).to_be_focused()
    expect(page.get_by_label("Minutes")).to_have_attribute("aria-invalid", "true")
    require_accessible(page, "violations")
    page.reload()
    expect(page.get_by_label("Minutes")).to_have_value("3")
    assert sent(stack, minute) == 0
    page.get_by_label("Minutes").fill("15")
    page.get_by_label("Your phone number").fill("07123 456 789")
    expect(page.locator("#Duration-wrong")).to_be_empty()
    page.get_by_role("button", name="Book", exact=True).click()
    expect(card(page, minute)).to_have_count(1)
    assert (len(booked(stack, minute)), sent(stack, minute)) == (1, 1)


def test_a_page_that_is_killed_while_it_books_finds_its_one_booking_afterwards(
    context: BrowserContext, stack: LocalRun
) -> None:
    """The tab dies after the request reached AdultWork; the next visit shows the booking, and nothing is sent again."""
    minute = "2031-02-02T12:00"
    page = open_page(context, stack, minute)
    arm(stack, "slow-answer", seconds=1)
    page.get_by_role("button", name="Book", exact=True).click()
    wait_until(lambda: sent(stack, minute) == 1)
    page.close()
    again = open_page(context, stack)
    expect(card(again, minute)).to_have_count(1, timeout=20_000)
    wait_until(lambda: not kept_names(again, "switchboard/"), seconds=20)  # it asks again when it was told to
    assert (len(booked(stack, minute)), sent(stack, minute)) == (1, 1)


def test_a_connection_that_drops_is_survived_by_the_page_that_stays_open(
    context: BrowserContext, stack: LocalRun
) -> None:
    """A tunnel between the tap and the answer: the page says so, goes on by itself, and ends with one booking."""
    minute = "2031-02-03T12:00"
    page = open_page(context, stack, minute)
    expect(page.locator("#minimum_credits")).to_have_text("22.5")
    context.set_offline(offline=True)
    expect(page.locator("#offline")).to_contain_text("You are offline")
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator("#bookings li[data-state=waiting]")).to_contain_text("No connection")
    require_accessible(page, "offline")
    assert sent(stack, minute) == 0
    context.set_offline(offline=False)
    expect(card(page, minute)).to_have_count(1, timeout=20_000)
    assert (len(booked(stack, minute)), sent(stack, minute)) == (1, 1)


def test_an_answer_that_is_lost_behind_switchboard_is_found_again(context: BrowserContext, stack: LocalRun) -> None:
    """AdultWork books and says nothing: the booking is shown, and was sent once."""
    minute = "2031-02-04T12:00"
    page = open_page(context, stack, minute)
    arm(stack, "commit-then-drop")
    page.get_by_role("button", name="Book", exact=True).dblclick()
    expect(card(page, minute)).to_have_count(1, timeout=30_000)
    assert (len(booked(stack, minute)), sent(stack, minute)) == (1, 1)


def test_whoever_is_not_signed_in_books_nothing_and_may_cancel(context: BrowserContext, stack: LocalRun) -> None:
    """What they tap is kept; after they signed in it is theirs to go on with."""
    minute = "2031-02-07T12:00"
    page = open_page(context, stack, minute, user=None)
    expect(page.locator("#quoted")).to_have_text("Sign in to see the price.")
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator("#bookings li[data-state=sign-in]")).to_contain_text("Nothing is lost")
    require_accessible(page, "signed-out")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator("#who-told")).to_have_text("You are not signed in.")
    assert page.url == f"{stack.address('page')}/"
    sign_in(page, "Client")
    expect(page.locator("#bookings li[data-state=asked]")).to_contain_text("Is it yours?")
    require_accessible(page, "asked")
    assert sent(stack, minute) == 0
    page.reload()
    page.get_by_role("button", name="Yes, go on").click()
    expect(card(page, minute)).to_have_count(1)
    assert (len(booked(stack, minute)), sent(stack, minute)) == (1, 1)


def test_another_user_sees_nothing_of_the_first_and_sends_nothing_of_theirs(
    context: BrowserContext, stack: LocalRun
) -> None:
    """Each has a list and a price of their own; what the first one left on the device is forgotten, not booked."""
    minute, left = "2031-02-05T12:00", "2031-02-08T12:00"
    page = open_page(context, stack, minute)
    page.get_by_role("button", name="Book", exact=True).click()
    expect(card(page, minute)).to_have_count(1)
    context.route("**/CreateBooking", lambda route: route.abort())
    choose(page, left)
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator("#bookings li[data-state=waiting]")).to_have_count(1)
    other_tab = open_page(context, stack)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    context.unroute("**/CreateBooking")
    sign_in(page, "NoScope")
    expect(page.locator("#quoted")).to_contain_text("account_phonechat_bookings")
    expect(page.locator("#bookings li")).to_have_count(1)
    for tab in (page, other_tab):
        expect(tab.get_by_role("button", name="No, forget it")).to_be_visible()
    page.get_by_role("button", name="No, forget it").click()
    expect(page.locator("#bookings li")).to_have_count(0)
    page.reload()
    expect(page.locator("html[data-ready]")).to_be_attached()
    expect(page.locator("#bookings li")).to_have_count(0)
    assert sent(stack, left) == 0


def test_a_session_outlives_its_access_token_in_the_middle_of_a_booking(
    context: BrowserContext, stack: LocalRun
) -> None:
    """The sandbox ends every access token; the page refreshes by itself, and the booking is sent once."""
    minute = "2031-02-09T12:00"
    page = open_page(context, stack, minute)
    expect(page.locator("#minimum_credits")).to_have_text("22.5")
    end_access(stack)
    with page.expect_response("**/oauth/token") as refreshed:
        page.get_by_role("button", name="Book", exact=True).click()
    assert refreshed.value.status == 200
    expect(card(page, minute)).to_have_count(1)
    assert (len(booked(stack, minute)), sent(stack, minute)) == (1, 1)


def test_a_long_list_comes_page_by_page(context: BrowserContext, stack: LocalRun) -> None:
    """The newest ten, and the rest when they are asked for; a page that cannot be read is asked for once more."""
    for minute in range(12):
        book_elsewhere(stack, f"2031-03-01 12:{minute:02}")
    page = open_page(context, stack, user="OtherClient")
    bookings, more = page.locator("#bookings li"), page.get_by_role("button", name="Show more")
    expect(bookings).to_have_count(10)
    expect(bookings.first).to_contain_text("12:11")
    page.route("**/MadeBookings?*PageNumber=2", unavailable, times=1)
    more.click()
    expect(page.locator("#list-told")).to_contain_text("cannot be read")
    expect(bookings).to_have_count(10)
    more.click()
    expect(bookings).to_have_count(12)
    expect(bookings.last).to_contain_text("12:00")
    expect(more).to_be_hidden()
    require_accessible(page, "long-list")


def book_elsewhere(stack: LocalRun, minute: str) -> None:
    """Book as another device of the second user does: at AdultWork."""
    order = {"BookUserID": 123456, "SessionDate": minute, "Duration": 15, "Method": 1, "PhoneNumber": "07123456789"}
    order |= {"Credits": 22.5, "AcceptBy": "2031-02-28 12:00"}
    requests.post(f"{stack.address('upstream')}/_sandbox/accounts/1002", json={"credits": "300"}, timeout=5)
    headers = {"Authorization": "bearer other-client-token"}
    answer = requests.post(f"{stack.address('upstream')}{CREATE}", json=order, headers=headers, timeout=5)
    answer.raise_for_status()


def unavailable(route: Route) -> None:
    """Answer as Switchboard does while AdultWork is away for longer than a page waits."""
    problem = {
        "type": "/problems/upstream-unavailable",
        "title": "Away",
        "status": 503,
        "detail": "Away",
        "request_id": "r",
    }
    headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/problem+json"}
    route.fulfill(status=503, headers=headers, json={**problem, "retry_after_seconds": 60})


def test_without_sign_in_the_sandboxs_users_are_there_to_choose_from(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each has a list and a price of their own, and may lack a scope."""
    minute = "2031-02-05T12:00"
    context = browser.new_context(viewport=NARROW, locale="en-GB")
    with local_run(tmp_path_factory.mktemp("state"), SIGN_IN="0") as run:
        page = open_page(context, run, minute)
        page.get_by_role("button", name="Book", exact=True).click()
        expect(card(page, minute)).to_have_count(1)
        page.get_by_label("Signed in as").select_option("1003")
        expect(page.locator("#bookings li")).to_have_count(0)
        expect(page.locator("#quoted")).to_contain_text("account_phonechat_bookings")
        page.get_by_label("Signed in as").select_option("1004")
        expect(page.locator("#balance")).to_have_text("not known")
        require_accessible(page, "without-sign-in")
    context.close()


def test_the_list_is_adultworks_own_and_tells_what_became_of_a_booking_elsewhere(
    context: BrowserContext, browser: Browser, stack: LocalRun
) -> None:
    """Another device of the same user has it too; the candidate accepts, and the next visit says so."""
    minute = "2031-02-06T12:00"
    page = open_page(context, stack, minute)
    page.get_by_role("button", name="Book", exact=True).click()
    expect(card(page, minute)).to_contain_text("Pending")
    (booking,) = booked(stack, minute)
    answer = requests.post(
        f"{stack.address('upstream')}/_sandbox/bookings/{booking['BookingID']}", json={"Status": "Accepted"}, timeout=5
    )
    answer.raise_for_status()
    elsewhere = browser.new_context()
    for seen in (open_page(elsewhere, stack), open_page(context, stack)):
        expect(card(seen, minute)).to_have_count(1)
        expect(card(seen, minute)).to_contain_text("Accepted")
    elsewhere.close()


def test_the_pages_origin_may_call_under_both_names_of_this_machine(stack: LocalRun) -> None:
    """Beside the origins that are allowed anyway."""
    page = stack.address("page")
    for origin in (page, page.replace("127.0.0.1", "localhost"), "http://localhost:5173"):
        answer = requests.get(f"{stack.address('switchboard')}/health", headers={"Origin": origin}, timeout=10)
        assert answer.headers["Access-Control-Allow-Origin"] == origin


def test_the_page_forgets_no_state_of_a_booking() -> None:
    """It compiles; a page that forgets one does not."""
    folder = ROOT / "examples" / "booking-page"
    done = run_node(tool("tsc"), "--project", str(folder), folder=folder)
    assert (done.returncode, done.stdout) == (0, "")
