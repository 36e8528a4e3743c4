"""Schemas and examples as they are shown."""

from typing import Any

import simplejson

from chalicelib.edge.pages.html import Html, element, inline, joined, table
from chalicelib.edge.representation import to_json

_LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "enum": "one of {}",
    "const": "always {}",
    "format": "{}",
}


def sample(value: Any) -> Html:  # noqa: ANN401 (any JSON)
    """Return an example."""
    return element("pre", element("code", pretty(value)))


def pretty(value: Any) -> str:  # noqa: ANN401 (any JSON)
    """Return JSON for people; amounts are as they are on the wire."""
    exact = simplejson.loads(to_json(value), use_decimal=True)
    return simplejson.dumps(exact, use_decimal=True, indent=2, ensure_ascii=False)


def members_table(document: dict[str, Any], schema: dict[str, Any]) -> Html:
    """Return the members of an object: type and limits, what each is, and the rules that it is judged by."""
    required = schema.get("required", [])
    rows = [
        (
            joined(element("code", name), " ", element("small", "required") if name in required else ""),
            inline(_shape(document, member)),
            joined(element("p", inline(_about(member))), *_rules(member)),
        )
        for name, member in schema["properties"].items()
    ]
    return table(("member", "type", "what it is"), rows)


def _about(member: dict[str, Any]) -> str:
    return str(member.get("description", "")).partition("\n\n")[0]


def _rules(member: dict[str, Any]) -> tuple[Html, ...]:
    rules = [
        element("li", element("code", rule["rule"]), " ", rule["message"], title=rule["source"])
        for rule in member.get("x-rules", [])
    ]
    return (element("ul", *rules),) if rules else ()


def _shape(document: dict[str, Any], member: dict[str, Any]) -> str:
    """Return type and limits in words."""
    if "$ref" in member:
        return str(member["$ref"]).rpartition("/")[2]
    kind = member.get("type", "any")
    words = [" or ".join(kind) if isinstance(kind, list) else str(kind)]
    if "items" in member:
        words = [f"list of {_shape(document, member['items'])}"]
    words += [text.format(_value(member[name])) for name, text in _LIMITS.items() if name in member]
    return ", ".join(words)


def _value(limit: Any) -> str:  # noqa: ANN401 (a number, a text or several)
    return ", ".join(map(str, limit)) if isinstance(limit, list) else str(limit)
