"""The register in DynamoDB, as custodians change it: each change, its event and the errand that follows are one transaction."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.adapters.aws.people import person_rows
from chalicelib.adapters.aws.people.person_rows import HELD
from chalicelib.adapters.aws.review import rows
from chalicelib.adapters.aws.review.calls import audit_errors, in_time
from chalicelib.application.people.ports import Errand, Task, Written
from chalicelib.domain.people.person import Hold, Person
from chalicelib.domain.review.desk.look import LookEvent
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

NOT_WRITTEN = "Nothing was changed, or not all of it. It is safe to try again."
SAME_PERSON, NOT_HELD = "pseudonym = :pseudonym", f"attribute_not_exists({HELD[0]})"
CANCELLED, CONDITION_FAILED = "TransactionCanceledException", "ConditionalCheckFailed"


@dataclass(frozen=True, slots=True)
class DynamoDBPeopleRegister:
    """A PeopleRegister on both tables; its events end `looks_kept_for` after they happened, never where that is None."""

    client: "DynamoDBClient"
    operations_table: str
    audit_table: str
    looks_kept_for: timedelta | None = None

    @audit_errors()
    def find(self, user_id: int, deadline: Deadline) -> Person | None:
        """Return who a UserID is."""
        row = self._row(person_rows.person_key(user_id), deadline)
        return None if row is None else person_rows.person(user_id, row)

    @audit_errors(NOT_WRITTEN)
    def set_hold(self, person: Person, hold: Hold, event: LookEvent, deadline: Deadline) -> Written:
        """Put a hold on a person."""
        told = zip(HELD, (items.text(hold.by), items.instant(hold.at), items.text(hold.why)), strict=True)
        change = {
            "UpdateExpression": "SET " + ", ".join(f"{name} = :{name}" for name in HELD),
            "ConditionExpression": SAME_PERSON,
        }
        values = {f":{name}": value for name, value in told}
        write = {"Update": self._on(person, change, values)}
        return self._write(write, event, "ADD held :one DELETE lifted :one", person.pseudonym, deadline)

    @audit_errors(NOT_WRITTEN)
    def lift_hold(self, person: Person, event: LookEvent, deadline: Deadline) -> Written:
        """Take off the hold that the person has."""
        if person.hold is None:
            return Written.REFUSED
        change = {
            "UpdateExpression": f"REMOVE {', '.join(HELD)}",
            "ConditionExpression": f"{SAME_PERSON} AND held_by = :by AND held_at = :at",
        }
        values = {":by": items.text(person.hold.by), ":at": items.instant(person.hold.at)}
        write = {"Update": self._on(person, change, values)}
        return self._write(write, event, "ADD lifted :one DELETE held :one", person.pseudonym, deadline)

    @audit_errors(NOT_WRITTEN)
    def erase(self, person: Person, event: LookEvent, deadline: Deadline) -> Written:
        """Delete the row with the data key in it."""
        errand = Errand(Task.ERASED, person.pseudonym, event.look.at)
        write = {"Delete": self._on(person, {"ConditionExpression": f"{SAME_PERSON} AND {NOT_HELD}"}, {})}
        return self._write(write, event, "ADD erased :one", person_rows.errand_text(errand), deadline)

    @audit_errors()
    def errands(self, deadline: Deadline) -> Sequence[Errand]:
        """Return what is left to do."""
        return person_rows.errands(self._row(person_rows.key(person_rows.ERRANDS), deadline) or {})

    @audit_errors(NOT_WRITTEN)
    def done(self, errand: Errand, deadline: Deadline) -> None:
        """Strike an errand off."""
        update = self._errands(f"DELETE {errand.task.value} :one", person_rows.errand_text(errand))
        in_time(lambda: self.client.update_item(**update), deadline)

    def _row(self, key: dict[str, Any], deadline: Deadline) -> dict[str, Any] | None:
        answer: Any = in_time(
            lambda: self.client.get_item(TableName=self.operations_table, Key=key, ConsistentRead=True), deadline
        )
        row: dict[str, Any] | None = answer.get("Item")
        return row

    def _on(self, person: Person, write: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
        """Return a write on a person's row, on the condition that it is this person's."""
        return {
            "TableName": self.operations_table,
            "Key": person_rows.person_key(person.user_id),
            "ExpressionAttributeValues": {":pseudonym": items.text(person.pseudonym), **values},
            **write,
        }

    def _errands(self, change: str, text: str) -> dict[str, Any]:
        return {
            "TableName": self.operations_table,
            "Key": person_rows.key(person_rows.ERRANDS),
            "UpdateExpression": change,
            "ExpressionAttributeValues": {":one": {"SS": [text]}},
        }

    def _write(self, write: Any, event: LookEvent, errand: str, text: str, deadline: Deadline) -> Written:  # noqa: ANN401 (boto3's)
        """Write a change, its event and its errand, or none of them."""
        put = {
            "TableName": self.audit_table,
            "Item": rows.look_row(event, self.looks_kept_for),
            "ConditionExpression": f"attribute_not_exists({tables.PARTITION_KEY})",
        }
        parts: Any = [write, {"Put": put}, {"Update": self._errands(errand, text)}]
        try:
            in_time(lambda: self.client.transact_write_items(TransactItems=parts), deadline)
        except ClientError as error:
            return _why_not(error)
        return Written.DONE


def _why_not(error: ClientError) -> Written:
    """Return what a transaction that was not applied says.

    Raises:
        ClientError: nothing that another try behind the newest event could mend.
    """
    if error.response["Error"]["Code"] != CANCELLED:
        raise error
    reasons: Any = error.response.get("CancellationReasons", [])
    codes = [reason.get("Code") for reason in reasons]
    if codes[:1] == [CONDITION_FAILED]:
        return Written.REFUSED
    if set(codes) <= {"None", None, CONDITION_FAILED, "TransactionConflict"}:
        return Written.TAKEN
    raise error
