"""What only the hourly function does, made when it asks for it."""

from chalicelib.adapters.aws.dynamodb.open_count import DynamoDBOpenCount
from chalicelib.adapters.aws.dynamodb.operations import DynamoDBOperationStore
from chalicelib.application.operations.look_at_open import LookAtOpen
from chalicelib.application.ports import Clock


def look_at_open(store: DynamoDBOperationStore, clock: Clock) -> LookAtOpen:
    """Return the use case that counts what is open in a store."""
    return LookAtOpen(DynamoDBOpenCount(store.client, store.operations_table, store.sleep), clock)
