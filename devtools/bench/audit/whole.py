"""The whole trail at once, each in a process of its own: exported, verified as it is stored, and verified as it was exported.

*Plain* is the floor of what reads every event: one Query for each operation, one call after the other, and nothing is done with
what comes. It reads some of them only, and is compared by events a second.
"""

import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from chalicelib.adapters.aws.dynamodb import tables
from devtools.bench.audit.stories import GAP, id_of
from devtools.local.dynamodb import AUDIT_TABLE
from devtools.local.review.digests import DIGEST_KEY, local_service
from devtools.places import ROOT
from switchboard_cli.program import program

PLAIN_OPERATIONS = 500
WHY = "the bench of the audit"
STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class Whole:
    """What became of all operations of one size: how many events, seconds, and the peak of the process in MiB."""

    name: str
    size: int
    events: int
    seconds: float
    peak_mib: float

    @property
    def a_second(self) -> float:
        """Return events a second."""
        return self.events / self.seconds


def wholes(port: int, bucket: str, size: int, newest: datetime, folder: Path) -> Iterator[Whole]:
    """Export, verify what is stored, and verify what was exported; each has to find every operation, and nothing wrong.

    All from the day of the oldest operation on: else the empty days before it are asked as well.

    Raises:
        RuntimeError: one of them failed.
    """
    exported, oldest = str(folder / str(size)), (newest - size * GAP).date().isoformat()
    where = ["--from", oldest, "--why", WHY, "--local", str(port)]
    digests = ["--digest-bucket", bucket, "--digest-key", DIGEST_KEY, "--json"]
    commands = (
        ("export", ["export", exported, *where]),
        ("verify an export", ["verify", exported, "--json"]),
        ("verify what is stored", ["check", *where, *digests]),
    )
    for name, arguments in commands:
        yield _in_a_process(name, size, arguments)


def plain_a_second(endpoint_url: str, size: int, newest: datetime) -> float:
    """Return how many events a second plain calls read."""
    client, count = local_service("dynamodb", endpoint_url), 0
    step = max(size // PLAIN_OPERATIONS, 1)
    numbers = range(0, size, step)
    started = time.perf_counter()
    for number in numbers:
        key = {":operation": {"S": tables.operation_row(id_of(number, newest))}}
        answer = client.query(
            TableName=AUDIT_TABLE,
            KeyConditionExpression="pk = :operation",
            ExpressionAttributeValues=key,
            ConsistentRead=True,
        )
        count += len(answer["Items"])
    return count / (time.perf_counter() - started)


def _in_a_process(name: str, size: int, arguments: Sequence[str]) -> Whole:
    command = [sys.executable, "-m", "devtools.bench.audit.whole", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name} of {size:,} operations failed: {done.stdout[-2000:]} {done.stderr[-2000:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    events, operations = _counted(done.stdout, done.stderr)
    if operations != size:
        raise RuntimeError(f"{name} found {operations:,} operations in the place of {size:,}")
    return Whole(name, size, events, told["seconds"], told["peak_mib"])


def _counted(output: str, remarks: str) -> tuple[int, int]:
    """Return how many events and operations a command tells of: in its JSON, or in its last remark."""
    remark = re.search(r"(\d+) operations with (\d+) events", remarks)
    if remark is not None:
        return int(remark[2]), int(remark[1])
    document: dict[str, Any] = json.loads(output[: output.rindex("}\n{") + 1])
    return document["events"], document["operations"]


def _peak_mib() -> float:
    """Return the peak of this process; Linux tells it apart from that of the process which started it."""
    if STATUS.exists():
        return int(STATUS.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(arguments: Sequence[str]) -> int:
    """Give one command of `switchboard audit`, and tell in a last line what it took."""
    started = time.perf_counter()
    status = program.main(["audit", *arguments], prog_name="switchboard", standalone_mode=False)
    print(json.dumps({"seconds": time.perf_counter() - started, "peak_mib": _peak_mib()}), flush=True)
    return int(status or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
