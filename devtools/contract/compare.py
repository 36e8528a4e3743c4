"""What of a newer OpenAPI document breaks a caller of an older one. Reads the part of OpenAPI 3.1 that our document uses.

A caller goes on as long as everything that it may send is still taken, and everything that it may get is as it was told.
Both are one question, asked in two directions: is every value of one schema a value of the other? New members of answers and
new kinds of problems break nothing, as the document itself says.
"""

from collections.abc import Iterator
from typing import Any

from devtools.contract.containment import Documents, escapes

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def breaking_changes(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return each change that may break a caller, in words; none when there is none."""
    found: list[str] = []
    for path, operations in old["paths"].items():
        for method in (name for name in _METHODS if name in operations):
            where = f"{method.upper()} {path}"
            now = new["paths"].get(path, {}).get(method)
            if now is None:
                found.append(f"{where}: is gone")
            else:
                found += [f"{where}: {change}" for change in _operation(Documents(old, new), operations[method], now)]
    return found


def is_announced(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Tell whether the newer version says that it may break callers (Semantic Versioning; below 1.0.0 its second number)."""
    before, after = (tuple(map(int, document["info"]["version"].split("."))) for document in (old, new))
    telling = 1 if before[0] else 2
    return after[:telling] > before[:telling]


def _operation(documents: Documents, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    yield from _parameters(documents, old, new)
    yield from _body(documents, old, new)
    yield from _answers(documents, old, new)
    yield from _security(old, new)


def _parameters(documents: Documents, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    before = {one["name"]: one for one in map(documents.of_old, old.get("parameters", []))}
    for parameter in map(documents.of_new, new.get("parameters", [])):
        name = parameter["name"]
        earlier = before.get(name)
        if parameter.get("required") and not (earlier or {}).get("required"):
            yield f"asks for {name}"
        if earlier is not None:
            yield from documents.taken(earlier["schema"], parameter["schema"], name)


def _body(documents: Documents, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    before, after = old.get("requestBody"), new.get("requestBody")
    if after is None:
        return
    if after.get("required") and not (before or {}).get("required"):
        yield "asks for a body"
    for media_type, content in (before or {}).get("content", {}).items():
        if media_type not in after["content"]:
            yield f"takes no {media_type} any more"
        else:
            yield from documents.taken(content["schema"], after["content"][media_type]["schema"], "the body")


def _answers(documents: Documents, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for status, before in old["responses"].items():
        after = new["responses"].get(status)
        if after is None:
            if status.startswith("2"):
                yield f"{status} is gone"
            continue
        gone = set(before.get("headers", {})) - set(after.get("headers", {}))
        yield from (f"{status} has no {name} any more" for name in sorted(gone))
        for media_type, content in before["content"].items():
            if media_type not in after["content"]:
                yield f"{status} is never {media_type} any more"
            else:
                schema = after["content"][media_type]["schema"]
                yield from escapes(documents.turned(), schema, content["schema"], status)


def _security(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    before, after = (_scopes(operation) for operation in (old, new))
    yield from (f"asks for the scope {scope}" for scope in sorted(after - before))
    if new.get("security") and not old.get("security"):
        yield "asks for an access token"


def _scopes(operation: dict[str, Any]) -> set[str]:
    return {scope for one in operation.get("security", []) for scopes in one.values() for scope in scopes}
