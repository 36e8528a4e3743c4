"""Is every value of one schema a value of another? Told as the ways in which one may not be; silence means yes.

It errs on the side of telling: patterns and conditions are compared as texts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

_EVERY_TYPE = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})
_FLOORS = ("minimum", "minLength", "minItems")
_CEILINGS = ("maximum", "maxLength", "maxItems")
_TEXTS = ("pattern", "format")


@dataclass(frozen=True, slots=True)
class Documents:
    """The two documents that references lead into."""

    old: Schema
    new: Schema

    def of_old(self, part: Schema) -> Schema:
        """Follow a reference in the older document."""
        return _resolved(self.old, part)

    def of_new(self, part: Schema) -> Schema:
        """Follow a reference in the newer document."""
        return _resolved(self.new, part)

    def turned(self) -> "Documents":
        """Return the documents for the other direction: is what comes now what came before?"""
        return Documents(self.new, self.old)

    def alternatives(self, part: Schema, *, is_new: bool = False) -> list[Schema]:
        """Return the schemas of which a value needs to be one; the schema itself where it has no alternatives."""
        found: list[Schema] = (self.of_new if is_new else self.of_old)(part).get("oneOf", [part])
        return found

    def taken(self, before: Schema, after: Schema, where: str) -> Iterator[str]:
        """Tell what was taken before and is not taken now."""
        return escapes(self, before, after, where)


def escapes(documents: Documents, inner: Schema, outer: Schema, where: str) -> Iterator[str]:
    """Tell how a value of `inner`, in the document `old`, may be none of `outer`, in the document `new`."""
    inners, outers = documents.alternatives(inner), documents.alternatives(outer, is_new=True)
    if len(inners) == len(outers) == 1 and not _is_problem(inners[0]):
        yield from _of_one(documents, documents.of_old(inners[0]), documents.of_new(outers[0]), where)
        return
    for each in inners:
        same = [one for one in outers if "$ref" in each and one.get("$ref") == each["$ref"]]
        if same:
            yield from _of_one(documents, documents.of_old(each), documents.of_new(same[0]), where)
        elif not _is_problem(each) and all(list(escapes(documents, each, one, where)) for one in outers):
            yield f"{where}: another alternative"


def _is_problem(part: Schema) -> bool:
    """Tell whether this is a kind of problem: callers pass over kinds that they do not know."""
    return str(part.get("$ref", "")).endswith("Problem")


def _of_one(documents: Documents, inner: Schema, outer: Schema, where: str) -> Iterator[str]:
    yield from _by_type(inner, outer, where)
    yield from _by_limits(inner, outer, where)
    yield from _by_members(documents, inner, outer, where)
    if "items" in outer:
        yield from escapes(documents, inner.get("items", {}), outer["items"], f"{where}, its items")


def _by_type(inner: Schema, outer: Schema, where: str) -> Iterator[str]:
    allowed = _types(outer) | ({"integer"} if "number" in _types(outer) else set())
    yield from (f"{where}: may be {kind}" for kind in sorted(_types(inner) - allowed))
    values = _values(outer)
    if values is not None:
        more = [value for value in _values(inner) or [...] if value not in values]
        yield from (f"{where}: may be {'anything' if value is ... else value}" for value in more)


def _types(schema: Schema) -> set[str]:
    kind = schema.get("type", sorted(_EVERY_TYPE))
    return {kind} if isinstance(kind, str) else set(kind)


def _values(schema: Schema) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _by_limits(inner: Schema, outer: Schema, where: str) -> Iterator[str]:
    for name in _FLOORS:
        if name in outer and inner.get(name, outer[name] - 1) < outer[name]:
            yield f"{where}: {name} {outer[name]}"
    for name in _CEILINGS:
        if name in outer and inner.get(name, outer[name] + 1) > outer[name]:
            yield f"{where}: {name} {outer[name]}"
    for name in _TEXTS:
        if name in outer and inner.get(name) != outer[name]:
            yield f"{where}: {name} {outer[name]}"
    for condition in outer.get("allOf", []):
        if condition not in inner.get("allOf", []):
            yield f"{where}: another condition"


def _by_members(documents: Documents, inner: Schema, outer: Schema, where: str) -> Iterator[str]:
    before, after = inner.get("properties", {}), outer.get("properties", {})
    missing = set(outer.get("required", [])) - set(inner.get("required", []))
    yield from (f"{where}: {name} may be missing" for name in sorted(missing))
    for name in before:
        if name in after:
            yield from escapes(documents, before[name], after[name], f"{where}, {name}")
        elif outer.get("additionalProperties") is False:
            yield f"{where}: {name} may be there"


def _resolved(document: Schema, part: Schema) -> Schema:
    found: Any = part
    if "$ref" in part:
        found = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
    resolved: Schema = found
    return resolved
