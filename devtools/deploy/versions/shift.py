"""How traffic comes to a new version of the API's function: at once, or a part of it first while alarms watch, by CodeDeploy.

The other functions have too few calls for a part of them to tell anything; their aliases move when the API's has arrived.
"""

from devtools.deploy.alarms import ALARMS
from devtools.deploy.parts import VERSION, Json, text, when

NAME, CONDITION, AT_ONCE = "TrafficShift", "ShiftsTraffic", "AllAtOnce"
DEFAULTS = {"sandbox": AT_ONCE, "live": "Canary10Percent10Minutes"}  # the alarms count over five minutes
WATCHED = "APIHandler"
APPLICATION, GROUP, ROLE = "ShiftApplication", "APIHandlerShift", "ShiftRole"
# AWS's own, and kept up by AWS: what CodeDeploy calls is its own affair.
POLICY = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited"}


def parameters(kind: str) -> dict[str, Json]:
    """Return the kind of shift; a stage of kind `sandbox` has nobody to be careful with."""
    pattern = "^(AllAtOnce|Canary10Percent(5|10|15|30)Minutes|Linear10PercentEvery(1Minute|(2|3|10)Minutes))$"
    told = (
        "How traffic comes to a new version: `AllAtOnce`, `Canary10Percent10Minutes` (also 5, 15, 30) or "
        "`Linear10PercentEvery1Minute` (also `2Minutes`, `3Minutes`, `10Minutes`)."
    )
    return {NAME: text(pattern, DEFAULTS[kind], told)}


def add(app: Json) -> None:
    """Put the shift into the app's template, whose aliases are there already."""
    app["Conditions"][CONDITION] = {"Fn::Not": [{"Fn::Equals": [{"Ref": NAME}, AT_ONCE]}]}
    resources = app["Resources"]
    first = f"{WATCHED}Alias"
    for name, one in resources.items():
        if one["Type"] == "AWS::Lambda::Alias" and name != first:
            one["DependsOn"] = first
    update = {"ApplicationName": {"Ref": APPLICATION}, "DeploymentGroupName": {"Ref": GROUP}}
    resources[first]["UpdatePolicy"] = when(CONDITION, {"CodeDeployLambdaAliasUpdate": update})
    resources |= {
        APPLICATION: _under_condition("AWS::CodeDeploy::Application", {"ComputePlatform": "Lambda"}),
        GROUP: _under_condition("AWS::CodeDeploy::DeploymentGroup", _group()),
        ROLE: _under_condition("AWS::IAM::Role", _role()),
    }


def _under_condition(kind: str, properties: Json) -> Json:
    return {"Type": kind, "Condition": CONDITION, "Properties": properties}


def _group() -> Json:
    """Return what watches a shift: it is taken back when an alarm rings, when it fails, and when somebody stops it."""
    events = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]
    return {
        "ApplicationName": {"Ref": APPLICATION},
        "ServiceRoleArn": {"Fn::GetAtt": [ROLE, "Arn"]},
        "DeploymentConfigName": {"Fn::Sub": f"CodeDeployDefault.Lambda${{{NAME}}}"},
        "DeploymentStyle": {"DeploymentType": "BLUE_GREEN", "DeploymentOption": "WITH_TRAFFIC_CONTROL"},
        "AutoRollbackConfiguration": {"Enabled": True, "Events": events},
        "AlarmConfiguration": {
            "Enabled": True,
            "Alarms": [{"Name": {"Ref": one.name}} for one in ALARMS if one.ends_shift],
        },
    }


def _role() -> Json:
    trust = {"Effect": "Allow", "Principal": {"Service": "codedeploy.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {
        "AssumeRolePolicyDocument": {"Version": VERSION, "Statement": [trust]},
        "ManagedPolicyArns": [POLICY],
    }
