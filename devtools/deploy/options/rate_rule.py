"""How many requests one address may send: a rule of AWS WAF before both APIs, which costs by the month and by the request.

The limits of accounts are the app's own, and the stage's throttle is for all together; this holds back whoever has no account.
"""

from devtools.deploy.parts import Json, is_given, text

NAME, CONDITION, ACL = "RequestsPerAddress", "HasRequestsPerAddress", "AddressLimits"
APIS = ("RestAPI", "ReviewAPI")
WINDOW_SECONDS = 300


def parameters() -> dict[str, Json]:
    """Return the limit; WAF takes 10 to 2,000,000,000."""
    told = (
        "How many requests in five minutes one IP address may send, 10 or more; empty for any number. Switches AWS WAF on, "
        "which costs some 6 dollars a month."
    )
    return {NAME: text("^([1-9][0-9]{1,8})?$", "", told)}


def add(app: Json) -> None:
    """Put the rule into the app's template, before both APIs."""
    app["Conditions"][CONDITION] = is_given(NAME)
    app["Resources"][ACL] = {"Type": "AWS::WAFv2::WebACL", "Condition": CONDITION, "Properties": _acl()}
    for api in APIS:
        stage = f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}::/restapis/${{{api}}}/stages/${{{api}.Stage}}"
        app["Resources"][f"{api}{ACL}"] = {
            "Type": "AWS::WAFv2::WebACLAssociation",
            "Condition": CONDITION,
            "Properties": {"ResourceArn": {"Fn::Sub": stage}, "WebACLArn": {"Fn::GetAtt": [ACL, "Arn"]}},
        }


def _acl() -> Json:
    limit = {"AggregateKeyType": "IP", "EvaluationWindowSec": WINDOW_SECONDS, "Limit": {"Ref": NAME}}
    return {
        "Scope": "REGIONAL",
        "DefaultAction": {"Allow": {}},
        "Rules": [
            {
                "Name": "PerAddress",
                "Priority": 0,
                "Statement": {"RateBasedStatement": limit},
                "Action": {"Block": {}},
                "VisibilityConfig": _visibility("PerAddress"),
            }
        ],
        "VisibilityConfig": _visibility(ACL),
    }


def _visibility(metric: str) -> Json:
    """Return that requests are counted, and that none is kept as a sample: a sample has its headers, tokens among them."""
    return {"CloudWatchMetricsEnabled": True, "MetricName": metric, "SampledRequestsEnabled": False}
