"""A log of the requests at the gateway, for those that reach no function: refused, throttled, or cut off.

Who asked, with which headers, and for which ids is not in it: a route is told, never the path or query of a request. An account
whose API Gateway may not write logs yet has to be given a role for that once, by hand: it belongs to the region, not to a stage.
"""

import json

from devtools.deploy.parts import Json, arn, is_on, text, when

NAME, CONDITION, GROUP = "AccessLog", "LogsAccess", "AccessLogGroup"
APIS = ("RestAPI", "ReviewAPI")
RETENTION_DAYS = 90
FORMAT = {
    "time": "$context.requestTimeEpoch",
    "request_id": "$context.requestId",
    "api": "$context.apiId",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",
    "status": "$context.status",
    "milliseconds": "$context.responseLatency",
    "function_milliseconds": "$context.integrationLatency",
    "refused_as": "$context.error.responseType",
}


def parameters() -> dict[str, Json]:
    """Return the switch."""
    told = "`1` logs each request at the gateway: route, status, times; no address, path, query or header."
    return {NAME: text("^[01]$", "0", told)}


def add(app: Json) -> None:
    """Put the log into the app's template; both APIs write into one group."""
    app["Conditions"][CONDITION] = is_on(NAME)
    group = {"Type": "AWS::Logs::LogGroup", "Condition": CONDITION, "Properties": {"RetentionInDays": RETENTION_DAYS}}
    app["Resources"][GROUP] = group
    setting = {"DestinationArn": arn(GROUP), "Format": json.dumps(FORMAT)}
    for api in APIS:
        app["Resources"][api]["Properties"]["AccessLogSetting"] = when(CONDITION, setting)
