"""What the functions of bookings need to be allowed, as their policies in `.chalice` say it; a test compares the two.

What a condition narrows (the tables' key through DynamoDB alone) is left out: IAM's simulation would need the condition's facts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from switchboard_cli.doctor.facts import API, HOURLY


@dataclass(frozen=True, slots=True)
class Need:
    """Actions on a resource: an output of the stack that is kept, and what stands below it."""

    output: str
    actions: Sequence[str]
    below: str = ""


OPERATIONS, AUDIT = "OperationsTableArn", "AuditTableArn"
OPEN = Need(OPERATIONS, ["dynamodb:Query"], "/index/open")
APPEND = Need(AUDIT, ["dynamodb:PutItem"])
OF_BOOKINGS = ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "UpdateItem"]

NEEDS: Mapping[str, Sequence[Need]] = {
    API: (
        Need(OPERATIONS, [f"dynamodb:{name}" for name in OF_BOOKINGS]),
        OPEN,
        APPEND,
        Need("SealingKeyArn", ["kms:Decrypt", "kms:GenerateDataKey"]),
        Need("ApiSecret", ["secretsmanager:GetSecretValue"]),
    ),
    HOURLY: (OPEN, Need(OPERATIONS, ["dynamodb:BatchGetItem", "dynamodb:UpdateItem"]), APPEND),
}
