"""Every protection of a stage is in its templates; and each is missed as soon as it is taken away or weakened."""

import json
from copy import deepcopy
from typing import Any

import pytest

from devtools.deploy.alarms import ALARMS
from devtools.deploy.package import Package
from tests.repo.deploy.protections import ALARM, ANYTHING, KEPT, PROTECTIONS, Protection, Resources, at, missing

UNPROTECTED = {"AWS::KMS::Alias": "the name of a key, with which nothing is lost"}

EACH = pytest.mark.parametrize("protection", PROTECTIONS, ids=[each.name for each in PROTECTIONS])


@pytest.fixture(scope="module")
def resources(package: Package) -> Resources:
    """Return the resources of both stacks."""
    kept, app = (json.loads(template.read_text())["Resources"] for template in (package.kept, package.app))
    return {**kept, **app}


def test_nothing_is_missing(resources: Resources) -> None:
    """In either stack."""
    assert list(missing(resources)) == []


def without(resource: Resources, protection: Protection) -> Resources:
    """Return a resource that lacks what stands at the place of a protection."""
    changed = deepcopy(resource)
    *way, last = protection.place
    part: Any = at(changed, tuple(way))
    del part[last]
    return changed


def weakened(resource: Resources, protection: Protection) -> Resources:
    """Return a resource with something else at the place of a protection."""
    changed = deepcopy(resource)
    *way, last = protection.place
    part: Any = at(changed, tuple(way))
    part[last] = ANYTHING
    return changed


@EACH
def test_a_protection_that_is_taken_away_is_missed(resources: Resources, protection: Protection) -> None:
    """By every resource of its type, each alone."""
    asked = [name for name, one in resources.items() if protection.asks(one)]
    assert asked
    for name in asked:
        for change in (without, weakened):
            changed = {**resources, name: change(resources[name], protection)}
            assert list(missing(changed)) == [f"{name}: {protection.name}"]


@pytest.mark.parametrize("alarm", ALARMS, ids=[each.name for each in ALARMS])
def test_an_alarm_that_is_taken_away_is_missed(resources: Resources, alarm: Any) -> None:  # noqa: ANN401 (one of the table)
    """And if it was the one for the errors of a function, that function is named."""
    left = {name: one for name, one in resources.items() if name != alarm.name}
    told = list(missing(left))
    assert told[0] == f"{alarm.name}: {ALARM}"
    assert told[1:] == ([f"{alarm.function}: no alarm tells its errors"] if alarm.metric == "Errors" else [])


def test_whatever_is_kept_is_of_a_type_that_is_protected(package: Package) -> None:
    """Another kind of resource in that stack comes with protections of its own, or with a reason."""
    kinds = {one["Type"] for one in json.loads(package.kept.read_text())["Resources"].values()}
    assert kinds == {*KEPT, *UNPROTECTED}
