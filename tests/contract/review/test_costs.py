"""What a page asks of DynamoDB: the same number of requests in a small table and in a large one."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters.aws.review.audit_index import DynamoDBAuditIndex
from chalicelib.adapters.aws.review.look_trail import DynamoDBLookTrail
from chalicelib.application.review.door import Door
from chalicelib.application.review.persons import Persons
from chalicelib.application.review.search_operations import SearchCommand, SearchOperations
from chalicelib.domain.review.desk.cursor import write_cursor
from chalicelib.domain.review.desk.filters import Filter
from chalicelib.domain.review.desk.position import Direction, Position
from tests.builders import NOW, pseudonym
from tests.contract.review.conftest import on_new_tables
from tests.contract.review.test_audit_index import opening
from tests.fakes.clock import FixedClock
from tests.fakes.persons import SpelledRegister
from tests.fakes.review_desk import FakeVerifier, visit

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

SMALL, LARGE = 40, 400
PAGES = {
    "day": (SearchCommand(visit()), {"Query": 16 + 1, "BatchGetItem": 1, "PutItem": 1}),
    "client": (SearchCommand(visit(), client=pseudonym(1001)), {"Query": 1 + 1, "BatchGetItem": 1, "PutItem": 1}),
    "candidate": (
        SearchCommand(visit(), candidate=pseudonym(123456)),
        {"Query": 1 + 1, "BatchGetItem": 1, "PutItem": 1},
    ),
    "request": (SearchCommand(visit(), Filter(request_id="request-7")), {"Query": 2 + 1, "PutItem": 1}),
    "booking": (SearchCommand(visit(), Filter(booking=7)), {"GetItem": 1, "Query": 2 + 1, "PutItem": 1}),
    "operation": (SearchCommand(visit(), Filter(operation=f"op_{7:026}")), {"Query": 1 + 1, "PutItem": 1}),
    "nothing meets it": (
        SearchCommand(visit(), Filter(state="CONFIRMED"), client=pseudonym(1001)),
        {"Query": 5 + 1, "BatchGetItem": 10, "PutItem": 1},
    ),
}


@pytest.fixture(scope="module", params=[SMALL, LARGE])
def measured(
    request: pytest.FixtureRequest, review_client: "DynamoDBClient"
) -> Callable[[SearchCommand], Counter[str]]:
    """Return what counts the requests of a page in a table of some size."""
    audit = on_new_tables(review_client)
    audit.put(*(replace(opening(number), at=NOW - timedelta(seconds=number)) for number in range(request.param)))
    audit.book(7, f"op_{7:026}")
    assert isinstance(audit.index, DynamoDBAuditIndex)
    assert isinstance(audit.trail, DynamoDBLookTrail)
    door = Door(FakeVerifier(), audit.trail, FixedClock())
    search = SearchOperations(door, audit.index, Persons(SpelledRegister()))

    def page(command: SearchCommand) -> Counter[str]:
        asked: Counter[str] = Counter()

        def note(model: Any, **_: object) -> None:  # noqa: ANN401 (botocore's own)
            asked[model.name] += 1

        review_client.meta.events.register("before-call.dynamodb", note)
        try:
            search.execute(command)
        finally:
            review_client.meta.events.unregister("before-call.dynamodb", note)
        return asked

    page.size = request.param  # type: ignore[attr-defined]  # told to the tests that need it
    return page


@pytest.mark.parametrize("drive", PAGES)
def test_a_first_page_costs_what_the_plan_says(measured: Callable[[SearchCommand], Counter[str]], drive: str) -> None:
    """Reads of the index, the chains in one request, the head of the reader's chain, and its next event."""
    command, expected = PAGES[drive]
    if drive == "nothing meets it" and measured.size == SMALL:  # type: ignore[attr-defined]  # see above
        expected = {"Query": 2 + 1, "BatchGetItem": 2, "PutItem": 1}
    asked = measured(command)
    assert "Scan" not in asked
    assert asked == expected


@pytest.mark.parametrize("drive", ["day", "client", "candidate"])
def test_a_page_far_back_costs_what_the_first_one_does(
    measured: Callable[[SearchCommand], Counter[str]], drive: str
) -> None:
    """The last but one of the table: DynamoDB begins at the place of the cursor, and reads nothing before it."""
    command, expected = PAGES[drive]
    size: int = measured.size  # type: ignore[attr-defined]  # see above
    back = Position(NOW - timedelta(seconds=size - 30), f"op_{size - 30:026}")
    far = replace(command, cursor=write_cursor(Direction.OLDER, back, _filter(command)))
    assert measured(far) == expected


def _filter(command: SearchCommand) -> Filter:
    """Return the filters that a search goes by; people in these commands are named as events name them."""
    client, candidate = (each if isinstance(each, str) else None for each in (command.client, command.candidate))
    return replace(command.filter_, client=client, candidate=candidate)
