"""Reading the stage as a whole: stacks and drift, functions and their settings, roles, alarms, schedules, and how much fits."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from botocore.exceptions import WaiterError

from chalicelib.domain.time_budget import TimeBudget
from switchboard_cli.doctor.account import Account
from switchboard_cli.doctor.facts import (
    API,
    AlarmFacts,
    DriftFacts,
    FunctionFacts,
    LoadFacts,
    RoleFacts,
    ScheduleFacts,
    StackFacts,
    TopicFacts,
)
from switchboard_cli.doctor.needs import NEEDS

FUNCTION, RULE, ALARM = "AWS::Lambda::Function", "AWS::Events::Rule", "AWS::CloudWatch::Alarm"
REST_API, TOPIC = "AWS::ApiGateway::RestApi", "AWS::SNS::Topic"
EVERYTHING = "*/*"
DRIFT_TRIES, DRIFT_PAUSE_SECONDS = 120, 2.0
PREPARING = {"MaxAttempts": 60, "Delay": 1}  # a look a second
UNCONFIRMED = ("PendingConfirmation", "Deleted")


class DriftUnknownError(Exception):
    """CloudFormation did not come to an end with its look; the message says why."""


def stacks(account: Account) -> Sequence[StackFacts]:
    """Read both stacks."""
    return [_stack(account, name) for name in (account.kept_name, account.app_name)]


def _stack(account: Account, name: str) -> StackFacts:
    found = account.described(name)
    if found is None:
        return StackFacts(name, None)
    body = account.client("cloudformation").get_stack_policy(StackName=name).get("StackPolicyBody")
    is_protected = bool(found.get("EnableTerminationProtection"))
    return StackFacts(name, found["StackStatus"], is_protected, json.loads(body) if body else None)


def drift(account: Account) -> Sequence[DriftFacts]:
    """Have CloudFormation compare both stacks with what is there; it takes up to some minutes.

    Raises:
        DriftUnknownError: it does not tell.
    """
    return [one for name in (account.kept_name, account.app_name) for one in _drift(account, name)]


def _drift(account: Account, name: str) -> Iterator[DriftFacts]:
    client = account.client("cloudformation")
    begun = client.detect_stack_drift(StackName=name)["StackDriftDetectionId"]
    for _ in range(DRIFT_TRIES):
        told = client.describe_stack_drift_detection_status(StackDriftDetectionId=begun)
        if told["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            break
        time.sleep(DRIFT_PAUSE_SECONDS)
    if told["DetectionStatus"] != "DETECTION_COMPLETE":
        raise DriftUnknownError(f"{name}: {told['DetectionStatus']}: {told.get('DetectionStatusReason', '')}")
    asked = {"StackName": name, "StackResourceDriftStatusFilters": ["MODIFIED", "DELETED"]}
    while True:
        page = client.describe_stack_resource_drifts(**asked)
        for one in page["StackResourceDrifts"]:
            paths = [each["PropertyPath"] for each in one.get("PropertyDifferences", ())]
            yield DriftFacts(name, one["LogicalResourceId"], one["StackResourceDriftStatus"], paths)
        if not page.get("NextToken"):
            return
        asked["NextToken"] = page["NextToken"]


def functions(account: Account) -> Sequence[FunctionFacts]:
    """Read every function of the app."""
    return [_function(account, name, called) for name, called in sorted(account.resources[FUNCTION].items())]


def _function(account: Account, name: str, called: str) -> FunctionFacts:
    told = _configuration(account, called)
    return FunctionFacts(
        name=name,
        variables=told.get("Environment", {}).get("Variables", {}),
        timeout=float(told["Timeout"]),
        state=told.get("State", "Active"),
        role=told["Role"],
        reserved=_reserved(account, called),
    )


def _configuration(account: Account, called: str) -> dict[str, Any]:
    """Return what Lambda tells of a function; one that it is preparing is waited for, as nothing is wrong with it."""
    client = account.client("lambda")
    told: dict[str, Any] = client.get_function_configuration(FunctionName=called)
    if told.get("State") == "Pending":
        with suppress(WaiterError):  # failed, or still Pending after a minute: the state tells which
            client.get_waiter("function_active").wait(FunctionName=called, WaiterConfig=PREPARING)
        told = client.get_function_configuration(FunctionName=called)
    return told


def _reserved(account: Account, called: str) -> int | None:
    told = account.client("lambda").get_function_concurrency(FunctionName=called)
    calls: int | None = told.get("ReservedConcurrentExecutions")
    return calls


def roles(account: Account) -> Sequence[RoleFacts]:
    """Read the role of every function, and have IAM say of those whose needs are known what they may not do."""
    return [_role(account, one) for one in account.once(functions)]


def _role(account: Account, function: FunctionFacts) -> RoleFacts:
    iam, name = account.client("iam"), function.role.rpartition("/")[2]
    policies = iam.list_role_policies(RoleName=name)["PolicyNames"]
    documents = [iam.get_role_policy(RoleName=name, PolicyName=one)["PolicyDocument"] for one in policies]
    attached = [one["PolicyName"] for one in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]]
    statements = [statement for document in documents for statement in document["Statement"]]
    return RoleFacts(function.name, statements, attached, list(_denied(account, function)))


def _denied(account: Account, function: FunctionFacts) -> Iterator[str]:
    """Yield what a function needs and IAM would not let it do, boundaries and the organisation's policies counted in."""
    for need in NEEDS.get(function.name, ()):
        told = account.client("iam").simulate_principal_policy(
            PolicySourceArn=function.role,
            ActionNames=list(need.actions),
            ResourceArns=[account.kept[need.output] + need.below],
        )
        for one in told["EvaluationResults"]:
            if one["EvalDecision"] != "allowed":
                yield f"{one['EvalActionName']} on {need.output}{need.below}"


def alarms(account: Account) -> tuple[Sequence[AlarmFacts], Sequence[TopicFacts]]:
    """Read the alarms of the app, and who hears of the topics that they tell."""
    names = {called: name for name, called in account.resources.get(ALARM, {}).items()}
    pages = account.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=account.app_name)
    found = [
        AlarmFacts(
            name=names[one["AlarmName"]],
            is_armed=one["ActionsEnabled"],
            topics=one["AlarmActions"],
            is_ringing=one["StateValue"] == "ALARM",
            told=one.get("AlarmDescription", ""),
        )
        for page in pages
        for one in page["MetricAlarms"]
        if one["AlarmName"] in names
    ]
    return found, [_topic(account, called) for called in account.resources.get(TOPIC, {}).values()]


def _topic(account: Account, called: str) -> TopicFacts:
    pages = account.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=called)
    arns = [one["SubscriptionArn"] for page in pages for one in page["Subscriptions"]]
    return TopicFacts(called, sum(arn not in UNCONFIRMED for arn in arns), arns.count(UNCONFIRMED[0]))


def schedules(account: Account) -> Sequence[ScheduleFacts]:
    """Read the rules that start functions."""
    names = {called: name for name, called in account.resources[FUNCTION].items()}
    found: list[ScheduleFacts] = []
    for called in sorted(account.resources.get(RULE, {}).values()):
        rule = called.rpartition("/")[2]
        is_enabled = account.client("events").describe_rule(Name=rule)["State"] == "ENABLED"
        for target in account.client("events").list_targets_by_rule(Rule=rule)["Targets"]:
            function = target["Arn"].partition(":function:")[2].partition(":")[0]
            found.append(ScheduleFacts(names.get(function, function), is_enabled, _reserved(account, function)))
    return found


def load(account: Account) -> LoadFacts:
    """Read what the gateway lets in and what Lambda lets run."""
    function = next(one for one in account.once(functions) if one.name == API)
    stages = account.client("apigateway").get_stages(restApiId=account.resources[REST_API]["RestAPI"])["item"]
    limits = stages[0]["methodSettings"][EVERYTHING]
    return LoadFacts(
        rate=limits["throttlingRateLimit"],
        burst=limits["throttlingBurstLimit"],
        call_seconds=float(function.variables.get("CALL_SECONDS") or TimeBudget().call),
        reserved=function.reserved,
        account=account.client("lambda").get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"],
    )
