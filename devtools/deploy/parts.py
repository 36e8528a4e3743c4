"""What templates are made of: the functions beside Chalice's own, parameters, and what depends on one."""

import sys
from typing import Any

Json = dict[str, Any]

VERSION = "2012-10-17"
NO_VALUE: Json = {"Ref": "AWS::NoValue"}
VIA_DYNAMODB: Json = {"StringEquals": {"kms:ViaService": {"Fn::Sub": "dynamodb.${AWS::Region}.amazonaws.com"}}}


def function(name: str, handler: str, memory: int, timeout: int, variables: Json) -> Json:
    """Return the properties of the function `<name>Handler` out of the zip: `memory` in MB, `timeout` in seconds."""
    return {
        "CodeUri": "./deployment.zip",
        "Handler": handler,
        "Runtime": f"python{sys.version_info.major}.{sys.version_info.minor}",
        "Architectures": ["x86_64"],
        "MemorySize": memory,
        "Timeout": timeout,
        "Tracing": "PassThrough",
        "Role": arn(f"{name}HandlerRole"),
        "LoggingConfig": {"LogGroup": {"Ref": f"{name}LogGroup"}, "LogFormat": "Text"},
        "Environment": {"Variables": variables},
    }


def role(name: str, statements: list[Json]) -> Json:
    """Return the properties of the role of that function: it may write its own log, and what the statements allow."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    log = allow("WriteOwnLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], [arn(f"{name}LogGroup")])
    document = {"Version": VERSION, "Statement": [log, *statements]}
    return {
        "AssumeRolePolicyDocument": {"Version": VERSION, "Statement": [trust]},
        "Policies": [{"PolicyName": f"{name}HandlerRolePolicy", "PolicyDocument": document}],
    }


def allow(sid: str, actions: list[str], targets: list[Json], condition: Json | None = None) -> Json:
    """Return the statement that allows some actions on some targets."""
    told = {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": targets}
    return told if condition is None else {**told, "Condition": condition}


def leading(*patterns: str) -> Json:
    """Return the condition that every key of a request begins so; without the second part, one without keys would pass."""
    return {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(patterns)},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }


def arn(name: str) -> Json:
    """Return the ARN of a resource."""
    return {"Fn::GetAtt": [name, "Arn"]}


def indexes(table: str, names: list[str]) -> list[Json]:
    """Return the ARNs of indexes of a table."""
    return [{"Fn::Sub": f"${{{table}.Arn}}/index/{name}"} for name in names]


def text(pattern: str, default: str, told: str) -> Json:
    """Return a parameter that is a text; CloudFormation refuses what does not match, and so does whoever deploys."""
    return {"Type": "String", "AllowedPattern": pattern, "Default": default, "Description": told}


def is_given(parameter: str) -> Json:
    """Return the condition that a parameter is not empty."""
    return {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]}


def is_on(parameter: str) -> Json:
    """Return the condition that a switch is on."""
    return {"Fn::Equals": [{"Ref": parameter}, "1"]}


def when(condition: str, value: object, other: object = NO_VALUE) -> Json:
    """Return a value that is there under a condition of the template, and another one elsewhere: none unless it is said."""
    return {"Fn::If": [condition, value, other]}
