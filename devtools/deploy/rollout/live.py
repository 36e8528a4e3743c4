"""What is live: which version the alias of each function leads to, and which release that is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from devtools.deploy.rollout.cloud import Cloud
from devtools.deploy.rollout.stacks import Stack
from devtools.deploy.versions.aliases import ALIAS
from devtools.deploy.versions.release import release_of


@dataclass(frozen=True, slots=True)
class Live:
    """The alias of a function: the version that it leads to, and the release of each version that is published."""

    function: str
    version: int
    revision: str
    releases: Mapping[int, str]

    @property
    def release(self) -> str:
        """Return the release that is live."""
        return self.releases[self.version]

    @property
    def behind(self) -> int:
        """Return how many versions are newer: as many for all of one release, which publishes one of each function."""
        return sum(version > self.version for version in self.releases)

    @property
    def earlier(self) -> list[int]:
        """Return the versions of other releases before the one that is live."""
        return [version for version, its in self.releases.items() if version < self.version and its != self.release]


def aliases(stack: Stack) -> list[Live]:
    """Return the aliases of a stack's functions, none for a stack that was deployed before there were any."""
    names = [physical.split(":")[6] for physical in stack.resources("AWS::Lambda::Alias")]
    return [_live(stack.cloud, name) for name in names]


def deployed(stack: Stack) -> dict[str, int]:
    """Return the version of each function that the stack was brought to, which is live unless somebody went back."""
    parts = [physical.split(":") for physical in stack.resources("AWS::Lambda::Version")]
    return {part[6]: int(part[7]) for part in parts}


def step_back(found: Iterable[Live]) -> dict[str, int]:
    """Return the version that each function goes back to, empty when there is no release before the one that is live.

    A function that is back already, after a step that was cut off, stays there, and so does one that came with a later release.
    """
    movable = [one for one in found if one.earlier]
    if not movable:
        return {}
    front = min(movable, key=lambda one: one.behind)
    target = front.releases[max(front.earlier)]
    together = [one for one in movable if (one.behind, one.release) == (front.behind, front.release)]
    versions = {one.function: [each for each in one.earlier if one.releases[each] == target] for one in together}
    return {function: max(its) for function, its in versions.items() if its}


def _live(cloud: Cloud, function: str) -> Live:
    alias = cloud.functions.get_alias(FunctionName=function, Name=ALIAS)
    pages = cloud.functions.get_paginator("list_versions_by_function").paginate(FunctionName=function)
    published = [one for page in pages for one in page["Versions"] if one["Version"] != "$LATEST"]
    releases = {int(one["Version"]): release_of(one["Description"]) for one in published}
    return Live(function, int(alias["FunctionVersion"]), alias["RevisionId"], releases)
