"""checkov finds nothing in the templates but what is accepted with a reason; and it does find what is open."""

import json

import pytest

from devtools.deploy.inspection.checkov import ACCEPTED, Accepted, Finding, faults, findings, read_findings
from devtools.deploy.package import Package, PackagingError

FINDING = Finding("CKV_1", "Table", "Ensure that it is closed", "kept.json")


@pytest.fixture(scope="module")
def found(package: Package, tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """Let checkov look once, at what is deployed and at a bucket without any protection."""
    bucket = tmp_path_factory.mktemp("checkov") / "open.json"
    bucket.write_text(json.dumps({"Resources": {"OpenBucket": {"Type": "AWS::S3::Bucket", "Properties": {}}}}))
    return findings(package.kept, package.app, bucket)


def test_checkov_finds_nothing_but_what_is_accepted(found: list[Finding]) -> None:
    """And nothing is accepted in vain."""
    assert list(faults(one for one in found if one.template != "open.json")) == []


def test_checkov_finds_what_is_open(found: list[Finding]) -> None:
    """Each of the four blocks of public access is missed, and so are the versions."""
    missed = {one.check for one in found if one.template == "open.json"}
    assert missed >= {"CKV_AWS_21", "CKV_AWS_53", "CKV_AWS_54", "CKV_AWS_55", "CKV_AWS_56"}


def test_what_is_not_accepted_is_told() -> None:
    """By rule, resource and checkov's own words."""
    assert list(faults([FINDING], ())) == ["CKV_1 Table: Ensure that it is closed"]
    assert list(faults([FINDING], [Accepted("CKV_1", "for another", ("Bucket",))])) == [
        "CKV_1 Table: Ensure that it is closed",
        "CKV_1 Bucket: is accepted, and is not found any more",
    ]


def test_what_is_accepted_in_vain_is_told() -> None:
    """For one resource or for any."""
    assert list(faults([FINDING], [Accepted("CKV_1", "whichever")])) == []
    assert list(faults([], [Accepted("CKV_1", "whichever")])) == ["CKV_1 any: is accepted, and is not found any more"]


def test_each_rule_is_accepted_once_and_for_a_reason() -> None:
    """A sentence."""
    assert len({each.check for each in ACCEPTED}) == len(ACCEPTED)
    assert all(each.reason.endswith(".") and len(each.reason) > 40 for each in ACCEPTED)


@pytest.mark.parametrize(
    "told",
    [
        "",
        "Traceback",
        '{"passed": 0, "failed": 0, "resource_count": 0}',  # what it prints of a template without resources
        '{"summary": {"parsing_errors": 1}, "results": {"failed_checks": []}}',
    ],
)
def test_what_could_not_be_looked_at_is_told(told: str) -> None:
    """Rather than taken for templates without findings."""
    with pytest.raises(PackagingError, match="checkov"):
        read_findings(told, "no such file")
