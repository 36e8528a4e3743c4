"""The custodians' side of DynamoDB under what a stand-in does not do: pages, and transactions that end otherwise."""

from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.aws.people import ends
from chalicelib.adapters.aws.people.register import DynamoDBPeopleRegister
from chalicelib.application.people.ports import Written
from chalicelib.domain.people.person import Person
from chalicelib.domain.review.desk.look import Action, Head, Look
from chalicelib.domain.review.desk.reviewer import Reviewer
from chalicelib.domain.reviewer_errors import AuditUnavailableError
from chalicelib.domain.time_budget import Deadline
from tests.builders import NOW
from tests.fakes.clock import FixedClock

EVENT = Look(Reviewer("https://identity.example", "carl", frozenset()), Action.ERASE, NOW, "r", 1).following(Head())


class Paged:
    """A client with two pages."""

    def query(self, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 (boto3's)
        """Return the first page, or the one behind its key."""
        if "ExclusiveStartKey" in arguments:
            return {"Items": [{"pk": {"S": "2"}}]}
        return {"Items": [{"pk": {"S": "1"}}], "LastEvaluatedKey": {"pk": {"S": "1"}}}


class Cancelling:
    """A client whose transactions are cancelled for `codes`."""

    def __init__(self, *codes: str) -> None:
        self.codes = codes

    def transact_write_items(self, **_: Any) -> None:  # noqa: ANN401 (boto3's)
        """Cancel."""
        reasons = [{"Code": code} for code in self.codes]
        error = {"Error": {"Code": "TransactionCanceledException", "Message": ""}, "CancellationReasons": reasons}
        raise ClientError(cast("Any", error), "TransactWriteItems")


def in_time() -> Deadline:
    """Return a deadline."""
    return Deadline.after(FixedClock().monotonic, 10.0)


def test_a_query_is_read_to_its_end() -> None:
    """However many pages there are."""
    found = ends.pages(cast("Any", Paged()), ends.of_partition("audit", "OP#op_1"), in_time())
    assert [row["pk"]["S"] for row in found] == ["1", "2"]


@pytest.mark.parametrize(
    ("codes", "written"),
    [
        (("ConditionalCheckFailed", "ConditionalCheckFailed", "None"), Written.REFUSED),
        (("None", "ConditionalCheckFailed", "None"), Written.TAKEN),
        (("TransactionConflict", "None", "None"), Written.TAKEN),
    ],
)
def test_what_a_cancelled_transaction_says(codes: tuple[str, ...], written: Written) -> None:
    """The person's row has the first word; who collides with another custodian tries again."""
    register = DynamoDBPeopleRegister(cast("Any", Cancelling(*codes)), "operations", "audit")
    assert register.erase(Person(1001, "p_1"), EVENT, in_time()) is written


def test_any_other_end_of_a_transaction_is_a_failure() -> None:
    """A throttled table is no hold."""
    register = DynamoDBPeopleRegister(cast("Any", Cancelling("None", "ThrottlingError")), "operations", "audit")
    with pytest.raises(AuditUnavailableError):
        register.erase(Person(1001, "p_1"), EVENT, in_time())
