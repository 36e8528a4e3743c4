"""Every order and every fault of two requests for one booking: nothing breaks, what is wrong does, and pruning loses nothing."""

from collections import Counter
from dataclasses import replace

import pytest

from chalicelib.domain.operation.stored_answer import StoredAnswer
from devtools.proof.exploration.__main__ import main
from devtools.proof.exploration.choices import Budget, Choices, Memory, Price, VisitedError, siblings
from devtools.proof.exploration.run import LASTING, Run
from devtools.proof.exploration.runs import run_once
from devtools.proof.exploration.scenarios import AT_ONCE, SCENARIOS, Scenario, Visit
from devtools.proof.exploration.search import Figures, explore, explore_all
from devtools.proof.exploration.sequences import read_sequence, sequence_of
from devtools.proof.exploration.world.in_full import in_full
from devtools.proof.exploration.world.people import UNLOCK_FAILS
from devtools.proof.exploration.world.platform import DEATH, SILENCE
from devtools.proof.exploration.world.requests import ReadFault, StoreFault
from devtools.proof.simulation.oracle.invariants import INVARIANTS
from devtools.proof.simulation.variants import Variant
from devtools.proof.simulation.world.placement import Fate
from devtools.proof.simulation.world.register import CLIENT_ROW
from devtools.proof.simulation.world.store import WriteFault
from tests.property.explored import require_found_out, require_no_order_breaks, require_nothing_lost_by_pruning

pytestmark = pytest.mark.timeout(600)  # some thousand runs, on a busy machine

NAMED = {scenario.name: scenario for scenario in SCENARIOS}
FAULTS = {DEATH, SILENCE, UNLOCK_FAILS, *Fate, *WriteFault, *StoreFault, *ReadFault}


@pytest.fixture(scope="module")
def searches() -> dict[str, Figures]:
    """Search each scenario: every fault where nobody is preempted."""
    return {scenario.name: explore_all(scenario, Variant.OURS, Budget(0, 1)) for scenario in SCENARIOS}


@pytest.mark.parametrize("name", NAMED)
def test_no_fault_breaks_an_invariant(searches: dict[str, Figures], name: str) -> None:
    """Meet every fault at every step; a failing sequence is named."""
    assert searches[name].runs > 50
    assert not searches[name].failing, searches[name].examples


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_no_order_breaks_an_invariant(scenario: Scenario) -> None:
    """Take the steps of both devices in every order with up to two preemptions."""
    require_no_order_breaks(scenario)


def test_no_fault_in_any_order_breaks_an_invariant() -> None:
    """Do both, for the smallest scenario; `make explore` does it for all."""
    figures = explore_all(NAMED["same-key-rotating"], Variant.OURS, Budget(2, 1))
    assert figures.states > 300
    assert not figures.failing, figures.examples


def test_every_fault_strikes(searches: dict[str, Figures]) -> None:
    """A search in which little happens proves little. A list is read only after a first fault, so it takes two to delay it."""
    struck = sum((figures.counts for figures in searches.values()), Counter[str]())
    assert FAULTS - struck.keys() == {ReadFault.BEHIND}
    pairs = explore(NAMED["soon-ask"], Variant.OURS, Budget(0, 2))
    assert any(figures.counts[ReadFault.BEHIND] for figures in pairs)


WRONG = (
    (Variant.GUARD_OFF, "I1 no duplicate", "same-key"),
    (Variant.POWERTOOLS, "I1 no duplicate", "same-key"),
    (Variant.RECORD_AFTER_SEND, "I2 recorded before the send", "same-key"),
    (Variant.GUARDS_UNDER_SECRET, "I1 no duplicate", "other-key-rotating"),
    (Variant.GUARD_TOO_SHORT, "I1 no duplicate", "same-key"),
    (Variant.GUARD_FREED_WHEN_AMBIGUOUS, "I1 no duplicate", "settled-no-key-elsewhere"),
    (Variant.GUARD_FREED_WHEN_EXPIRED, "I1 no duplicate", "same-key"),
    (Variant.FINGERPRINT_IGNORED, "I5 no false answer", "other-body"),
    (Variant.OWNERS_IGNORED, "I3 confirmed is true", "cancelled"),
    (Variant.NOT_SETTLED, "I12 stories are allowed", "same-key"),
    (Variant.STANDING_IGNORED, "I4 nothing booked is true", "settled-no-key-elsewhere"),
    (Variant.NEW_KEY_AFTER_REUSE, "I11 one booking a wish", "as-told"),
    (Variant.NAMES_OVERWRITTEN, "I13 one name a person", "new-people"),
    (Variant.PAUSE_AFTER_CLAIM, "I16 paused sends nothing", "paused"),
)


def test_every_wrong_protocol_is_looked_for() -> None:
    """One that is added to the simulation has to be found here too."""
    assert {Variant.OURS, *(variant for variant, _, _ in WRONG)} == set(Variant)


@pytest.mark.parametrize(("variant", "invariant", "name"), WRONG)
def test_a_wrong_protocol_is_found_out(variant: Variant, invariant: str, name: str) -> None:
    """Find each in one of the scenarios; `make explore` finds them in all of these without being told in which."""
    require_found_out(variant, invariant, NAMED[name])


@pytest.mark.parametrize("variant", [Variant.OURS, Variant.GUARD_OFF, Variant.RECORD_AFTER_SEND])
@pytest.mark.parametrize(
    ("name", "budget"),
    [("other-body", Budget(0, 1)), ("soon-ask", Budget(0, 1)), ("same-key-rotating", Budget(2, 0))],
)
def test_pruning_loses_nothing(name: str, budget: Budget, variant: Variant) -> None:
    """Run every sequence without looking at states: the same ends are come to, and the same invariants break."""
    require_nothing_lost_by_pruning(NAMED[name], variant, budget)


def test_a_client_who_cannot_be_named_changes_neither_what_is_booked_nor_what_is_told() -> None:
    """Let each request about the row of a new client fail in each way, and compare with a run in which none does."""
    scenario = replace(NAMED["new-people"], devices=((Visit(AT_ONCE, key="a", is_known=True),),))
    plain, others = _run(scenario), []
    for _, prefix in siblings(plain.choices.points, 0):
        run = _run(scenario, prefix)
        others += [run] if run.history.failed == {FIRST_CALL: {CLIENT_ROW}} else []
    assert len(others) == 1 + len(WriteFault), "one read of the row, and one write"
    assert len({repr((run.history.bookings, _told(run))) for run in (plain, *others)}) == 1
    assert "201" in _told(plain)


FIRST_CALL = 101


def _run(scenario: Scenario, prefix: bytes = b"") -> Run:
    run = Run(scenario, Variant.OURS, Choices(prefix, Budget(0, 1), lambda: b""))
    assert not run.go().breaches
    return run


def _told(run: Run) -> str:
    (answer,) = [said.answer for said in run.history.said if said.call == FIRST_CALL]
    return in_full(answer)


def test_equal_sequences_tell_equal_stories() -> None:
    """Nothing but the sequence decides."""
    text = "cancelled:2+1:3=1"
    scenario, budget, taken = read_sequence(text)
    stories = [run_once(scenario, Variant.OURS, budget, taken, is_told=True) for _ in range(2)]
    assert stories[0] == stories[1]
    assert stories[0].lines != run_once(scenario, Variant.OURS, budget, (), is_told=True).lines
    assert sequence_of(scenario, budget, taken) == text


def test_a_broken_sequence_is_told_with_the_way_to_see_it_again(capsys: pytest.CaptureFixture[str]) -> None:
    """Read what a developer gets."""
    assert main(["--sequence", "same-key:0+0:-", "--variant", "guard-off"]) == 1
    told = capsys.readouterr().out
    assert "POST" in told
    assert "BROKEN  I1" in told
    assert "replay: make explore SEQUENCE=same-key:0+0:- VARIANT=guard-off" in told


def test_the_command_tells_one_run_that_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """`make explore SEQUENCE=…` says how it went."""
    assert main(["--sequence", "same-key:2+1:-"]) == 0
    assert "every invariant holds" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["same-key", "nowhere:2+1:-", "same-key:2+1:0=7", "same-key:2:1", "same-key:2+1:a=b"])
def test_what_is_no_sequence_is_said_to_be_none(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A sequence that was mistyped, or is another version's, is no green run."""
    assert main(["--sequence", text]) == 2
    assert "is no sequence of this program" in capsys.readouterr().err


def test_the_command_searches_and_names_what_broke(capsys: pytest.CaptureFixture[str]) -> None:
    """`make explore ONLY=… VARIANT=…` brings the figures, and sequences to replay."""
    assert main(["--only", "other-body", "--variant", "powertools"]) == 1
    told = capsys.readouterr().out
    assert "up to 2 preemptions, 1 fault" in told
    assert "make explore SEQUENCE=other-body:2+1:" in told


def test_the_siblings_of_a_run_are_all_other_ways_behind_its_prefix() -> None:
    """Each other way appears once, with what it leaves of the budget."""
    choices = Choices(b"\x01", Budget(1, 1), lambda: b"")
    assert [choices.pick(2), choices.pick(3, Price.FAULT), choices.pick(1), choices.pick(2, Price.PREEMPTION)] == [
        1,
        0,
        0,
        0,
    ]
    assert list(siblings(choices.points, 1)) == [
        (Budget(1, 0), b"\x01\x01"),
        (Budget(1, 0), b"\x01\x02"),
        (Budget(0, 1), b"\x01\x00\x01"),
    ]


def test_a_state_is_visited_again_only_with_a_budget_that_allows_more() -> None:
    """What was seen with two preemptions and no fault says nothing about faults."""
    memory = Memory()
    asked = [Budget(2, 0), Budget(1, 0), Budget(0, 1), Budget(2, 1), Budget(2, 0), Budget(0, 1)]
    assert [memory.knows(b"state", budget) for budget in asked] == [False, True, False, False, True, True]
    choices = Choices((), Budget(2, 1), lambda: b"state", memory)
    with pytest.raises(VisitedError):
        choices.look()


def test_values_in_full_hide_nothing() -> None:
    """What `repr` leaves out tells two values apart."""
    answer = StoredAnswer(201, {}, "one")
    assert repr(answer) == repr(replace(answer, body="two"))
    assert in_full(answer) != in_full(replace(answer, body="two"))
    assert in_full([answer]) == in_full([replace(answer)])


def test_the_lasting_invariants_are_invariants() -> None:
    """Those that a pruned run is judged by; the other ones speak of states, and equal states break them equally."""
    assert set(LASTING) <= INVARIANTS.keys()
    assert INVARIANTS.keys() - set(LASTING) == {
        "I2 nothing lost",
        "I3 confirmed is true",
        "I8 everything ends",
        "I10 chains verify",
        "I12 stories are allowed",
    }
