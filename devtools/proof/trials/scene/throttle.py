"""A table whose writes are throttled because one of its indexes is: nothing is applied, and DynamoDB says so at once.

What is throttled is a step of an operation; DynamoDB itself does not tell steps apart, but which one meets a hot partition is
chance, so each is tried.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NoReturn

from chalicelib.adapters.aws.database import DynamoDB
from chalicelib.adapters.aws.faults import AwsError
from chalicelib.domain.time_budget import Deadline


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

    def around(self, client: DynamoDB) -> "ThrottledClient":
        """Return a client that is throttled."""
        return ThrottledClient(client, self)

    def strike(self, writes: Sequence[Mapping[str, Any]]) -> None:
        """Refuse a transaction, if it is of a throttled step.

        Raises:
            AwsError: it is.
        """
        step = step_of(writes)
        if self.is_on and step in self.steps:
            self.struck[step] += 1
            _refuse(self.struck.total(), len(writes))


class ThrottledClient:
    """A DynamoDB whose transactions pass a throttle."""

    def __init__(self, client: DynamoDB, throttle: Throttle) -> None:
        self._client = client
        self._throttle = throttle

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (any of its calls)
        """Return everything else of the client as it is."""
        return getattr(self._client, name)

    def transact_write_items(self, document: Any, deadline: Deadline) -> None:  # noqa: ANN401 (a whole call)
        """Run a transaction, unless it is throttled."""
        self._throttle.strike(document["TransactItems"])
        self._client.transact_write_items(document, deadline)


def step_of(writes: Sequence[Mapping[str, Any]]) -> Step:
    """Return which step a transaction is: a claim puts its operation, what follows changes it."""
    first = writes[0]
    if "Put" in first:
        return Step.CLAIM
    return Step.CONCLUDE if ":sending" in first["Update"]["ExpressionAttributeValues"] else Step.RESOLVE


def _refuse(number: int, writes: int) -> NoReturn:
    """Raise what an answer that throttles is read as."""
    codes = ("ThrottlingException", "ProvisionedThroughputExceededException", "TransactionCanceledException")
    code = codes[number % len(codes)]
    reasons = [{"Code": "ThrottlingError"}, *[{"Code": "None"}] * (writes - 1)]
    raise AwsError(code, 400, {"CancellationReasons": reasons} if code == codes[-1] else {})
