"""What a change set would do, told to a person; and what no deployment may do."""

from collections.abc import Iterable, Mapping
from typing import Any

# What bookings are kept out by, read with and compared under: another one of these forgets all that was.
IRREPLACEABLE = frozenset({"AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::S3::Bucket", "AWS::SecretsManager::Secret"})
DRAWS_ANEW = "GenerateSecretString"  # any edit of it draws a new HMAC key, though the secret is not replaced

Change = Mapping[str, Any]


def described(changes: Iterable[Change]) -> Iterable[str]:
    """Yield a line for each change: what happens, to which resource, and whether it is replaced."""
    for change in changes:
        replacement = {"True": ", replaced", "Conditional": ", perhaps replaced"}.get(change.get("Replacement", ""), "")
        yield f"  {change['Action']:8} {change['LogicalResourceId']} ({change['ResourceType']}{replacement})"


def refusals(changes: Iterable[Change]) -> Iterable[str]:
    """Yield why a change set is not to be executed."""
    for change in changes:
        if change["ResourceType"] not in IRREPLACEABLE:
            continue
        name = change["LogicalResourceId"]
        if change["Action"] == "Remove":
            yield f"{name} would be removed"
        elif change.get("Replacement", "False") != "False":
            yield f"{name} would be replaced, and what it holds forgotten"
        elif any(each.get("Target", {}).get("Name") == DRAWS_ANEW for each in change.get("Details", ())) and (
            change["Action"] == "Modify"
        ):
            yield f"{name} would be drawn anew: {DRAWS_ANEW} must stay as it is"
