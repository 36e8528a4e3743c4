"""Two stacks of one template: what must outlive every deployment, and the app that may come and go.

Chalice knows one template for a stage. What is kept when its stack goes (tables, keys, secret) becomes a stack of its own, and
the app is handed its names and ARNs as parameters. So a further function or a further table lands in the right stack by itself.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Template = dict[str, Any]

ALIAS = "AWS::KMS::Alias"  # the name of a key lives as long as the key, though nothing is lost with it
VERSION = "2010-09-09"
_ATTRIBUTE = re.compile(r"\$\{(\w+)(?:\.(\w+))?\}")
_PATTERNS = {"Arn": "^arn:[a-z-]+:[a-z0-9]+:[a-z0-9-]*:[0-9]*:.+$", "": "^[A-Za-z0-9_.:/-]+$"}


@dataclass(frozen=True, slots=True)
class TwoTemplates:
    """The templates of the stack that is kept and of the app; the outputs of the first are parameters of the second."""

    kept: Template
    app: Template


def split(whole: Mapping[str, Any]) -> TwoTemplates:
    """Part a template by `DeletionPolicy: Retain`; a parameter goes where it is used, and no part shares one.

    Raises:
        ValueError: something that is kept refers to the app, which may be gone.
    """
    resources = whole["Resources"]
    names = {name for name, one in resources.items() if one.get("DeletionPolicy") == "Retain" or one["Type"] == ALIAS}
    kept = {name: resources[name] for name in resources if name in names}
    app = {name: resources[name] for name in resources if name not in names}
    if outwards := set(_references(kept)) & {(name, attribute) for name in app for attribute in ("", "Arn")}:
        raise ValueError(f"What is kept refers to what is not: {', '.join(sorted(name for name, _ in outwards))}.")
    wanted = sorted({one for one in _references([app, whole.get("Outputs", {})]) if one[0] in names})
    outputs = {name + attribute: {"Value": _reference(name, attribute)} for name, attribute in wanted}
    parameters = {name + attribute: _parameter(name, attribute) for name, attribute in wanted}
    rest = {key: part for key, part in whole.items() if key not in {"Parameters", "Resources", "Outputs"}}
    given = whole.get("Parameters", {})
    of_kept = {name: given[name] for name, _ in _references(kept) if name in given}
    return TwoTemplates(
        kept={"AWSTemplateFormatVersion": VERSION, "Parameters": of_kept, "Resources": kept, "Outputs": outputs},
        app={
            **rest,
            "Parameters": {**{name: one for name, one in given.items() if name not in of_kept}, **parameters},
            "Resources": _from_parameters(app, names),
            "Outputs": _from_parameters(whole.get("Outputs", {}), names),
        },
    )


def _parameter(name: str, attribute: str) -> Template:
    """Return the parameter that takes an output of the kept stack."""
    told = f"{attribute or 'Name'} of {name}, an output of the stack that is kept."
    return {"Type": "String", "AllowedPattern": _PATTERNS[attribute], "Description": told}


def _reference(name: str, attribute: str) -> Template:
    return {"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name}


def _references(part: object) -> Iterator[tuple[str, str]]:
    """Yield every reference below a part of a template: a resource and the attribute, empty for `Ref`."""
    if isinstance(part, list):
        for member in part:
            yield from _references(member)
    elif isinstance(part, dict):
        yield from _own_references(part)
        for member in part.values():
            yield from _references(member)


def _own_references(part: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the references that an intrinsic function makes itself."""
    if isinstance(part.get("Ref"), str):
        yield part["Ref"], ""
    if isinstance(part.get("Fn::GetAtt"), list):
        yield part["Fn::GetAtt"][0], part["Fn::GetAtt"][1]
    if isinstance(part.get("Fn::Sub"), str):
        yield from ((match[1], match[2] or "") for match in _ATTRIBUTE.finditer(part["Fn::Sub"]))


def _from_parameters(part: Any, names: set[str]) -> Any:  # noqa: ANN401 (any JSON)
    """Return a part of a template that asks the parameters for attributes of what is in the other stack.

    A `Ref` stays as it is: the parameter of a name is called as the resource is.
    """
    if isinstance(part, list):
        return [_from_parameters(member, names) for member in part]
    if not isinstance(part, dict):
        return part
    target = part.get("Fn::GetAtt")
    if isinstance(target, list) and target[0] in names:
        return {"Ref": "".join(target)}
    if isinstance(part.get("Fn::Sub"), str):
        return {"Fn::Sub": _ATTRIBUTE.sub(lambda match: _renamed(match, names), part["Fn::Sub"])}
    return {key: _from_parameters(member, names) for key, member in part.items()}


def _renamed(match: re.Match[str], names: set[str]) -> str:
    """Return a placeholder of `Fn::Sub`, by its parameter if it is one of `names`."""
    return f"${{{match[1]}{match[2] or ''}}}" if match[1] in names else match[0]
