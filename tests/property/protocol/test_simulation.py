"""The real use cases under seeded faults: nothing breaks, what is wrong does, and every story can be told again."""

import pytest

from chalicelib.domain.operation.operation import OperationState
from devtools.proof.simulation.__main__ import main
from devtools.proof.simulation.campaign import Batch, Figures, run_batch
from devtools.proof.simulation.report import breaches_told, run_told
from devtools.proof.simulation.simulation import simulate
from devtools.proof.simulation.variants import Variant
from devtools.proof.simulation.world.placement import Fate
from devtools.proof.simulation.world.register import CANDIDATE_ROW, CLIENT_ROW
from devtools.proof.simulation.world.store import WriteFault

pytestmark = pytest.mark.timeout(600)  # a thousand runs, on a busy machine

SEEDS = 1000
WITHIN = 4000
HAPPENS = {
    "post: undisturbed",
    "stale index read",
    "throttled: claim",
    "throttled: conclude",
    "throttled: resolve",
    "store read failed",
    "upstream read failed",
    "pages moved",
    "pauses",
    "calls killed",
    "bookings made elsewhere",
    "bookings ended upstream",
    "book: Answered",
    "book: BookingNotCreatedError",
    "book: DuplicateBookingError",
    "book: IdempotencyKeyReusedError",
    "book: InsufficientScopeError",
    "book: InvalidTokenError",
    "book: OperationInProgressError",
    "book: OutcomeUnknownError",
    "book: TooManyBookingsError",
    "book: UpstreamRefusedError",
    "candidate named meanwhile",
    *(f"{row}: {fault}" for row in (CLIENT_ROW, CANDIDATE_ROW) for fault in (*WriteFault, "store read failed")),
    "keys erased",
    "new keys as told",
    "paused book: Answered",
    "paused book: DuplicateBookingError",
    "paused book: OutcomeUnknownError",
    "paused book: SendingPausedError",
    "paused status: OperationView",
    "status: NotFoundError",
    "status: OperationView",
}


@pytest.fixture(scope="module")
def figures() -> Figures:
    """Run the seeds that every test run runs."""
    return run_batch(Batch(0, SEEDS, Variant.OURS))


def test_no_seed_breaks_an_invariant(figures: Figures) -> None:
    """Run a thousand worlds to their end; a failing one is named with the command that tells its story."""
    assert not figures.failing_seeds, "\n".join(breaches_told(figures, Variant.OURS))


def test_everything_that_can_go_wrong_does(figures: Figures) -> None:
    """A simulation in which little happens proves little: every fault, answer and final state is among the runs.

    The rarest happen a few times in a thousand runs; a change elsewhere may move them into the next thousands.
    """
    final = {f"ended {state}" for state in OperationState} - {"ended SENDING", "ended UNKNOWN"}
    missing = HAPPENS | set(Fate) | set(WriteFault) | final
    missing -= {name for name, number in figures.counts.items() if number}
    for first in range(SEEDS, 4 * SEEDS, 100):
        if not missing:
            break
        missing -= run_batch(Batch(first, 100, Variant.OURS)).counts.keys()
    assert not missing


# The first seed is one from which on the next that shows it is near; a change elsewhere may move it.
@pytest.mark.parametrize(
    ("variant", "invariant", "first"),
    [
        (Variant.GUARD_OFF, "I1 no duplicate", 0),
        (Variant.POWERTOOLS, "I1 no duplicate", 0),
        (Variant.POWERTOOLS, "I2 nothing lost", 0),
        (Variant.RECORD_AFTER_SEND, "I1 no duplicate", 0),
        (Variant.RECORD_AFTER_SEND, "I2 nothing lost", 0),
        (Variant.GUARDS_UNDER_SECRET, "I1 no duplicate", 0),
        (Variant.GUARD_TOO_SHORT, "I1 no duplicate", 0),
        (Variant.GUARD_FREED_WHEN_AMBIGUOUS, "I1 no duplicate", 670),
        (Variant.GUARD_FREED_WHEN_EXPIRED, "I1 no duplicate", 0),
        (Variant.FINGERPRINT_IGNORED, "I5 no false answer", 0),
        (Variant.OWNERS_IGNORED, "I3 confirmed is true", 1170),
        (Variant.NOT_SETTLED, "I4 nothing booked is true", 0),
        (Variant.NEW_KEY_AFTER_REUSE, "I11 one booking a wish", 770),
        (Variant.STANDING_IGNORED, "I4 nothing booked is true", 0),
        (Variant.NAMES_OVERWRITTEN, "I13 one name a person", 110),
        (Variant.PAUSE_AFTER_CLAIM, "I16 paused sends nothing", 0),
    ],
)
def test_a_wrong_protocol_is_found_out(variant: Variant, invariant: str, first: int) -> None:
    """The same worlds catch each protocol that only looks good."""
    seeds = range(first, first + WITHIN)
    assert any(breach.invariant == invariant for seed in seeds for breach in simulate(seed, variant).breaches), (
        f"{WITHIN} seeds from {first} on did not catch {variant}"
    )


def test_equal_seeds_tell_equal_stories() -> None:
    """Nothing but the seed decides: not the clock, not the order of a set, not who asks."""
    stories = [simulate(seed, is_told=True).lines for seed in (7, 8, 7)]
    assert stories[0] == stories[2]
    assert stories[0] != stories[1]
    assert simulate(7).counts == simulate(7, is_told=True).counts


def test_a_broken_run_is_told_with_the_way_to_see_it_again() -> None:
    """Break one by a wrong protocol, and read what a developer gets."""
    seed = next(seed for seed in range(100) if simulate(seed, Variant.GUARD_OFF).breaches)
    told = "\n".join(run_told(simulate(seed, Variant.GUARD_OFF, is_told=True), Variant.GUARD_OFF))
    assert "POST" in told
    assert "BROKEN  I" in told
    assert f"make simulate SEED={seed} VARIANT=guard-off" in told


def test_the_command_tells_one_run_and_fails_when_it_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    """`make simulate SEED=…` says how it went in words and in its exit status."""
    assert main(["--seed", "7"]) == 0
    assert "every invariant holds" in capsys.readouterr().out


def test_the_command_runs_many_seeds_on_all_processors(capsys: pytest.CaptureFixture[str]) -> None:
    """`make simulate SEEDS=…` brings the figures, and names what broke with a seed to replay."""
    assert main(["--seeds", "60", "--variant", "powertools"]) == 1
    told = capsys.readouterr().out
    assert "60  runs" in told
    assert "replay one: make simulate SEED=" in told
