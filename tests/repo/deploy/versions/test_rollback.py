"""Aliases are moved a release back and forward again, on the stand-in for AWS with a stack of two small functions."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import boto3
import pytest

from devtools.deploy.alarms import ALARMS
from devtools.deploy.rollout.bucket import open_bucket
from devtools.deploy.rollout.cloud import Cloud, DeployError, open_cloud
from devtools.deploy.rollout.live import aliases, deployed
from devtools.deploy.rollout.moving import Moving
from devtools.deploy.rollout.secret_version import current_version
from devtools.deploy.rollout.stacks import Stack
from devtools.deploy.rollout.stand_in import stand_in
from devtools.deploy.versions import shift
from devtools.deploy.versions.aliases import add_versions
from devtools.deploy.versions.release import named

Json = dict[str, Any]
FUNCTIONS = ("APIHandler", "Hourly")


class Busy(Stack):
    """A stack that is being changed."""

    def described(self) -> Mapping[str, Any]:
        """Return what CloudFormation tells meanwhile."""
        return {"StackStatus": "UPDATE_IN_PROGRESS"}


@dataclass
class Stage:
    """A small stage: its stack, what was told, and how its questions are answered."""

    cloud: Cloud
    name: str
    told: list[str] = field(default_factory=list)
    wanted: bool = True

    @property
    def stack(self) -> Stack:
        """Return the stack of both functions."""
        return Stack(self.cloud, self.name, self.told.append, lambda _: self.wanted)

    @property
    def moving(self) -> Moving:
        """Return what moves its aliases."""
        return Moving(self.stack, self.told.append, lambda _: self.wanted)

    def release(self, text: str, secret: str = "") -> None:
        """Deploy both functions with a text that they are told."""
        role = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}
        resources: Json = {name: self._function(text, secret) for name in FUNCTIONS}
        alarm = {"Type": "AWS::SNS::Topic"}
        app: Json = {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Transform": "AWS::Serverless-2016-10-31",
            "Parameters": shift.parameters("sandbox"),
            "Conditions": {},
            "Resources": {
                **resources,
                "Role": {"Type": "AWS::IAM::Role", "Properties": role},
                **{one.name: alarm for one in ALARMS if one.ends_shift},
            },
            "Outputs": {},
        }
        add_versions(app)
        bucket = open_bucket(self.cloud)
        template = bucket.put(json.dumps(named(app, {})).encode(), "json")
        self.stack.apply(bucket.url(template), {})

    def live(self) -> dict[str, int]:
        """Return the version of each function that is live, by its name in the template."""
        return {name: one.version for one in aliases(self.stack) for name in FUNCTIONS if name in one.function}

    def _function(self, text: str, secret: str) -> Json:
        told = {"TEXT": text, "SECRETS_NAME": "small-secret", "SECRETS_VERSION": secret}
        properties = {
            "Runtime": "python3.11",
            "Handler": "index.handler",
            "InlineCode": "def handler(event, context): pass",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Environment": {"Variables": told},
        }
        return {"Type": "AWS::Serverless::Function", "Properties": properties}


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    """Give an account of a stand-in for all tests; each has a stack of its own."""
    with stand_in():
        boto3.client("secretsmanager").create_secret(Name="small-secret", SecretString="{}")
        yield open_cloud()


def test_what_was_deployed_once_has_nothing_before_it(cloud: Cloud) -> None:
    """And says so; what is not deployed at all is another thing."""
    stage = Stage(cloud, "first")
    with pytest.raises(DeployError, match="first is not deployed"):
        stage.moving.back()
    stage.release("a")
    assert not stage.moving.back()
    assert stage.told[-1] == "first: nothing to roll back to."
    assert stage.live() == {"APIHandler": 1, "Hourly": 1}


def test_a_release_is_rolled_back_as_a_whole_and_comes_again(cloud: Cloud) -> None:
    """Twice back, then forward to what is deployed; what was said names each function's versions."""
    stage = Stage(cloud, "whole")
    for text in "abc":
        stage.release(text)
    assert stage.live() == dict.fromkeys(FUNCTIONS, 3)
    assert stage.moving.back()
    assert stage.live() == dict.fromkeys(FUNCTIONS, 2)
    assert sum(" 3 (R" in line and " -> 2 (R" in line for line in stage.told) == 2
    assert stage.moving.back()
    assert not stage.moving.back()
    assert stage.live() == dict.fromkeys(FUNCTIONS, 1)
    assert set(deployed(stage.stack).values()) == {3}
    assert stage.moving.forward()
    assert not stage.moving.forward()
    assert stage.live() == dict.fromkeys(FUNCTIONS, 3)


def test_a_step_that_was_cut_off_is_ended_by_the_next(cloud: Cloud) -> None:
    """Move one alias by hand, and go back: the other one follows, and no further."""
    stage = Stage(cloud, "cut-off")
    for text in "abc":
        stage.release(text)
    moved = next(one for one in aliases(stage.stack) if "Hourly" in one.function)
    cloud.functions.update_alias(FunctionName=moved.function, Name="live", FunctionVersion="2")
    assert stage.moving.back()
    assert stage.live() == dict.fromkeys(FUNCTIONS, 2)


def test_part_of_the_traffic_goes_nowhere_else_after_a_step_back(cloud: Cloud) -> None:
    """Cut a shift off in its middle: the alias leads to one version alone."""
    stage = Stage(cloud, "shifting")
    for text in "ab":
        stage.release(text)
    api = next(one for one in aliases(stage.stack) if "APIHandler" in one.function)
    weights = {"AdditionalVersionWeights": {"1": 0.9}}
    cloud.functions.update_alias(FunctionName=api.function, Name="live", FunctionVersion="2", RoutingConfig=weights)
    assert stage.moving.back()
    alias = cloud.functions.get_alias(FunctionName=api.function, Name="live")
    assert (alias["FunctionVersion"], alias.get("RoutingConfig")) == ("1", None)


def test_nothing_moves_that_nobody_wants(cloud: Cloud) -> None:
    """Neither back nor forward."""
    stage = Stage(cloud, "unwanted")
    for text in "ab":
        stage.release(text)
    stage.wanted = False
    with pytest.raises(DeployError, match="left as it is"):
        stage.moving.back()
    assert stage.live() == dict.fromkeys(FUNCTIONS, 2)


def test_a_version_whose_secret_is_gone_is_not_gone_back_to(cloud: Cloud) -> None:
    """It would answer no booking; one whose secret is there is fine."""
    stage = Stage(cloud, "secret-gone")
    stage.release("a", "6f1c0a52-0000-4000-8000-00000000dead")
    stage.release("b", current_version(cloud.secrets, "small-secret"))
    with pytest.raises(DeployError, match="of the secret, which is gone"):
        stage.moving.back()
    stage.release("c", current_version(cloud.secrets, "small-secret"))
    assert stage.moving.back()
    assert stage.live() == dict.fromkeys(FUNCTIONS, 2)


def test_a_stack_that_is_being_changed_is_not_rolled_back(cloud: Cloud) -> None:
    """CloudFormation takes back itself what it has begun."""
    stage = Stage(cloud, "busy")
    busy = Busy(cloud, "busy", stage.told.append, lambda _: True)
    with pytest.raises(DeployError, match=r"being changed right now \(UPDATE_IN_PROGRESS\)"):
        replace(stage.moving, stack=busy).back()
