"""Traces of the functions in AWS X-Ray: their starts, times and failures.

The gateway is not traced: its part of a trace holds the address of who asked and the whole URL.
"""

from devtools.deploy.parts import Json, is_on, text, when

NAME, CONDITION = "Tracing", "Traces"
# AWS's own: X-Ray knows no resources that a policy of ours could name.
POLICY = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AWSXRayDaemonWriteAccess"}


def parameters() -> dict[str, Json]:
    """Return the switch."""
    return {NAME: text("^[01]$", "0", "`1` traces the functions in AWS X-Ray.")}


def add(app: Json) -> None:
    """Let every function be traced, and its role say so."""
    app["Conditions"][CONDITION] = is_on(NAME)
    resources = app["Resources"]
    for function in [one for one in resources.values() if one["Type"] == "AWS::Serverless::Function"]:
        properties = function["Properties"]
        properties["Tracing"] = when(CONDITION, "Active", "PassThrough")
        role = resources[properties["Role"]["Fn::GetAtt"][0]]["Properties"]
        role["ManagedPolicyArns"] = when(CONDITION, [POLICY])
