"""The OpenAPI document as a judge of answers: what is not described fails, a member too many among them."""

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.protocols import Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

# What every answer has, or what the gateway and the connection add; the description of the document tells of them.
ON_ALL = frozenset(
    {
        *("content-type", "content-length", "date", "server", "connection", "vary", "cache-control", "referrer-policy"),
        *("content-security-policy", "strict-transport-security", "x-content-type-options"),
        *("access-control-allow-origin", "access-control-expose-headers"),
    }
)
RENAMED = "x-amzn-remapped-"


class Described:
    """A document, with its objects closed: callers pass over members that they do not know, a test must not."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        closed = Resource.from_contents(_closed(document), default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource("urn:document", closed)

    def faults(self, schema: dict[str, Any], value: Any) -> list[str]:  # noqa: ANN401 (any JSON)
        """Return what is wrong with a value."""
        return [f"{error.json_path}: {error.message}" for error in self._validator(schema).iter_errors(value)]

    def operation(self, method: str, path: str) -> dict[str, Any]:
        """Return what is told of a method of a path."""
        operation: dict[str, Any] = self.document["paths"][path][method.lower()]
        return operation

    def require(self, method: str, path: str, status: int, headers: dict[str, str], body: object) -> None:
        """Check one answer: its status, its headers, its media type and its body; `headers` are by lower-case name."""
        answer = self.operation(method, path)["responses"][str(status)]
        told = {name.lower() for name in answer["headers"]}
        sure = {
            name.lower()
            for name in answer["headers"]
            if self.document["components"]["headers"][name].get("required", False)
        }
        found = {name.removeprefix(RENAMED) for name in headers} - ON_ALL
        assert sure <= found <= told, (status, found ^ told)
        content = answer["content"][headers["content-type"].partition(";")[0]]
        assert self.faults(content["schema"], body) == [], (method, path, status)

    def _validator(self, schema: dict[str, Any]) -> Validator:
        absolute = _closed(_absolute(schema))
        return Draft202012Validator(absolute, registry=self._registry, format_checker=FormatChecker())


def examples(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Yield every example of a body: where it is, the schema that it is of, and its value."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            contents = [operation.get("requestBody", {"content": {}}), *operation["responses"].values()]
            for content in (one for each in contents for one in each["content"].values()):
                for name, example in content.get("examples", {}).items():
                    yield f"{method} {path} {name}", content["schema"], example["value"]


def _closed(part: Any) -> Any:  # noqa: ANN401 (any JSON)
    """Return schemas that take no member which they do not name."""
    if isinstance(part, list):
        return [_closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    closed = {name: part[name] if name in {"if", "then"} else _closed(part[name]) for name in part}
    if part.get("type") == "object" and "properties" in part:
        closed.setdefault("additionalProperties", False)
    return closed


def _absolute(part: Any) -> Any:  # noqa: ANN401 (any JSON)
    """Return a schema whose references lead into the document."""
    if isinstance(part, list):
        return [_absolute(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {name: f"urn:document{value}" if name == "$ref" else _absolute(value) for name, value in part.items()}
