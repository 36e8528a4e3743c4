"""A domain of one's own in front of the API; its DNS record is made where the zone is, towards the output `DomainTarget`.

API Gateway's own address goes on answering: whoever deploys asks it whether the app is well before any record leads there.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from devtools.deploy.parts import Json, is_given, text, when

NAME, CERTIFICATE, BASE_PATH = "DomainName", "CertificateArn", "DomainBasePath"
CONDITION, BELOW_A_PATH = "HasDomainName", "HasDomainBasePath"
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"


def parameters() -> dict[str, Json]:
    """Return the domain, its certificate, and the path that the API is at."""
    certificate = "arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+"
    return {
        NAME: text(
            rf"^(({_LABEL}\.)+[a-z]{{2,63}})?$",
            "",
            "A domain for the API, for example `api.example.org`; needs `CertificateArn`. Its DNS record is yours to make, "
            "towards the output `DomainTarget`.",
        ),
        CERTIFICATE: text(f"^({certificate})?$", "", "The domain's certificate in ACM, in the region of the stage."),
        BASE_PATH: text("^[A-Za-z0-9_-]{0,64}$", "", "The first part of every path at the domain; empty for none."),
    }


def faults(values: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with the values of all parameters together; CloudFormation is told the same by `Rules`."""
    if values[NAME] and not values[CERTIFICATE]:
        yield f"{CERTIFICATE}: {NAME} needs it"
    yield from (
        f"{name}: is of no use without {NAME}" for name in (CERTIFICATE, BASE_PATH) if values[name] and not values[NAME]
    )


def add(app: Json) -> None:
    """Put the domain into the app's template, and lead the gateway's own answers to the pages below it."""
    app["Conditions"] |= {
        CONDITION: is_given(NAME),
        BELOW_A_PATH: {"Fn::And": [is_given(NAME), is_given(BASE_PATH)]},
    }
    app["Rules"] = {
        f"{one}Needs{other}": {"RuleCondition": is_given(one), "Assertions": [{"Assert": is_given(other)}]}
        for one, other in ((NAME, CERTIFICATE), (CERTIFICATE, NAME), (BASE_PATH, NAME))
    }
    app["Resources"] |= {
        "Domain": {"Type": "AWS::ApiGateway::DomainName", "Condition": CONDITION, "Properties": _domain()},
        "DomainMapping": {"Type": "AWS::ApiGateway::BasePathMapping", "Condition": CONDITION, "Properties": _mapping()},
    }
    app["Outputs"] |= {
        "DomainTarget": _output("What the domain's DNS record points to.", "RegionalDomainName"),
        "DomainTargetZone": _output(
            "The zone of that target, for an alias record in Route 53.", "RegionalHostedZoneId"
        ),
    }
    _lead_problems_to_the_domain(app["Resources"]["RestAPI"]["Properties"])


def led_to_the_domain(app: Json, values: Mapping[str, str]) -> Json:
    """Return the app's template with the entrance told in its API's description.

    API Gateway serves what it was deployed with, and SAM makes a new deployment of an API only where its text has changed.
    """
    entrance = f"/{values[BASE_PATH]}".rstrip("/") if values[NAME] else "that of the stage"
    told: Json = json.loads(json.dumps(app))
    info = told["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["info"]
    info["description"] = f"The entrance that the gateway's own problems name: {entrance or 'the domain'}."
    return told


def _domain() -> Json:
    return {
        "DomainName": {"Ref": NAME},
        "RegionalCertificateArn": {"Ref": CERTIFICATE},
        "EndpointConfiguration": {"Types": ["REGIONAL"]},
        "SecurityPolicy": "TLS_1_2",
    }


def _mapping() -> Json:
    return {
        "DomainName": {"Ref": "Domain"},
        "BasePath": when(BELOW_A_PATH, {"Ref": BASE_PATH}),
        "RestApiId": {"Ref": "RestAPI"},
        "Stage": {"Ref": "RestAPI.Stage"},
    }


def _output(told: str, attribute: str) -> Json:
    return {"Condition": CONDITION, "Description": told, "Value": {"Fn::GetAtt": ["Domain", attribute]}}


def _lead_problems_to_the_domain(api: Json) -> None:
    """Let the types of the gateway's own problems begin as the paths at the domain do; the app's own follow each request."""
    own = f'"type": "/{api["StageName"]}/'
    at_the_domain = when(BELOW_A_PATH, {"Fn::Sub": f"/${{{BASE_PATH}}}"}, "")
    entrance = when(CONDITION, at_the_domain, f"/{api['StageName']}")
    for response in api["GatewayResponses"].values():
        templates: dict[str, Any] = response["ResponseTemplates"]
        for kind, body in templates.items():
            if own in body:
                told = body.replace(own, '"type": "${Entrance}/')
                templates[kind] = {"Fn::Sub": [told, {"Entrance": entrance}]}
