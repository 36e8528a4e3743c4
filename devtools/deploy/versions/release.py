"""A release: the functions with all that they are told, under a name that is a hash of both.

Every function publishes a version for a release, the same name on each, also when the release changes another function only. So
one step back is one release back for all, whichever of them it changed.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]

TOKEN = "R0000000000"  # noqa: S105 (stands in a packaged template for the name of the release)
DESCRIPTION = f"Release {TOKEN}"
_PLACE = "Release"


def named(app: Json, parameters: Mapping[str, str]) -> Json:
    """Return an app's template with its release's name in it, whether it was packaged or taken from a stack."""
    before = app.get("Metadata", {}).get(_PLACE, TOKEN)
    plain: Json = json.loads(json.dumps({**app, "Metadata": {_PLACE: before}}).replace(before, TOKEN))
    released: Json = json.loads(json.dumps(plain).replace(TOKEN, _name(plain, parameters)))
    return released


def release_of(description: str) -> str:
    """Return the release that a published version belongs to."""
    return description.removeprefix(DESCRIPTION.removesuffix(TOKEN))


def _name(app: Json, parameters: Mapping[str, str]) -> str:
    """Return the name of a release, of letters and digits as it is part of resources' names."""
    functions = {name: one for name, one in app["Resources"].items() if one["Type"] == "AWS::Serverless::Function"}
    conditions = {name: app["Conditions"][name] for name in _members(functions, "Fn::If")}
    used = {name: parameters[name] for name in _members([functions, conditions], "Ref") if name in parameters}
    text = json.dumps([functions, conditions, used], sort_keys=True)
    return f"R{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def _members(part: object, kind: str) -> Iterator[str]:
    """Yield what an intrinsic function names wherever it stands: a parameter by `Ref`, a condition by `Fn::If`."""
    if isinstance(part, list):
        for member in part:
            yield from _members(member, kind)
    elif isinstance(part, dict):
        if kind in part:
            yield part[kind] if isinstance(part[kind], str) else part[kind][0]
        for member in part.values():
            yield from _members(member, kind)
