"""A made booking from the upstream's XML to what JSON shows, with exact values: for the yardstick and the peers alike."""

from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

RATINGS = ("Total", "Positive", "Neutral", "Negative", "Ratings", "Disputes")
INTEGERS = {"BookingID", "Duration", "Method", "UserID", *RATINGS}
CANDIDATE = ("UserID", "Nickname", "PhoneNumber", "SkypeName", *RATINGS)
DATES = ("CreateDate", "SessionDate", "AcceptBy", "AcceptedDate", "ConfirmedDate", "CancelledDate")
REASONS = ("CancelledReason", "CancelledBy", "RejectedReason", "LastUpdated", "Comments", "ActionClient")
MEMBERS = ("BookingID", "Duration", "Credits", "Status", "Method", "PhoneNumber", "SkypeName", *DATES, *REASONS)
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def booking_of(element: ET.Element) -> dict[str, Any]:
    """Return a booking with every member, in the order of the documentation."""
    booking = record(element)
    ordered: dict[str, Any] = {name: booking.get(name) for name in MEMBERS}
    ordered["Candidate"] = {name: booking["Candidate"].get(name) for name in CANDIDATE}
    return ordered


def record(element: ET.Element) -> dict[str, Any]:
    """Return an element's members under their local names, with the types that JSON gives them."""
    members: dict[str, Any] = {}
    for child in element:
        name = child.tag.rpartition("}")[2]
        if child.get(NIL) == "true":
            members[name] = None
        elif len(child):
            members[name] = record(child)
        elif name in INTEGERS:
            members[name] = int(child.text or 0)
        elif name == "Credits":
            number = Decimal(child.text or 0)
            members[name] = int(number) if number == int(number) else float(number)
        else:
            members[name] = child.text or ""
    return members
