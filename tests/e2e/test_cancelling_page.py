"""Cancelling from the sample page, in a real browser and over the whole stack: asked for in the page, sent once, and shown."""

import requests
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.booking_page import (
    arm,
    booked,
    card,
    context,
    kept_names,
    open_page,
    require_accessible,
    sign_in,
    stack,
    watching,
)
from tests.e2e.local_run import LocalRun
from tests.integration.service import wait_until

CANCEL = "/v1/PhoneChat/CancelMadeBooking"
__all__ = ["context", "stack"]


def cancellations(stack: LocalRun, booking_id: int) -> int:
    """Return how often the cancellation of a booking reached the sandbox."""
    journal = requests.get(f"{stack.address('upstream')}/_sandbox/requests", timeout=5).json()
    return sum(
        (one["method"], one["path"]) == ("POST", CANCEL) and str(booking_id) in str(one["body"]) for one in journal
    )


def stand(page: Page, stack: LocalRun, minute: str) -> tuple[Locator, int]:
    """Book; return the button that cancels it, and its BookingID."""
    page.get_by_role("button", name="Book", exact=True).click()
    expect(card(page, minute)).to_contain_text("Pending")
    (booking,) = booked(stack, minute)
    return card(page, minute).get_by_role("button", name="Cancel booking"), int(booking["BookingID"])


def test_a_booking_is_cancelled_once_though_the_tab_is_killed_meanwhile(
    context: BrowserContext, stack: LocalRun
) -> None:
    """Asked for in the page, with a way back; the tab dies behind the tap, and the next visit shows what became of it."""
    minute = "2031-02-10T12:00"
    page = open_page(context, stack, minute)
    with watching(page):
        button, booking_id = stand(page, stack, minute)
        button.click()
        dialog = page.get_by_role("dialog", name="Cancel this booking?")
        expect(dialog.get_by_label("Why")).to_be_focused()
        require_accessible(page, "cancelling")
        page.keyboard.press("Escape")
        expect(button).to_be_focused()
        button.click()
        dialog.get_by_role("button", name="Yes, cancel it").click()  # not without a reason
        dialog.get_by_role("button", name="No, keep it").click()
        expect(dialog).to_be_hidden()
        button.click()
        dialog.get_by_label("Why").fill(" ")
        dialog.get_by_role("button", name="Yes, cancel it").click()
        expect(card(page, minute)).to_contain_text("reason")  # what Switchboard says of it; nothing is sent, or kept
        assert (cancellations(stack, booking_id), kept_names(page, "switchboard.")) == (0, [])
        button.click()
        dialog.get_by_label("Why").fill("Something came up")
        arm(stack, "slow-answer", CANCEL, seconds=1)
        dialog.get_by_role("button", name="Yes, cancel it").click()
        wait_until(lambda: cancellations(stack, booking_id) == 1)
    page.close()
    again = open_page(context, stack)
    expect(card(again, minute)).to_contain_text("Cancelled", timeout=20_000)
    wait_until(lambda: not kept_names(again, "switchboard."), seconds=20)
    expect(card(again, minute).get_by_role("button")).to_have_count(0)
    assert (booked(stack, minute)[0]["Status"], cancellations(stack, booking_id)) == ("Cancelled", 1)


def test_a_cancellation_survives_a_connection_that_drops_and_an_answer_that_is_lost(
    context: BrowserContext, stack: LocalRun
) -> None:
    """The card of the booking tells how it stands; it is sent once the network is back, and once only."""
    minute = "2031-02-11T12:00"
    page = open_page(context, stack, minute)
    button, booking_id = stand(page, stack, minute)
    arm(stack, "commit-then-drop", CANCEL)
    context.set_offline(offline=True)
    button.click()
    page.get_by_label("Why").fill("Something came up")
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(card(page, minute)).to_contain_text("The cancellation is kept")
    expect(card(page, minute)).to_be_focused()
    expect(button).to_have_count(0)
    require_accessible(page, "cancelling-offline")
    assert cancellations(stack, booking_id) == 0
    context.set_offline(offline=False)
    expect(card(page, minute)).to_contain_text("Cancelled", timeout=30_000)
    page.reload()
    expect(card(page, minute)).to_contain_text("Cancelled")
    assert (booked(stack, minute)[0]["Status"], cancellations(stack, booking_id)) == ("Cancelled", 1)


def test_another_user_is_asked_whose_a_cancellation_is_and_sends_none_of_the_first(
    context: BrowserContext, stack: LocalRun
) -> None:
    """What the first one left on the device is forgotten, and the booking stands."""
    minute = "2031-02-12T12:00"
    page = open_page(context, stack, minute)
    button, booking_id = stand(page, stack, minute)
    context.route(f"**{CANCEL}", lambda route: route.abort())
    button.click()
    page.get_by_label("Why").fill("Something came up")
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(card(page, minute)).to_contain_text("The cancellation is kept")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    context.unroute(f"**{CANCEL}")
    sign_in(page, "OtherClient")
    asked = page.locator("#bookings li[data-state=asked]")
    expect(asked).to_contain_text(f"Cancelling booking {booking_id}")
    asked.get_by_role("button", name="No, forget it").click()
    expect(page.locator("#bookings li")).to_have_count(0)
    assert (booked(stack, minute)[0]["Status"], cancellations(stack, booking_id)) == ("Pending", 0)
    assert kept_names(page, "switchboard.") == []
