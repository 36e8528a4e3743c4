"""Any order of bookings, repeats, faults, deaths and hours: the invariants hold. `make machine` tries many more."""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from devtools.proof.trials.scene.ground import Ground
from tests.integration.faults.protocol_machine import ProtocolMachine

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES") or 5)
STEPS = 12


@pytest.mark.timeout(60 + 20 * EXAMPLES)
def test_whatever_happens_in_whatever_order_no_rule_is_broken(ground: Ground) -> None:
    """The public interface against a model and against the world itself."""
    ProtocolMachine.ground = ground
    few = settings(
        max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(ProtocolMachine, settings=few)
