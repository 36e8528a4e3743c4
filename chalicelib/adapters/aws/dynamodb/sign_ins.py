"""The ledger of sign-in in DynamoDB: marks of what is being exchanged and counts of addresses, all gone within the hour.

Rows are named by keyed hashes: neither a token, nor the digest of one that could be tried out, nor an address is in them.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.adapters.aws.database import DynamoDB
from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.adapters.aws.dynamodb.faults import refused_item
from chalicelib.adapters.aws.faults import AwsError, store_errors
from chalicelib.adapters.aws.tries import Tries
from chalicelib.application.ports import HmacKeys
from chalicelib.domain.sign_in_errors import TooManySignInsError
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import DeleteItemInputTypeDef, PutItemInputTypeDef, UpdateItemInputTypeDef

MINUTE_SECONDS = 60
STORE_SECONDS = 3.0
AGAIN = 2
MARKED_UNTIL = "marked_until"  # milliseconds since 1970
NOT_REACHED = "Switchboard could not keep the record that sign-in needs. It is safe to try again."
TOO_MANY = "Too many requests of sign-in came from this address. Try again later."


@dataclass(frozen=True, slots=True)
class DynamoDBSignInLedger:
    """A SignInLedger in the table of operations; `sleep` waits between tries, in seconds."""

    client: DynamoDB
    table: str
    keys: HmacKeys
    per_minute: int
    sleep: Callable[[float], None]

    def count(self, address: str, now: datetime, deadline: Deadline) -> None:
        """Count a request of an address. Raises what `SignInLedger.count` raises."""
        minute, second = divmod(int(now.timestamp()), MINUTE_SECONDS)
        add: UpdateItemInputTypeDef = {
            "TableName": self.table,
            "Key": self._key("address", f"{address}#{minute}"),
            "UpdateExpression": f"ADD requests :one SET {tables.EXPIRES_AT} = :ends",
            "ConditionExpression": "attribute_not_exists(requests) OR requests < :most",
            "ExpressionAttributeValues": {
                ":one": items.number(1),
                ":most": items.number(self.per_minute),
                ":ends": items.expiry(now + timedelta(hours=1)),
            },
        }
        if not self._is_done(lambda until: self.client.update_item(add, until), deadline):
            raise TooManySignInsError(TOO_MANY, retry_after_seconds=MINUTE_SECONDS - second)

    def claim(self, secret: str, until: datetime, now: datetime, deadline: Deadline) -> bool:
        """Mark a secret as in use.

        It is put once: after an answer that was lost, a second try would meet its own mark.
        """
        put: PutItemInputTypeDef = {
            "TableName": self.table,
            "Item": {
                **self._key("exchange", secret),
                MARKED_UNTIL: items.number(_milliseconds(until)),
                tables.EXPIRES_AT: items.expiry(until + timedelta(minutes=5)),
            },
            "ConditionExpression": f"attribute_not_exists({tables.PARTITION_KEY}) OR {MARKED_UNTIL} <= :now",
            "ExpressionAttributeValues": {":now": items.number(_milliseconds(now))},
        }
        return self._is_done(lambda until: self.client.put_item(put, until), deadline, again=0)

    def release(self, secret: str, deadline: Deadline) -> None:
        """Take the mark away."""
        gone: DeleteItemInputTypeDef = {"TableName": self.table, "Key": self._key("exchange", secret)}
        self._is_done(lambda until: self.client.delete_item(gone, until), deadline)

    def _is_done(self, write: Callable[[Deadline], object], deadline: Deadline, again: int = AGAIN) -> bool:
        """Write; tell whether the condition held."""
        until = deadline.within(STORE_SECONDS)
        with store_errors(NOT_REACHED):
            try:
                Tries(self.sleep).run(lambda: write(until), again, until)
            except AwsError as error:
                if refused_item(error) is None:
                    raise
                return False
        return True

    def _key(self, kind: str, text: str) -> items.Item:
        digest = self.keys.in_use()[0].digest(f"sign-in-{kind}", text)
        return {tables.PARTITION_KEY: items.text(tables.sign_in_row(digest))}


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
