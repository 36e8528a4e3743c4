"""The resources of a REST API, and which of them a path belongs to, as API Gateway decides it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class Match:
    """The resource of a request and its path parameters, decoded."""

    resource: str
    parameters: Mapping[str, str]


def _is_greedy(part: str) -> bool:
    """Tell whether a part of a resource takes the rest of the path: `{proxy+}`."""
    return part.startswith("{") and part.endswith("+}")


def _is_variable(part: str) -> bool:
    """Tell whether a part of a resource takes any one segment: `{id}`."""
    return part.startswith("{") and part.endswith("}")


def _rank(resource: str) -> tuple[int, ...]:
    """Return a sort key: at each segment a literal wins over a variable, and a variable over a greedy one."""
    return tuple(2 if _is_greedy(part) else int(_is_variable(part)) for part in resource.strip("/").split("/"))


def _parameters(resource: str, segments: list[str]) -> dict[str, str] | None:
    """Return the path parameters when the segments belong to the resource; `/` is the resource without segments."""
    parts = [part for part in resource.strip("/").split("/") if part]
    if parts and _is_greedy(parts[-1]):
        before = len(parts) - 1
        if len(segments) <= before:
            return None
        parts, name = parts[:-1], parts[-1][1:-2]
        found = {name: unquote("/".join(segments[before:]))}
        segments = segments[:before]
    else:
        found = {}
    if len(parts) != len(segments):
        return None
    for part, segment in zip(parts, segments, strict=True):
        if _is_variable(part) and segment:
            found[part[1:-1]] = unquote(segment)
        elif part != segment:
            return None
    return found


def match_resource(resources: Iterable[str], raw_path: str) -> Match | None:
    """Return the resource that a path (still percent-encoded) belongs to, None when there is none.

    Literal segments win over `{id}`, and `{id}` over `{proxy+}`, which takes one segment or more. A single slash at
    the end does not count.
    """
    trimmed = raw_path.removeprefix("/").removesuffix("/")
    segments = trimmed.split("/") if trimmed else []
    for resource in sorted(resources, key=_rank):
        parameters = _parameters(resource, segments)
        if parameters is not None:
            return Match(resource, parameters)
    return None
