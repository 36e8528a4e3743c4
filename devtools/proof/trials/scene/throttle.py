"""A table whose writes are throttled because one of its indexes is: nothing is applied, and DynamoDB says so at once.

What is throttled is a step of an operation; DynamoDB itself does not tell steps apart, but which one meets a hot partition is
chance, so each is tried.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NoReturn

from botocore.exceptions import ClientError


class Step(StrEnum):
    """A transaction of an operation."""

    CLAIM = "claim"
    CONCLUDE = "conclude"
    RESOLVE = "resolve"


class Throttle:
    """Throttles the transactions of some steps while `is_on`; `struck` counts them.

    DynamoDB tells it in one of three ways; each is told in turn.
    """

    def __init__(self, *steps: Step) -> None:
        self.steps = frozenset(steps)
        self.struck: Counter[Step] = Counter()
        self.is_on = True

    def around(self, client: Any) -> "ThrottledClient":  # noqa: ANN401 (boto3's client is made at run time)
        """Return a client that is throttled."""
        return ThrottledClient(client, self)

    def strike(self, writes: Sequence[Mapping[str, Any]]) -> None:
        """Refuse a transaction, if it is of a throttled step.

        Raises:
            ClientError: it is.
        """
        step = step_of(writes)
        if self.is_on and step in self.steps:
            self.struck[step] += 1
            _refuse(self.struck.total(), len(writes))


class ThrottledClient:
    """A boto3 client whose transactions pass a throttle."""

    def __init__(self, client: Any, throttle: Throttle) -> None:  # noqa: ANN401 (the same)
        self._client = client
        self._throttle = throttle

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (the same)
        """Return everything else of the client as it is."""
        return getattr(self._client, name)

    def transact_write_items(self, **arguments: Any) -> Any:  # noqa: ANN401 (the same)
        """Run a transaction, unless it is throttled."""
        self._throttle.strike(arguments["TransactItems"])
        return self._client.transact_write_items(**arguments)


def step_of(writes: Sequence[Mapping[str, Any]]) -> Step:
    """Return which step a transaction is: a claim puts its operation, what follows changes it."""
    first = writes[0]
    if "Put" in first:
        return Step.CLAIM
    return Step.CONCLUDE if ":sending" in first["Update"]["ExpressionAttributeValues"] else Step.RESOLVE


def _refuse(number: int, writes: int) -> NoReturn:
    """Raise what boto3 makes of an answer that throttles."""
    codes = ("ThrottlingException", "ProvisionedThroughputExceededException", "TransactionCanceledException")
    code = codes[number % len(codes)]
    document: Any = {
        "Error": {"Code": code, "Message": "The level of configured throughput for an index was exceeded."},
        "ResponseMetadata": {"HTTPStatusCode": 400},
    }
    if code == codes[-1]:
        document["CancellationReasons"] = [{"Code": "ThrottlingError"}, *[{"Code": "None"}] * (writes - 1)]
    raise ClientError(document, "TransactWriteItems")
