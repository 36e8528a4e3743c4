"""What a process loads to serve a booking: packages and parts of the standard library, each for a reason."""

import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from devtools.local import example
from devtools.places import ROOT
from tests.repo.unpacked_zip import UnpackedZip, event, lambda_only

REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
KNOWN: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(Path(__file__).with_name("loaded.toml").read_text())


@pytest.fixture(scope="module")
def loaded(unpacked: UnpackedZip) -> frozenset[str]:
    """Return the names of the modules that one booking loads, without what is below them."""
    routes = dict.fromkeys(unpacked.run([])["routes"])
    booking = example.booking(example.now_on_upstream_clock() + timedelta(days=2))
    found = unpacked.run([event(routes, "POST", example.PATH, booking)])
    assert [answer["statusCode"] for answer in found["answers"]] == [201]
    names = {name.partition(".")[0] for name in found["loaded_by_events"]}
    return frozenset(name for name in names if not name.startswith("_"))


@lambda_only
def test_a_booking_loads_nothing_that_nobody_has_given_a_reason_for(loaded: frozenset[str]) -> None:
    """What is imported costs each cold start: whoever adds something says why in `loaded.toml`, or finds a way without it."""
    assert sorted(loaded - {name for kind in KNOWN.values() for names in kind.values() for name in names}) == []


@lambda_only
def test_the_list_names_nothing_that_a_booking_does_not_load(loaded: frozenset[str]) -> None:
    """So that what has gone is noticed when it comes back."""
    assert sorted({name for kind in KNOWN.values() for names in kind.values() for name in names} - loaded) == []


def test_every_module_is_listed_once() -> None:
    """Under one reason."""
    names = [name for kind in KNOWN.values() for names in kind.values() for name in names]
    assert len(names) == len(set(names))


def test_what_ships_has_the_versions_that_the_tests_run_with() -> None:
    """Pydantic's core above all: its schemas are held beside those of the pydantic that it was made with."""
    pinned = [
        dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE)) for name in REQUIREMENTS
    ]
    shipped, tested = pinned
    assert "pydantic-core" in shipped
    assert shipped.items() <= tested.items()
