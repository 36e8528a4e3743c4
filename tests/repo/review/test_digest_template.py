"""The digests' side of a stage: who makes them reads the trail alone, and what is made can be neither replaced nor deleted."""

import importlib
import json
from typing import Any

import pytest

from devtools.deploy.digests import HANDLER, RETENTION
from devtools.deploy.package import Package

Json = dict[str, Any]
ARN = {"Fn::GetAtt": ["DigestKey", "Arn"]}


@pytest.fixture(scope="session")
def resources(package: Package) -> Json:
    """Return the resources of the stage dev."""
    found: Json = json.loads(package.template.read_text())["Resources"]
    return found


def statements(resources: Json, role: str) -> dict[str, Json]:
    """Return what a role may do, by statement."""
    (policy,) = resources[role]["Properties"]["Policies"]
    return {each["Sid"]: each for each in policy["PolicyDocument"]["Statement"]}


def test_it_is_a_function_of_its_own_that_runs_alone_each_hour(resources: Json) -> None:
    """From the same zip; five minutes after a digest may be made."""
    own = resources["DigestHandler"]["Properties"]
    assert own["CodeUri"] == resources["APIHandler"]["Properties"]["CodeUri"]
    assert (own["ReservedConcurrentExecutions"], own["Handler"], own["Timeout"]) == (1, HANDLER, 900)
    assert own["Events"]["Hourly"]["Properties"]["Schedule"] == "cron(25 * * * ? *)"
    module, _, name = HANDLER.rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))


def test_its_role_reads_the_trail_puts_digests_and_signs(resources: Json) -> None:
    """It cannot read operations, cannot write events, and cannot delete anything."""
    allowed = statements(resources, "DigestHandlerRole")
    actions = {action for each in allowed.values() for action in each["Action"]}
    assert {each for each in actions if each.startswith("dynamodb:")} == {"dynamodb:Query"}
    assert {each for each in actions if each.startswith("s3:")} == {"s3:GetObject", "s3:PutObject", "s3:ListBucket"}
    assert "OperationsTable" not in json.dumps(resources["DigestHandlerRole"])
    assert (allowed["SignDigests"]["Action"], allowed["SignDigests"]["Resource"]) == (["kms:Sign"], [ARN])
    assert not any("*" in action for action in actions)


def test_nobody_else_signs_or_puts_digests(resources: Json) -> None:
    """Reviewers read them and fetch the public key."""
    for role in ("ApiHandlerRole", "ExpireOperationsRole", "ReviewHandlerRole"):
        actions = {action for each in statements(resources, role).values() for action in each["Action"]}
        assert not actions & {"kms:Sign", "s3:PutObject", "s3:DeleteObject"}
    reviewers = statements(resources, "ReviewHandlerRole")
    assert reviewers["FetchDigestKey"]["Action"] == ["kms:GetPublicKey"]
    assert reviewers["ReadDigests"]["Action"] == ["s3:GetObject"]
    variables = resources["ReviewHandler"]["Properties"]["Environment"]["Variables"]
    assert (variables["DIGEST_BUCKET"], variables["DIGEST_KEY_IDS"]) == ({"Ref": "DigestBucket"}, ARN)


def test_the_bucket_forgets_nothing(resources: Json) -> None:
    """Versioned, locked in compliance mode by setting, encrypted, closed to the public, over TLS alone, and kept."""
    bucket = resources["DigestBucket"]
    own = bucket["Properties"]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert (own["VersioningConfiguration"], own["ObjectLockEnabled"]) == ({"Status": "Enabled"}, True)
    retention = own["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert retention == {"Mode": "COMPLIANCE", "Days": {"Ref": RETENTION}}
    assert "BucketEncryption" in own
    assert set(own["PublicAccessBlockConfiguration"].values()) == {True}
    (statement,) = resources["DigestBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_the_key_signs_and_outlives_the_stack(resources: Json) -> None:
    """On P-256, as the check expects."""
    key = resources["DigestKey"]
    assert (key["Properties"]["KeySpec"], key["Properties"]["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")
    assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_an_hour_without_a_digest_raises_an_alarm(resources: Json) -> None:
    """A run that fails rings at once; none for two hours rings as well."""
    failing, missed = (resources[name]["Properties"] for name in ("DigestHandlerErrorsAlarm", "DigestsMadeAlarm"))
    assert (failing["TreatMissingData"], failing["ComparisonOperator"]) == (
        "notBreaching",
        "GreaterThanOrEqualToThreshold",
    )
    assert (missed["TreatMissingData"], missed["ComparisonOperator"]) == ("breaching", "LessThanThreshold")
    assert (missed["Period"], missed["EvaluationPeriods"]) == (3600, 2)
