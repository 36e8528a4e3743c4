"""Instructions instead of time: the same in every run, on a machine that others use too. By valgrind, where it is."""

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from devtools.bench.ground.processes import ChildError, Variant

TOOL = "valgrind"
COUNT = re.compile(r"I +refs: +([\d,]+)")
# Below the tool everything takes some thirty times as long, and our calls have limits.
PATIENT = {
    "CALL_SECONDS": "25",
    "READ_SECONDS": "12",
    "READS_SECONDS": "13",
    "CLAIM_SECONDS": "8",
    "POST_SECONDS": "5",
    "CONCLUSION_SECONDS": "6",
    "PYTHONHASHSEED": "0",
}


def can_count() -> bool:
    """Tell whether valgrind is there."""
    return shutil.which(TOOL) is not None


def count(variant: Variant, events: list[dict[str, Any]]) -> int:
    """Return the instructions from the start of a process to its answers.

    Raises:
        ChildError: the tool told no count.
    """
    with tempfile.TemporaryDirectory(prefix="switchboard-valgrind-") as scratch:
        log = Path(scratch) / "log"
        tool = [shutil.which(TOOL) or TOOL, "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
        patient = variant.with_settings(**PATIENT)
        with patient.start([*tool, f"--log-file={log}"]) as function:
            function.book(events)
            function.finish()
        found = COUNT.search(log.read_text())
    if found is None:
        raise ChildError(f"{TOOL} counted nothing for {variant.name}")
    return int(found[1].replace(",", ""))
