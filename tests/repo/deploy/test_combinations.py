"""Whatever a deployment switches on and off, CloudFormation gets a template that it takes."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from cfnlint import api
from cfnlint.core import get_rules
from cfnlint.rules import RulesCollection

from devtools.deploy.alarms import ALARMS
from devtools.deploy.options import access_log, domain
from devtools.deploy.options.domain import led_to_the_domain
from devtools.deploy.package import DEFAULT_REGION, Package
from devtools.deploy.parameters import faults_together
from tests.repo.deploy.pairs import met, pairs, pairwise
from tests.repo.deploy.resolved import Resolver, dangling, resolved

Json = dict[str, Any]

CERTIFICATE = f"arn:aws:acm:{DEFAULT_REGION}:123456789012:certificate/6f1c0a52-0000-4000-8000-000000000001"
# What goes together is one factor; the rest of a parameter's values differ in nothing that the template could mind.
FACTORS: dict[str, list[dict[str, str]]] = {
    "upstream": [
        {"AdultworkBaseUrl": "https://api-sandbox.adultwork.com"},
        {"AdultworkBaseUrl": "http://127.0.0.1:8001"},
    ],
    "origins": [{"AllowedOrigins": ""}, {"AllowedOrigins": "https://a.example,http://localhost:5173"}],
    "sign-in": [
        {"SignIn": "0", "AdultworkClientId": "", "SignInRedirectUris": "", "SignInNativeRedirectUris": ""},
        {
            "SignIn": "1",
            "AdultworkClientId": "client",
            "SignInRedirectUris": "https://a.example/back",
            "SignInNativeRedirectUris": "app.example:/back",
        },
    ],
    "memory": [{"MemoryMegabytes": "512"}, {"MemoryMegabytes": "3008"}],
    "concurrency": [{"ReservedConcurrency": ""}, {"ReservedConcurrency": "50"}],
    "hourly": [{"HourlyConcurrency": "1"}, {"HourlyConcurrency": ""}],
    "sending": [{"Sending": "1"}, {"Sending": "0"}],
    "secret": [{"SecretVersion": ""}, {"SecretVersion": "6f1c0a52-0000-4000-8000-000000000002"}],
    "e-mail": [{"AlarmEmail": ""}, {"AlarmEmail": "you@example.org"}],
    "domain": [
        {"DomainName": "", "CertificateArn": "", "DomainBasePath": ""},
        {"DomainName": "api.example.org", "CertificateArn": CERTIFICATE, "DomainBasePath": ""},
        {"DomainName": "example.org", "CertificateArn": CERTIFICATE, "DomainBasePath": "booking"},
    ],
    "access log": [{"AccessLog": "0"}, {"AccessLog": "1"}],
    "address limit": [{"RequestsPerAddress": ""}, {"RequestsPerAddress": "2000"}],
    "tracing": [{"Tracing": "0"}, {"Tracing": "1"}],
    "shift": [{"TrafficShift": "AllAtOnce"}, {"TrafficShift": "Canary10Percent5Minutes"}],
    "review": [
        dict.fromkeys(
            (
                *("ReviewIssuer", "ReviewAudience", "ReviewJwksUrl", "ReviewRolesClaim", "ReviewClientId"),
                *("ReviewConsoleUrl", "ReviewScope"),
            ),
            "",
        ),
        {
            "ReviewIssuer": "https://login.example",
            "ReviewAudience": "switchboard",
            "ReviewJwksUrl": "https://login.example/keys",
            "ReviewRolesClaim": "roles",
            "ReviewClientId": "console",
            "ReviewConsoleUrl": "https://review.example/console",
            "ReviewScope": "openid",
        },
    ],
}
ROWS = pairwise(FACTORS)


def values_of(app: Json, row: Mapping[str, int]) -> dict[str, str]:
    """Return the values of all parameters in a combination; outputs of the other stack are as they may be."""
    given = {name: value for factor, at in row.items() for name, value in FACTORS[factor][at].items()}
    of_kept = {
        name: f"arn:aws:dynamodb:{DEFAULT_REGION}:123456789012:table/one"
        if name.endswith(("Arn", "Secret"))
        else "a-name"
        for name, one in app["Parameters"].items()
        if "Default" not in one
    }
    return of_kept | given


def in_short(template: Json) -> Json:
    """Return a template without what no parameter changes and packaging has linted: most paths, answers, policies and alarms."""
    short: Json = json.loads(json.dumps(template))
    wanted = {alarm.name for alarm in ALARMS if alarm.ends_shift}
    short["Resources"] = {
        name: one
        for name, one in short["Resources"].items()
        if one["Type"] != "AWS::CloudWatch::Alarm" or name in wanted
    }
    for one in short["Resources"].values():
        if one["Type"] == "AWS::IAM::Role":
            one["Properties"].pop("Policies", None)
    for api_of_stage in ("RestAPI", "ReviewAPI"):
        properties = short["Resources"][api_of_stage]["Properties"]
        properties["GatewayResponses"] = {"DEFAULT_5XX": properties["GatewayResponses"]["DEFAULT_5XX"]}
        body = properties["DefinitionBody"]
        (path, methods), *_ = body["paths"].items()
        body["paths"] = {path: dict([next(iter(methods.items()))])}
    return short


@cache
def rules() -> RulesCollection:
    """Return all rules that packaging lints by; to load them takes as long as to lint a combination."""
    return get_rules([], [], [])


def findings(template: Json) -> list[str]:
    """Return what cfn-lint has against a template."""
    return [str(match) for match in api.lint(json.dumps(template), rules(), [DEFAULT_REGION])]


@pytest.fixture(scope="module")
def app(package: Package) -> Json:
    """Return the app's template with all that depends on parameters."""
    found: Json = json.loads(package.app.read_text())
    return found


def test_every_parameter_takes_part_with_values_that_it_may_have(app: Json) -> None:
    """A new one is tried out with all others, or this fails."""
    described = {name: one for name, one in app["Parameters"].items() if "Default" in one}
    for values in FACTORS.values():
        assert all(
            re.fullmatch(described[name]["AllowedPattern"], one) for each in values for name, one in each.items()
        )
    assert {name for values in FACTORS.values() for name in values[0]} == described.keys()


def test_each_two_values_meet() -> None:
    """In far fewer combinations than there are."""
    together = set().union(*(met(row) for row in ROWS))
    assert together >= set(pairs(FACTORS))
    assert len(ROWS) <= 14


@pytest.mark.parametrize("row", ROWS, ids=[str(number) for number in range(len(ROWS))])
def test_a_combination_is_a_template_that_cloudformation_takes(app: Json, row: dict[str, int]) -> None:
    """Nothing refers to what is switched off, no rule refuses it, and cfn-lint finds nothing."""
    values = values_of(app, row)
    template = resolved(app, values)
    assert dangling(template) == set()
    assert list(faults_together(values)) == []
    assert refused_by(app, values) == []
    assert findings(in_short(template)) == []


def refused_by(app: Json, values: Mapping[str, str]) -> list[str]:
    """Return the rules of the template that refuse some values."""
    resolver = Resolver(values, app["Conditions"])
    return [
        name
        for name, rule in app["Rules"].items()
        if resolver.holds(rule["RuleCondition"])
        and not all(resolver.holds(one["Assert"]) for one in rule["Assertions"])
    ]


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"DomainName": "a.example"}, ["DomainNameNeedsCertificateArn"]),
        ({"CertificateArn": CERTIFICATE}, ["CertificateArnNeedsDomainName"]),
        ({"DomainBasePath": "v1"}, ["DomainBasePathNeedsDomainName"]),
    ],
)
def test_half_a_domain_is_refused_before_and_by_cloudformation(
    app: Json, given: dict[str, str], refused: list[str]
) -> None:
    """Each is named by whoever deploys with what is missing."""
    values = values_of(app, dict.fromkeys(FACTORS, 0)) | given
    assert refused_by(app, values) == refused
    assert len(list(faults_together(values))) == 1


def test_what_is_switched_off_and_still_used_is_found(app: Json) -> None:
    """By the comparison of names: without its condition, the mapping names a domain that is not there."""
    broken = json.loads(json.dumps(app))
    del broken["Resources"]["DomainMapping"]["Condition"]
    assert dangling(resolved(broken, values_of(app, dict.fromkeys(FACTORS, 0)))) == {"Domain"}


def test_the_lint_of_a_combination_finds_faults(app: Json) -> None:
    """A property that no domain has."""
    template = in_short(resolved(app, values_of(app, dict.fromkeys(FACTORS, 1))))
    template["Resources"]["Domain"]["Properties"]["Colour"] = "blue"
    assert any("Colour" in finding for finding in findings(template))


@pytest.mark.parametrize(("at", "entrance"), [(0, "/dev"), (1, ""), (2, "/booking")])
def test_the_gateways_own_problems_lead_below_the_domain(app: Json, at: int, entrance: str) -> None:
    """As a page finds them that asked there."""
    resources = resolved(app, values_of(app, {**dict.fromkeys(FACTORS, 0), "domain": at}))["Resources"]
    template = resources["RestAPI"]["Properties"]["GatewayResponses"]["DEFAULT_5XX"]["ResponseTemplates"]
    text, names = template["application/json"]["Fn::Sub"]
    problem = json.loads(text.replace("${Entrance}", names["Entrance"]))
    assert problem["type"] == f"{entrance}/problems/internal-error"
    assert ("Domain" in resources, domain.CONDITION in app["Conditions"]) == (at > 0, True)


def test_another_entrance_is_another_text_of_the_api(app: Json) -> None:
    """Which is what makes API Gateway deploy it: its own answers name the entrance."""
    values = values_of(app, dict.fromkeys(FACTORS, 0))
    told = [
        led_to_the_domain(app, values_of(app, {**dict.fromkeys(FACTORS, 0), "domain": at}))["Resources"]["RestAPI"][
            "Properties"
        ]
        for at in range(3)
    ]
    assert len({one["DefinitionBody"]["info"]["description"] for one in told}) == 3
    assert led_to_the_domain(led_to_the_domain(app, values), values) == led_to_the_domain(app, values)


def test_the_access_log_tells_nobody_and_nothing_of_what_was_asked() -> None:
    """No address, no agent, no path with its ids, no query, no header, no token."""
    told = set(access_log.FORMAT.values())
    assert not any(
        re.search(r"identity|authorizer|requestOverride|\.path$|protocol|header|query", name) for name in told
    )
    assert "$context.resourcePath" in told


def test_no_request_is_kept_as_a_sample(app: Json) -> None:
    """A sample of AWS WAF's holds the headers of a request."""
    acl = app["Resources"]["AddressLimits"]["Properties"]
    visible = [acl["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in acl["Rules"])]
    assert [one["SampledRequestsEnabled"] for one in visible] == [False, False]


def test_what_is_off_by_default_is_not_there(app: Json) -> None:
    """No domain, log, limit or trace unless somebody wants it."""
    values = {name: one.get("Default", "a-name") for name, one in app["Parameters"].items()}
    template = resolved(app, values)
    kinds = {one["Type"] for one in template["Resources"].values()}
    assert not {kind for kind in kinds if "WAF" in kind or "Domain" in kind or "BasePath" in kind}
    assert "AccessLogSetting" not in template["Resources"]["RestAPI"]["Properties"]
    traced = {
        one["Properties"]["Tracing"] for one in template["Resources"].values() if "Tracing" in one.get("Properties", {})
    }
    assert traced == {"PassThrough"}
