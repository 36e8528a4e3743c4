"""The reviewers' side of DynamoDB and KMS under what a stand-in does not do: throttling, unread rows, odd rows, no time."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.aws.review.audit_index import DynamoDBAuditIndex
from chalicelib.adapters.aws.review.contacts import KmsContacts
from chalicelib.adapters.aws.review.look_trail import DynamoDBLookTrail
from chalicelib.adapters.aws.review.register import DynamoDBPersons
from chalicelib.adapters.aws.review.rows import stretch
from chalicelib.domain.review.desk.look import Action, Head, Look
from chalicelib.domain.review.desk.plan import Drive, Named, Span
from chalicelib.domain.review.desk.position import Direction, Position
from chalicelib.domain.review.desk.reviewer import Reviewer
from chalicelib.domain.reviewer_errors import AuditUnavailableError
from chalicelib.domain.time_budget import Deadline
from tests.builders import NOW
from tests.fakes.clock import FixedClock

CLIENT = Named(Drive.CLIENT, "p_1")
LOOK = Look(Reviewer("https://identity.example", "rita", frozenset()), Action.SEARCH, NOW, "request-1", 0).following(
    Head()
)


class Scripted:
    """A client whose every method gives the next of some answers, or raises it; `calls` notes what it was asked."""

    def __init__(self, *answers: object) -> None:
        self._answers = list(answers)
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:  # noqa: ANN401 (whatever the script says)
            self.calls.append((name, dict(arguments)))
            answer = self._answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def index(*answers: object) -> tuple[DynamoDBAuditIndex, Scripted]:
    """Return an index on a scripted client."""
    client = Scripted(*answers)
    return DynamoDBAuditIndex(cast("Any", client), "audit", "operations"), client


def in_time(seconds: float = 10.0) -> Deadline:
    """Return a deadline."""
    return Deadline.after(FixedClock().monotonic, seconds)


def client_error(code: str, **more: object) -> ClientError:
    """Return an error of AWS."""
    return ClientError(cast("Any", {"Error": {"Code": code, "Message": ""}, **more}), "Call")


@pytest.mark.parametrize("failure", [client_error("ThrottlingException"), KeyError("odd"), RecursionError()])
def test_whatever_fails_is_one_error(failure: Exception) -> None:
    """With a time to wait."""
    subject, _ = index(failure)
    with pytest.raises(AuditUnavailableError) as caught:
        subject.entries(CLIENT, Span(), 5, in_time())
    assert caught.value.retry_after_seconds == 5


def test_without_time_nothing_is_asked() -> None:
    """A call that has begun cannot be cut off."""
    subject, client = index()
    with pytest.raises(AuditUnavailableError):
        subject.operation_of(7, in_time(0.4))
    assert client.calls == []


def test_rows_that_are_left_unread_are_asked_for_again_and_not_for_ever() -> None:
    """DynamoDB answers with a part when it is throttled."""
    unread = {"audit": {"Keys": [{"pk": {"S": "OP#op_2"}, "sk": {"S": "0001"}}]}}
    row = {"pk": {"S": "OP#op_2"}, "sk": {"S": "0001"}, "canonical": {"S": "{}"}}
    part = {"Responses": {}, "UnprocessedKeys": unread}
    subject, client = index(part, {"Responses": {"audit": [row]}})
    assert list(subject.chains(["op_1", "op_2"], in_time())) == ["op_2"]
    assert client.calls[1] == ("batch_get_item", {"RequestItems": unread})
    subject, client = index(*[part] * 4)
    with pytest.raises(AuditUnavailableError):
        subject.chains(["op_1", "op_2"], in_time())


def test_a_long_chain_is_read_page_by_page() -> None:
    """As DynamoDB cuts it."""
    first = {"Items": [{"canonical": {"S": '{"sequence":1}'}}], "LastEvaluatedKey": {"pk": {"S": "here"}}}
    subject, client = index(first, {"Items": [{"canonical": {"S": '{"sequence":2}'}}]})
    assert len(subject.chains(["op_1"], in_time())["op_1"].events) == 2
    assert client.calls[1][1]["ExclusiveStartKey"] == {"pk": {"S": "here"}}


def test_more_open_operations_than_are_counted_are_told_so() -> None:
    """A hundred of a partition, and there are more."""
    entry = {"pk": {"S": "OP#op_1"}, "claimed_at": {"S": "2026-01-15T12:00:00.000+00:00"}}
    named = {"Items": [entry], "LastEvaluatedKey": {"pk": {"S": "here"}}}
    row = {"pk": {"S": "OP#op_1"}, "state": {"S": "UNKNOWN"}}
    subject, _ = index(*[named] * 16, {"Responses": {"operations": [row]}})
    counted = subject.open_now(in_time())
    assert (dict(counted.states), counted.is_complete) == ({"UNKNOWN": 1}, False)
    subject, _ = index(*[named] * 16)
    assert not subject.open_operations(100, in_time()).is_complete


@pytest.mark.parametrize(
    ("failure", "is_added"),
    [
        (client_error("ConditionalCheckFailedException", Item={"canonical": {"S": LOOK.canonical().decode()}}), True),
        (client_error("ConditionalCheckFailedException", Item={"canonical": {"S": "another"}}), False),
        (client_error("ConditionalCheckFailedException"), False),
    ],
)
def test_a_place_that_is_taken_is_ours_or_not(failure: ClientError, is_added: bool) -> None:  # noqa: FBT001 (a parameter)
    """By the bytes that stand there."""
    trail = DynamoDBLookTrail(cast("Any", Scripted(failure)), "audit")
    assert trail.add(LOOK, in_time()) is is_added


def test_a_look_that_cannot_be_written_is_told() -> None:
    """Any other failure."""
    with pytest.raises(AuditUnavailableError, match="recorded"):
        DynamoDBLookTrail(cast("Any", Scripted(client_error("AccessDeniedException"))), "audit").add(LOOK, in_time())


def test_a_key_that_kms_does_not_open_is_a_failure_and_no_loss() -> None:
    """Nobody may read "lost" where KMS was away for a moment."""
    row = {"Item": {"wrapped": {"B": b"wrapped"}}}
    contacts = KmsContacts(
        cast("Any", Scripted(row)), Scripted(client_error("KMSInternalException")), "operations", "key"
    )
    with pytest.raises(AuditUnavailableError, match="contact fields"):
        contacts.opened(1001, "op_1", "sealed", in_time())


def test_what_another_key_sealed_is_lost() -> None:
    """A text that is none of ours."""
    answers = Scripted({"Item": {"wrapped": {"B": b"wrapped"}}}), Scripted({"Plaintext": bytes(32)})
    contacts = KmsContacts(cast("Any", answers[0]), answers[1], "operations", "key")
    assert contacts.opened(1001, "op_1", "sealed", in_time()) is None


@pytest.mark.parametrize("answer", [{}, {"Item": {"pseudonym": {"S": "p_1"}}}])
def test_what_was_sealed_under_a_key_that_is_gone_is_lost(answer: dict[str, Any]) -> None:
    """Its person was erased, or has never had a key."""
    contacts = KmsContacts(cast("Any", Scripted(answer)), Scripted(), "operations", "key")
    assert contacts.opened(1001, "op_1", "sealed", in_time()) is None


def test_nobody_is_looked_for_by_what_is_no_pseudonym() -> None:
    """A record that was tampered with may say anything."""
    assert DynamoDBPersons(cast("Any", Scripted()), "operations").user_id("p_#", in_time()) is None


def test_a_stretch_of_time_is_spelled_as_rows_are() -> None:
    """To the millisecond."""
    beyond = Position(NOW, "op_1")
    assert (
        stretch(Span(Direction.OLDER, beyond, start=NOW.replace(microsecond=1)))[0] == "2026-01-15T12:00:00.001+00:00"
    )
    assert stretch(Span(Direction.NEWER, beyond, end=NOW))[1] == "2026-01-15T11:59:59.999+00:00"
