"""What KMS and DynamoDB answer about one data key."""

import base64
from typing import Any

from chalicelib.adapters.aws.vault.data_key import DataKey
from chalicelib.domain.time_budget import Deadline
from tests.fakes.clock import FixedClock
from tests.unit.adapters.aws.dynamodb.stub import Reply, answer

ACCOUNT = 1001
PURPOSE = "answer:op_1"
SECRET = bytes(range(100, 132))
OTHER_SECRET = bytes(range(32))
WRAPPED = b"\x00 wrapped by KMS \xff"
OTHER_WRAPPED = b"\x01 wrapped by KMS too"
KEY = DataKey(SECRET)
PSEUDONYM = f"p_{7:026}"

NO_ROW = answer(200, {})
DELETED = answer(200, {})


def in_time(clock: FixedClock, seconds: float = 4.0) -> Deadline:
    """Return a deadline."""
    return Deadline.after(clock.monotonic, seconds)


def base64_text(raw: bytes) -> str:
    """Return bytes as both services spell them."""
    return base64.b64encode(raw).decode()


def row(secret: bytes = SECRET, wrapped: bytes = WRAPPED) -> dict[str, Any]:
    """Return the row of a key, as DynamoDB spells it."""
    return {
        "pk": {"S": f"PERSON#{ACCOUNT}"},
        "pseudonym": {"S": PSEUDONYM},
        "created_at": {"S": "2026-01-15T12:00:00.000+00:00"},
        "key_id": {"B": base64_text(DataKey(secret).id)},
        "wrapped": {"B": base64_text(wrapped)},
    }


def found(item: dict[str, Any]) -> Reply:
    """Return the reply to GetItem."""
    return answer(200, {"Item": item})


def written(item: dict[str, Any]) -> Reply:
    """Return the reply to UpdateItem: the row as it stands, another container's where that was faster."""
    return answer(200, {"Attributes": item})


def made(secret: bytes = SECRET, wrapped: bytes = WRAPPED) -> Reply:
    """Return the reply to GenerateDataKey."""
    return answer(200, {"Plaintext": base64_text(secret), "CiphertextBlob": base64_text(wrapped), "KeyId": "arn"})


def unwrapped(secret: bytes = SECRET) -> Reply:
    """Return the reply to Decrypt."""
    return answer(200, {"Plaintext": base64_text(secret), "KeyId": "arn"})
