"""A stage is deployed by CloudFormation on the stand-in for AWS, as `make deploy` does it in an account."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from devtools.deploy.package import Package
from devtools.deploy.rollout.bucket import open_bucket
from devtools.deploy.rollout.cloud import Cloud, DeployError, open_cloud
from devtools.deploy.rollout.deployment import Deployment
from devtools.deploy.rollout.stand_in import Trial, scenes, stand_in
from sandbox.server import SandboxServer


@pytest.fixture(scope="module")
def account() -> Iterator[str]:
    """Run the stand-in, and lead this process to it; give its address."""
    with stand_in() as address:
        yield address


@pytest.fixture
def cloud(account: str) -> Cloud:
    """Return the account with nothing in it."""
    requests.post(f"{account}/_ministack/reset", timeout=30).raise_for_status()
    return open_cloud()


def deployment(cloud: Cloud, told: list[str] | None = None, *, wanted: bool = True) -> Deployment:
    """Return a deployment whose lines are kept, and whose questions all get one answer."""
    lines = [] if told is None else told
    return Deployment(cloud, "dev", lines.append, lambda _: wanted)


def altered(package: Package, folder: Path, change: dict[str, Any], resource: str) -> Package:
    """Return the package with other properties of something that is kept."""
    template = json.loads(package.kept.read_text())
    template["Resources"][resource]["Properties"] |= change
    for name in ("kept.json", "app.json"):
        (folder / name).write_bytes(package.template.with_name(name).read_bytes())
    (folder / "kept.json").write_text(json.dumps(template))
    return Package(folder / "sam.json", package.zip)


@pytest.mark.timeout(300)
def test_a_deployment_lives_and_what_it_keeps_outlives_it(cloud: Cloud, package: Package) -> None:
    """Every scene of `make deploy-test`: over HTTP, through gateway, function, tables, keys and secret."""
    with SandboxServer() as sandbox:
        seen = list(scenes(Trial(deployment(cloud), package, sandbox)))
    assert len(seen) > 10
    assert [told for told, is_so in seen if not is_so] == []


def test_the_bucket_is_versioned_encrypted_and_private(cloud: Cloud) -> None:
    """However often it is opened; what lies in it is named by its hash and stored once."""
    bucket = open_bucket(cloud)
    assert open_bucket(cloud) == bucket
    assert cloud.s3.get_bucket_versioning(Bucket=bucket.name)["Status"] == "Enabled"
    private = cloud.s3.get_public_access_block(Bucket=bucket.name)["PublicAccessBlockConfiguration"]
    assert list(private.values()) == [True] * 4
    rules = cloud.s3.get_bucket_encryption(Bucket=bucket.name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert bucket.put(b"a zip", "zip") == bucket.put(b"a zip", "zip")
    assert len(cloud.s3.list_object_versions(Bucket=bucket.name)["Versions"]) == 1


@pytest.mark.timeout(300)
def test_a_change_that_would_lose_records_is_refused(cloud: Cloud, package: Package, tmp_path: Path) -> None:
    """A table under another name is another table; the one that is there stays, protected from deletion."""
    one = deployment(cloud)
    with SandboxServer() as sandbox:
        upstream = [f"AdultworkBaseUrl={sandbox.url}"]
        one.deploy(package, upstream)
        before = one.kept.values("Outputs")
        with pytest.raises(DeployError, match="OperationsTable would be replaced"):
            one.deploy(altered(package, tmp_path, {"TableName": "another"}, "OperationsTable"), upstream)
        longer = {"GenerateSecretString": {"SecretStringTemplate": "{}", "GenerateStringKey": "HMAC_KEY"}}
        with pytest.raises(DeployError, match="ApiSecret would be"):
            one.deploy(altered(package, tmp_path, longer, "ApiSecret"), upstream)
        with pytest.raises(DeployError, match="The functions go on with version"):
            replace(one, ask=lambda _: False).use_secret("v" * 36)
    assert one.kept.values("Outputs") == before
    with pytest.raises(ClientError, match="TerminationProtection"):
        one.kept.delete()
    policy = cloud.cloudformation.get_stack_policy(StackName=one.kept.name)["StackPolicyBody"]
    assert {"Update:Replace", "Update:Delete"} == set(json.loads(policy)["Statement"][1]["Action"])


def test_nothing_is_deployed_that_nobody_wants(cloud: Cloud, package: Package) -> None:
    """The changes are told before the question, and no empty stack is left behind."""
    told: list[str] = []
    one = deployment(cloud, told, wanted=False)
    with pytest.raises(DeployError, match="was left as it is"):
        one.deploy(package)
    assert any("OperationsTable" in line for line in told)
    assert one.kept.described() is None


def test_wrong_parameters_are_told_before_anything_is_made(cloud: Cloud, package: Package) -> None:
    """All of them at once."""
    with pytest.raises(DeployError, match=r"AlarmEmail: must match .*\nMemory: there is no such parameter"):
        deployment(cloud).deploy(package, ["AlarmEmail=nobody", "Memory=1"])
    with pytest.raises(DeployError, match="CertificateArn: DomainName needs it"):
        deployment(cloud).deploy(package, ["DomainName=api.example.org"])
    with pytest.raises(DeployError, match="901 concurrent executions cannot be reserved: the account has 1000"):
        deployment(cloud).deploy(package, ["ReservedConcurrency=898"])
    assert cloud.s3.list_buckets()["Buckets"] == []


def test_a_stage_that_is_not_there_has_nothing_to_remove(cloud: Cloud) -> None:
    """And says so."""
    told: list[str] = []
    one = deployment(cloud, told)
    one.undeploy()
    assert not one.use_secret("v" * 36)
    assert told[0] == "switchboard-dev: nothing to do."
    assert "will begin with version v" in told[1]


def test_the_front_of_an_account_is_the_address_that_it_tells(cloud: Cloud) -> None:
    """The stand-in tells APIs apart by the host that is asked for."""
    address = "https://abc.execute-api.eu-west-2.amazonaws.com/dev/"
    assert replace(cloud, stand_in=None).front(address).url == address.rstrip("/")
    assert cloud.front(address).headers == {"Host": "abc.execute-api.localhost"}
