"""DynamoDB: the calls that are made, and no others; their documents are AWS's own, bytes in items are bytes."""

from typing import TYPE_CHECKING

from chalicelib.adapters.aws.service import Protocol, Service
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import (
        BatchGetItemInputTypeDef,
        BatchGetItemOutputTypeDef,
        DeleteItemInputTypeDef,
        GetItemInputTypeDef,
        GetItemOutputTypeDef,
        PutItemInputTypeDef,
        QueryInputTypeDef,
        QueryOutputTypeDef,
        TransactWriteItemsInputTypeDef,
        UpdateItemInputTypeDef,
        UpdateItemOutputTypeDef,
    )

# The most that DynamoDB sends is 16 MB of items, and their bytes take a third more as base64.
DYNAMODB = Protocol("dynamodb", "DynamoDB_20120810", "1.0", "AWS_ENDPOINT_URL_DYNAMODB", maximum_bytes=24 * 1024 * 1024)


@dataclass(frozen=True, slots=True)
class DynamoDB:
    """The service behind both tables. Every call is made once, and raises what `Service.call` raises."""

    service: Service

    def monotonic(self) -> float:
        """Return the seconds that deadlines are told in."""
        return self.service.place.clock.monotonic()

    def get_item(self, document: "GetItemInputTypeDef", deadline: Deadline) -> "GetItemOutputTypeDef":
        """Read one item."""
        answer: GetItemOutputTypeDef = self.service.call("GetItem", document, deadline)
        return answer

    def batch_get_item(self, document: "BatchGetItemInputTypeDef", deadline: Deadline) -> "BatchGetItemOutputTypeDef":
        """Read some items."""
        answer: BatchGetItemOutputTypeDef = self.service.call("BatchGetItem", document, deadline)
        return answer

    def query(self, document: "QueryInputTypeDef", deadline: Deadline) -> "QueryOutputTypeDef":
        """Read a page of items under one key."""
        answer: QueryOutputTypeDef = self.service.call("Query", document, deadline)
        return answer

    def put_item(self, document: "PutItemInputTypeDef", deadline: Deadline) -> None:
        """Write an item."""
        self.service.call("PutItem", document, deadline)

    def update_item(self, document: "UpdateItemInputTypeDef", deadline: Deadline) -> "UpdateItemOutputTypeDef":
        """Change an item."""
        answer: UpdateItemOutputTypeDef = self.service.call("UpdateItem", document, deadline)
        return answer

    def delete_item(self, document: "DeleteItemInputTypeDef", deadline: Deadline) -> None:
        """Remove an item."""
        self.service.call("DeleteItem", document, deadline)

    def transact_write_items(self, document: "TransactWriteItemsInputTypeDef", deadline: Deadline) -> None:
        """Write all of some items or none of them."""
        self.service.call("TransactWriteItems", document, deadline)
