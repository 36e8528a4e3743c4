"""Two requests for one change, in every order and with every fault: nothing breaks, and what is wrong does."""

from collections import Counter

import pytest

from chalicelib.domain.changing.changes import CHANGES
from devtools.proof.exploration.__main__ import main
from devtools.proof.exploration.changing.run import LASTING
from devtools.proof.exploration.choices import Budget
from devtools.proof.exploration.scenarios import CHANGING, SCENARIOS, Scenario
from devtools.proof.exploration.search import Figures, explore_all
from devtools.proof.exploration.world.platform import DEATH, SILENCE
from devtools.proof.simulation.changing.invariants import INVARIANTS
from devtools.proof.simulation.changing.upstream import Fate
from devtools.proof.simulation.changing.variants import WrongChange
from devtools.proof.simulation.variants import Variant
from devtools.proof.simulation.world.store import WriteFault
from tests.property.explored import require_found_out, require_no_order_breaks, require_nothing_lost_by_pruning

pytestmark = pytest.mark.timeout(600)  # some thousand runs, on a busy machine

NAMED = {scenario.name: scenario for scenario in CHANGING}
FAULTY = ("change-same-key", "change-settled-ask", "change-elsewhere")  # `make explore`: all
FAULTS = {DEATH, SILENCE, *Fate, *WriteFault}


@pytest.fixture(scope="module")
def searches() -> dict[str, Figures]:
    """Search some scenarios: every fault where nobody is preempted."""
    return {name: explore_all(NAMED[name], Variant.OURS, Budget(0, 1)) for name in FAULTY}


@pytest.mark.parametrize("name", FAULTY)
def test_no_fault_breaks_an_invariant(searches: dict[str, Figures], name: str) -> None:
    """Meet every fault at every step; a failing sequence is named."""
    assert searches[name].runs > 40
    assert not searches[name].failing, searches[name].examples


def test_every_fault_strikes(searches: dict[str, Figures]) -> None:
    """A search in which little happens proves little."""
    struck = sum((figures.counts for figures in searches.values()), Counter[str]())
    assert struck.keys() >= FAULTS


@pytest.mark.parametrize("scenario", CHANGING, ids=lambda scenario: scenario.name)
def test_no_order_breaks_an_invariant(scenario: Scenario) -> None:
    """Take the steps of both devices in every order with up to two preemptions."""
    require_no_order_breaks(scenario)


def test_every_kind_of_change_is_explored() -> None:
    """One that is declared has to be explored too."""
    assert {scenario.change for scenario in CHANGING} == set(CHANGES)


WRONG = (
    (WrongChange.GUARD_OFF, "C5 chains verify and tell what may be", "change-no-key"),
    (WrongChange.GUARD_FREED_WHEN_UNKNOWN, "C5 chains verify and tell what may be", "accept-other-key"),
    (WrongChange.NOT_SETTLED, "C5 chains verify and tell what may be", "change-same-key"),
    (WrongChange.PAUSE_AFTER_CLAIM, "C7 paused sends nothing", "change-paused"),
)


def test_every_wrong_protocol_is_looked_for() -> None:
    """One that is added to the simulation has to be found here too."""
    assert {variant for variant, _, _ in WRONG} == set(WrongChange)


@pytest.mark.parametrize(("variant", "invariant", "name"), WRONG)
def test_a_wrong_protocol_is_found_out(variant: WrongChange, invariant: str, name: str) -> None:
    """Find each in one of the scenarios; `make explore` finds them in all of these without being told in which."""
    require_found_out(variant, invariant, NAMED[name])


@pytest.mark.parametrize("variant", [Variant.OURS, WrongChange.PAUSE_AFTER_CLAIM])
@pytest.mark.parametrize(
    ("name", "budget"),
    [("change-elsewhere", Budget(0, 1)), ("change-no-key", Budget(2, 0)), ("change-paused", Budget(2, 0))],
)
def test_pruning_loses_nothing(name: str, budget: Budget, variant: Variant | WrongChange) -> None:
    """Run every sequence without looking at states: the same ends are come to, and the same invariants break."""
    require_nothing_lost_by_pruning(NAMED[name], variant, budget)


def test_a_broken_sequence_is_told_with_the_way_to_see_it_again(capsys: pytest.CaptureFixture[str]) -> None:
    """Read what a developer gets; the same sequence of our own protocol holds."""
    sequence = "change-paused:0+0:0=1"
    assert main(["--sequence", sequence, "--variant", "changes-pause-after-claim"]) == 1
    told = capsys.readouterr().out
    assert "BROKEN  C7" in told
    assert f"replay: make explore SEQUENCE={sequence} VARIANT=changes-pause-after-claim" in told
    assert main(["--sequence", sequence]) == 0
    assert "every invariant holds" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "variant"), [(SCENARIOS[0].name, WrongChange.GUARD_OFF), (CHANGING[0].name, Variant.GUARD_OFF)]
)
def test_a_protocol_is_shown_by_scenarios_of_its_kind(
    name: str, variant: Variant | WrongChange, capsys: pytest.CaptureFixture[str]
) -> None:
    """A booking shows nothing of changes; whoever asks for that is told so, and no green run."""
    assert main(["--sequence", f"{name}:0+0:-", "--variant", variant]) == 2
    assert f"{name} is no scenario for {variant}" in capsys.readouterr().err
    assert main(["--only", name, "--variant", variant]) == 2
    assert f"{name} is no scenario for {variant}" in capsys.readouterr().err


def test_the_lasting_invariants_are_invariants() -> None:
    """Those that a pruned run is judged by; the other ones speak of states, and equal states break them equally."""
    assert INVARIANTS.keys() - set(LASTING) == {"C3 everything ends", "C5 chains verify and tell what may be"}
    assert set(LASTING) <= INVARIANTS.keys()
