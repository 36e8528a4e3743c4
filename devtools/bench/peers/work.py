"""What the peers with a framework share: one session, one client, reads side by side, a record before the send and after it.

The upstream calls of the yardstick, with two single writes in the place of its two transactions. Permissions are read
again for each booking.
"""

import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any, Literal
from xml.etree import ElementTree as ET

import boto3
import requests
from pydantic import BaseModel, Field

from devtools.bench.yardstick.documents import booking_of

UPSTREAM = os.environ["ADULTWORK_BASE_URL"]
SCOPES = {"account_phonechat_bookings", "account_credits_history"}
PATHS = (
    "/v1/account/verifyCredentials",
    "/v1/Account/GetPermissions",
    "/v1/CreditHistory/GetCurrentCreditBalance",
    "/v1/PhoneChat/GetUserBookingRequirements?BookUserID={}",
)

session = requests.Session()
database: Any = boto3.client("dynamodb")
threads = ThreadPoolExecutor(4)


class RefusedError(Exception):
    """The booking cannot be made; the status and the reason go to the caller."""


class Asked(BaseModel):
    """A booking as it is asked for."""

    BookUserID: int
    SessionDate: str = Field(pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d$")
    AcceptBy: str = Field(pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d$")
    Duration: int = Field(ge=5)
    Method: Literal[1, 2, 3]
    PhoneNumber: str = Field(pattern=r"^\d{10,11}$")
    Credits: Decimal
    Comments: str = ""


def place(authorization: str, asked: Asked) -> tuple[str, dict[str, Any]]:
    """Check, record, send, record; return the operation's id and the booking."""
    token = authorization.partition(" ")[2]
    paths = [path.format(asked.BookUserID) for path in PATHS]
    credentials, permissions, balance, needs = threads.map(lambda path: read(token, path), paths)
    require(asked, permissions, balance, needs)
    operation = f"op_{uuid.uuid4().hex}"
    item = {name: {"S": str(value)} for name, value in asked.model_dump().items()}
    item["account"] = {"S": credentials.findtext("{*}UserID") or ""}
    database.put_item(
        TableName=os.environ["OPERATIONS_TABLE"],
        Item={"pk": {"S": operation}, **item},
        ConditionExpression="attribute_not_exists(pk)",
    )
    booking = send(token, asked)
    database.update_item(
        TableName=os.environ["OPERATIONS_TABLE"],
        Key={"pk": {"S": operation}},
        UpdateExpression="SET booking_id = :booking",
        ExpressionAttributeValues={":booking": {"N": str(booking["BookingID"])}},
    )
    return operation, booking


def require(asked: Asked, permissions: ET.Element, balance: ET.Element, needs: ET.Element) -> None:
    """Refuse what the upstream would refuse."""
    granted = {each.findtext("{*}Permission") for each in permissions.iterfind("{*}Permissions/*")}
    if not granted >= SCOPES:
        raise RefusedError(403, "scope")
    price = Decimal(needs.findtext("{*}PhoneChatPPM") or 0)
    if asked.Credits < price * asked.Duration or Decimal(balance.text or 0) < asked.Credits:
        raise RefusedError(422, "credits or balance")


def read(token: str, path: str) -> ET.Element:
    """Return the document at a path."""
    headers = {"Authorization": f"bearer {token}", "Accept": "application/xml"}
    reply = session.get(UPSTREAM + path, headers=headers, timeout=12)
    reply.raise_for_status()
    return ET.fromstring(reply.content)  # noqa: S314 (the local simulator's own answer)


def send(token: str, asked: Asked) -> dict[str, Any]:
    """Send the booking; return what came back."""
    headers = {"Authorization": f"bearer {token}", "Accept": "application/xml"}
    body = asked.model_dump() | {"Credits": float(asked.Credits)}
    reply = session.post(f"{UPSTREAM}/v1/PhoneChat/CreateBooking", json=body, headers=headers, timeout=12)
    reply.raise_for_status()
    return booking_of(ET.fromstring(reply.content))  # noqa: S314 (the same)
