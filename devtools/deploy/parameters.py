"""What differs between deployments of one stage: parameters of the app's stack, each with what it may be.

Whoever deploys gives them with `SET="Name=value …"`; what is not given stays as it is in the stack, and is the default at first.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from devtools.deploy.options import access_log, domain, hourly, rate_rule, tracing
from devtools.deploy.parts import is_given, text, when
from devtools.deploy.stages import Stage, upstream_pattern
from devtools.deploy.versions import shift
from devtools.deploy.watching.alarm import Urgency

Template = dict[str, Any]
API = "APIHandler"
SECRET_VERSION = "SecretVersion"  # noqa: S105 (the name of a parameter)
# What the function takes from a parameter whether or not the stage sets it; an empty one counts as absent.
OF_SIGN_IN = {
    "SIGN_IN": "SignIn",
    "ADULTWORK_CLIENT_ID": "AdultworkClientId",
    "SIGN_IN_REDIRECT_URIS": "SignInRedirectUris",
    "SIGN_IN_NATIVE_REDIRECT_URIS": "SignInNativeRedirectUris",
}

_ORIGIN = r"https?://[a-z0-9.-]+(:[0-9]{1,5})?"
_ADDRESSES = "^[!-~]*$"
_EMAIL = r"[^@,\s]+@[^@,\s]+\.[^@,\s]+"


def parameters(stage: Stage) -> dict[str, Template]:
    """Return the parameters of a stage; what its settings say is the default.

    Every one is a text with a pattern: CloudFormation refuses what does not match, and so does `chosen` before it is asked.
    """
    return {
        "AdultworkBaseUrl": text(
            upstream_pattern(stage.kind), stage.upstream, "The upstream; only one of the stage's kind."
        ),
        "AllowedOrigins": text(
            f"^({_ORIGIN}(,{_ORIGIN})*)?$",
            stage.variables.get("ALLOWED_ORIGINS", ""),
            "The web origins that a browser may call from, comma separated.",
        ),
        "SignIn": text(
            "^[01]$",
            stage.variables.get("SIGN_IN", "0"),
            "Whether clients sign in here: `1` needs `AdultworkClientId`, one of the two after it, and "
            "`ADULTWORK_CLIENT_SECRET` in the stage's secret.",
        ),
        "AdultworkClientId": text(
            "^[!-~]{0,200}$",
            stage.variables.get("ADULTWORK_CLIENT_ID", ""),
            "The project at AdultWork's Unified Login.",
        ),
        "SignInRedirectUris": text(
            _ADDRESSES,
            stage.variables.get("SIGN_IN_REDIRECT_URIS", ""),
            "Pages that the login leads back to, comma separated.",
        ),
        "SignInNativeRedirectUris": text(
            _ADDRESSES,
            stage.variables.get("SIGN_IN_NATIVE_REDIRECT_URIS", ""),
            "Apps that the login leads back to, comma separated.",
        ),
        "MemoryMegabytes": text(
            "^(512|1024|1536|1769|2048|3008)$",
            str(stage.memory),
            "Memory of the API's function: 512, 1024, 1536, 1769, 2048 or 3008.",
        ),
        "ReservedConcurrency": text(
            "^([1-9][0-9]{0,3})?$",
            "",
            "How many calls the API's function may serve at once. A new account has ten in all, and cannot reserve any of them.",
        ),
        **hourly.parameters(),
        "Sending": text("^[01]$", "1", "`0` stops new bookings: see `docs/operations.md`."),
        SECRET_VERSION: text(
            "^([A-Za-z0-9-]{32,64})?$",
            "",
            "The version of the secret that the functions read: the current one at the first deployment, then what "
            "`make secret` makes.",
        ),
        "AlarmEmail": text(
            f"^({_EMAIL})?$",
            "",
            "Who hears of all alarms. AWS sends two mails first that have to be confirmed, one for each topic.",
        ),
        **domain.parameters(),
        **access_log.parameters(),
        **rate_rule.parameters(),
        **tracing.parameters(),
        **shift.parameters(stage.kind),
    }


def add_parameters(app: Template, stage: Stage) -> None:
    """Put the parameters into the app's template, in place of what Chalice took from the settings."""
    app["Parameters"] = {**parameters(stage), **app["Parameters"]}
    app["Conditions"] = {f"Has{name}": is_given(name) for name in ("ReservedConcurrency", "AlarmEmail")}
    resources = app["Resources"]
    for resource in resources.values():
        variables = resource.get("Properties", {}).get("Environment", {}).get("Variables", {})
        for variable, name in (("ADULTWORK_BASE_URL", "AdultworkBaseUrl"), ("ALLOWED_ORIGINS", "AllowedOrigins")):
            if variable in variables:
                variables[variable] = {"Ref": name}
        if "SECRETS_NAME" in variables:
            variables["SECRETS_VERSION"] = {"Ref": SECRET_VERSION}
    resources[API]["Properties"]["Environment"]["Variables"]["SENDING"] = {"Ref": "Sending"}
    for variable, name in OF_SIGN_IN.items():
        resources[API]["Properties"]["Environment"]["Variables"][variable] = {"Ref": name}
    resources[API]["Properties"] |= {
        "MemorySize": {"Ref": "MemoryMegabytes"},
        "ReservedConcurrentExecutions": when("HasReservedConcurrency", {"Ref": "ReservedConcurrency"}),
    }
    for urgency in Urgency:
        resources[urgency.value.replace("Topic", "Subscription")] = {
            "Type": "AWS::SNS::Subscription",
            "Condition": "HasAlarmEmail",
            "Properties": {"TopicArn": {"Ref": urgency.value}, "Protocol": "email", "Endpoint": {"Ref": "AlarmEmail"}},
        }
    for option in (hourly, domain, access_log, rate_rule, tracing):
        option.add(app)


def chosen(given: Iterable[str], known: Mapping[str, Template]) -> dict[str, str]:
    """Read `Name=value` texts.

    Raises:
        ValueError: at least one is wrong; the message lists all faults.
    """
    pairs = [text.partition("=") for text in given]
    faults = [fault for name, _, value in pairs for fault in _faults(name, value, known)]
    if faults:
        raise ValueError("\n".join(faults))
    return {name: value for name, _, value in pairs}


def faults_together(values: Mapping[str, str]) -> Iterable[str]:
    """Yield what is wrong with the values of all parameters of the app, each of which may be right by itself."""
    yield from domain.faults(values)


def _faults(name: str, value: str, known: Mapping[str, Template]) -> Iterable[str]:
    if name not in known:
        yield f"{name}: there is no such parameter; known: {', '.join(known)}"
    elif not re.fullmatch(known[name]["AllowedPattern"], value):
        yield f"{name}: must match {known[name]['AllowedPattern']}"
