"""Enforce what the documentation of the booking calls asks for."""

import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus

from sandbox.adultwork.booking import Order
from sandbox.adultwork.cast import CALLS_CLIENT, METHODS, SKYPE, Account, Candidate
from sandbox.adultwork.fields import Fields
from sandbox.adultwork.refusal import refusal
from sandbox.writing.json_writer import SCALE

SHORTEST_MINUTES = 5
MOST_CREDITS = Decimal(10) ** 12
_PHONE = re.compile("[0-9]{10,11}")


def read_order(fields: Fields, now: datetime) -> Order:
    """Read an order for a booking and refuse it when any field breaks its documented rule."""
    method = fields.integer("Method")
    phone_number, skype_name = _contact(fields, method)
    order = Order(
        candidate_id=fields.integer("BookUserID"),
        session_date=fields.local_date("SessionDate"),
        duration=fields.integer("Duration"),
        method=method,
        phone_number=phone_number,
        skype_name=skype_name,
        credits=fields.decimal("Credits"),
        accept_by=fields.local_date("AcceptBy"),
        comments=fields.text("Comments"),
    )
    _check_numbers(fields, order)
    _check_dates(fields, order, now)
    fields.require_sound()
    return replace(order, credits=order.credits.quantize(SCALE))


def _check_numbers(fields: Fields, order: Order) -> None:
    if order.duration < SHORTEST_MINUTES:
        fields.fault("Duration", f"The Duration must be at least {SHORTEST_MINUTES} minutes.")
    if order.method not in METHODS:
        fields.fault("Method", "The Method must be 1, 2 or 3.")
    if not 0 <= order.credits <= MOST_CREDITS:
        fields.fault("Credits", "The Credits are out of range.")


def _check_dates(fields: Fields, order: Order, now: datetime) -> None:
    if order.session_date <= now:
        fields.fault("SessionDate", "The SessionDate must be in the future.")
    if order.accept_by <= now:
        fields.fault("AcceptBy", "The AcceptBy must be in the future.")
    if order.accept_by >= order.session_date:
        fields.fault("AcceptBy", "The AcceptBy must be before the SessionDate.")


def _contact(fields: Fields, method: int) -> tuple[str | None, str | None]:
    """Read the contact that the method uses; the other one is not looked at."""
    if method == CALLS_CLIENT:
        phone_number = fields.text("PhoneNumber")
        if not phone_number:
            fields.fault("PhoneNumber", "The PhoneNumber field is required when Method is 1.")
        elif not _PHONE.fullmatch(phone_number):
            fields.fault("PhoneNumber", "The PhoneNumber must have 10 or 11 digits.")
        return phone_number, None
    if method == SKYPE:
        skype_name = fields.text("SkypeName")
        if not (skype_name or "").strip():
            fields.fault("SkypeName", "The SkypeName field is required when Method is 3.")
        return None, skype_name
    return None, None


def require_bookable(candidate: Candidate | None) -> Candidate:
    """Return the candidate if bookings can be made at it."""
    if candidate is None:
        raise refusal(HTTPStatus.NOT_FOUND, "The user could not be found.")
    if not candidate.provides_phone_chat:
        raise refusal(HTTPStatus.BAD_REQUEST, "The user does not provide PhoneChat.")
    if candidate.is_direct_chat_only:
        raise refusal(HTTPStatus.BAD_REQUEST, "The user takes DirectChat only.")
    return candidate


def require_payable(order: Order, candidate: Candidate, account: Account) -> None:
    """Refuse an order whose method, price or funds do not fit."""
    if order.method not in candidate.methods:
        raise refusal(HTTPStatus.BAD_REQUEST, "The Method is not available for this user.")
    if candidate.price_per_minute is not None and order.credits < candidate.price_per_minute * order.duration:
        raise refusal(HTTPStatus.BAD_REQUEST, "The Credits are below the price of this user.")
    if order.credits > account.credits:
        raise refusal(HTTPStatus.PAYMENT_REQUIRED, "There are not enough credits.")
