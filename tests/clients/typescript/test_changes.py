"""Changes of bookings by the client, on the whole stack: each of the five, a lost answer, a killed app, what nobody can tell."""

from pathlib import Path

import pytest

from devtools.proof.trials.scene.ground import Ground
from tests.clients.changes import ACCEPT, CANCEL, CASES, Case
from tests.clients.typescript.node import Driver, driving
from tests.integration.service import wait_until

ANSWER_SECONDS = 0.7
TWO_DAYS_SECONDS = 2 * 86_400


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_change_whose_answer_the_phone_loses_is_made_once_and_told(
    stack: tuple[Ground, str], driver: Driver, tmp_path: Path, case: Case
) -> None:
    """The second try gets the first answer; nothing is left to do."""
    ground, url = stack
    change = [case.name, case.begin(ground)]
    line = driver.carry_out(url, tmp_path, change=change, losses=["after"], tokens=[case.token])
    assert line["outcome"]["state"] == "made", line
    assert case.made(line["outcome"]["answer"])
    assert ground.sandbox.journal.count(case.path) == 1
    assert (line["pending"], list(tmp_path.iterdir())) == (0, [])


def test_an_app_killed_while_its_change_is_sent_learns_of_it_after_its_restart(
    stack: tuple[Ground, str], bundles: tuple[Path, Path], tmp_path: Path
) -> None:
    """What it kept says which change it was; one POST upstream, one key."""
    ground, url = stack
    change = [CANCEL.name, CANCEL.begin(ground)]
    ground.sandbox.faults.arm(CANCEL.path, "slow-answer", 1, seconds=ANSWER_SECONDS)
    with driving(bundles, ground.clock.move_on) as first:
        first.say({"url": url, "folder": str(tmp_path), "change": change})
        wait_until(lambda: ground.sandbox.journal.count(CANCEL.path) == 1, 30)
        first.kill()
    kept = [path.name for path in tmp_path.iterdir()]
    with driving(bundles, ground.clock.move_on) as second:
        line = second.carry_out(url, tmp_path)
    assert (line["outcome"]["state"], line["outcome"]["answer"]["Status"]) == ("made", "Cancelled")
    assert ground.sandbox.journal.count(CANCEL.path) == 1
    assert kept == [f"switchboard.CancelMadeBooking%2F1001%2F{line['key']}"]
    assert (line["pending"], list(tmp_path.iterdir())) == (0, [])


def test_what_no_read_can_tell_waits_for_a_day_and_is_handed_to_a_person(
    stack: tuple[Ground, str], driver: Driver, tmp_path: Path
) -> None:
    """AdultWork accepted and said nothing; it is not asked again."""
    ground, url = stack
    change = [ACCEPT.name, ACCEPT.begin(ground)]
    ground.sandbox.faults.arm(ACCEPT.path, "commit-then-drop", 1)
    order = {"change": change, "tokens": [ACCEPT.token], "patience": 60}
    waiting = driver.carry_out(url, tmp_path, **order)
    assert (waiting["outcome"]["state"], waiting["outcome"]["reason"], waiting["pending"]) == ("waiting", "checking", 1)
    ground.clock.move_on(TWO_DAYS_SECONDS)
    ground.function.run_schedule()
    later = driver.carry_out(url, tmp_path, tokens=[ACCEPT.token])
    assert (later["outcome"]["state"], later["pending"], later["key"]) == ("needs-person", 1, waiting["key"])
    assert later["outcome"]["operationId"] == waiting["outcome"]["operationId"]
    assert ground.sandbox.journal.count(ACCEPT.path) == 1
