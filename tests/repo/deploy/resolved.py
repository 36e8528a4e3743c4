"""A template as it is with certain parameters: without conditions, and without what they switch off."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
_GONE = object()
_PLACEHOLDER = re.compile(r"\$\{([\w:]+)(?:\.(\w+))?\}")


@dataclass(frozen=True, slots=True)
class Resolver:
    """The values of all parameters, and the conditions that follow from them."""

    values: Mapping[str, str]
    conditions: Mapping[str, Json]

    def holds(self, condition: Json) -> bool:
        """Tell whether a condition is met."""
        ((kind, of),) = condition.items()
        match kind:
            case "Fn::Equals":
                one, other = (self.value(each) for each in of)
                return bool(one == other)
            case "Fn::Not":
                return not self.holds(of[0])
            case "Fn::And":
                return all(self.holds(each) for each in of)
            case "Condition":
                return self.holds(self.conditions[of])
        raise AssertionError(kind)

    def value(self, part: Any) -> Any:  # noqa: ANN401, PLR0911 (any JSON; a case each)
        """Return a part of a template with its parameters and choices taken."""
        match part:
            case list():
                return [one for one in map(self.value, part) if one is not _GONE]
            case {"Ref": "AWS::NoValue"}:
                return _GONE
            case {"Ref": str(name)} if name in self.values:
                return self.values[name]
            case {"Fn::If": [name, then, other]}:
                return self.value(then if self.holds(self.conditions[name]) else other)
            case {"Fn::Sub": str(text)}:
                return self._substituted(text)
            case dict():
                found = {key: self.value(member) for key, member in part.items()}
                return {key: member for key, member in found.items() if member is not _GONE}
        return part

    def _substituted(self, text: str) -> str | Json:
        told = _PLACEHOLDER.sub(lambda match: self.values.get(match[1], match[0]), text)
        return {"Fn::Sub": told} if _PLACEHOLDER.search(told) else told


def resolved(template: Json, values: Mapping[str, str]) -> Json:
    """Return the template that CloudFormation works on when the parameters have these values."""
    resolver = Resolver(values, template["Conditions"])

    def there(part: str) -> Json:
        members = {
            name: {key: member for key, member in one.items() if key != "Condition"}
            for name, one in template[part].items()
            if "Condition" not in one or resolver.holds(template["Conditions"][one["Condition"]])
        }
        found: Json = resolver.value(members)
        return found

    return {
        **{key: template[key] for key in ("AWSTemplateFormatVersion", "Transform")},
        "Resources": there("Resources"),
        "Outputs": there("Outputs"),
    }


def dangling(template: Json) -> set[str]:
    """Return the names that a resolved template refers to and does not have."""
    known = template["Resources"].keys()
    return {name for name in _named(template) if name.partition(".")[0] not in known and not name.startswith("AWS::")}


def _named(part: object) -> Iterator[str]:
    """Yield whatever a part of a template refers to."""
    if isinstance(part, list):
        for member in part:
            yield from _named(member)
    elif isinstance(part, dict):
        match part:
            case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
                yield name
            case {"Fn::Sub": str(text)}:
                yield from (match[1] for match in _PLACEHOLDER.finditer(text))
            case {"Fn::Sub": [str(text), dict(own)]}:
                yield from (match[1] for match in _PLACEHOLDER.finditer(text) if match[1] not in own)
        if "Type" in part and "DependsOn" in part:
            yield from [part["DependsOn"]] if isinstance(part["DependsOn"], str) else part["DependsOn"]
        for member in part.values():
            yield from _named(member)
