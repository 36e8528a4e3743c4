"""Chalice as its tutorial leads to it: a call of `requests` after the other, and a table of boto3's resource layer."""

import os
import uuid
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import boto3
import requests
from chalice.app import Chalice, ForbiddenError, Response, UnprocessableEntityError

from devtools.bench.yardstick.documents import booking_of

UPSTREAM = os.environ["ADULTWORK_BASE_URL"]
SCOPES = {"account_phonechat_bookings", "account_credits_history"}

app = Chalice(app_name="naive")
table: Any = boto3.resource("dynamodb").Table(os.environ["OPERATIONS_TABLE"])


@app.route("/v1/PhoneChat/CreateBooking", methods=["POST"], cors=True)
def create_booking() -> Response:
    """Place one booking and answer with it."""
    asked: Any = app.current_request.json_body  # type: ignore[union-attr]  # there is one while a view runs
    token = app.current_request.headers["authorization"].partition(" ")[2]  # type: ignore[union-attr]
    account = read(token, "/v1/account/verifyCredentials").findtext("{*}UserID")
    permissions = read(token, "/v1/Account/GetPermissions").iterfind("{*}Permissions/*")
    if not {each.findtext("{*}Permission") for each in permissions} >= SCOPES:
        raise ForbiddenError("scope")
    balance = read(token, "/v1/CreditHistory/GetCurrentCreditBalance")
    needs = read(token, f"/v1/PhoneChat/GetUserBookingRequirements?BookUserID={asked['BookUserID']}")
    price = Decimal(needs.findtext("{*}PhoneChatPPM") or 0)
    if asked["Credits"] < price * asked["Duration"] or Decimal(balance.text or 0) < asked["Credits"]:
        raise UnprocessableEntityError("credits or balance")
    operation = f"op_{uuid.uuid4().hex}"
    item = {name: str(value) for name, value in asked.items()}
    table.put_item(Item={"pk": operation, "account": account, **item}, ConditionExpression="attribute_not_exists(pk)")
    booking = send(token, asked)
    table.update_item(
        Key={"pk": operation},
        UpdateExpression="SET booking_id = :booking",
        ExpressionAttributeValues={":booking": booking["BookingID"]},
    )
    return Response(booking, {"Location": f"/v1/operations/{operation}"}, 201)


def read(token: str, path: str) -> ET.Element:
    """Return the document at a path."""
    headers = {"Authorization": f"bearer {token}", "Accept": "application/xml"}
    reply = requests.get(UPSTREAM + path, headers=headers, timeout=12)
    reply.raise_for_status()
    return ET.fromstring(reply.content)  # noqa: S314 (the local simulator's own answer)


def send(token: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Send the booking; return what came back."""
    headers = {"Authorization": f"bearer {token}", "Accept": "application/xml"}
    reply = requests.post(f"{UPSTREAM}/v1/PhoneChat/CreateBooking", json=asked, headers=headers, timeout=12)
    reply.raise_for_status()
    return booking_of(ET.fromstring(reply.content))  # noqa: S314 (the same)
