"""`make contract-trials`: schemathesis asks the running app whatever its document allows, and much that it does not.

Every check of schemathesis is on: statuses, headers, media types and bodies as documented, what is unsound refused and what is
sound taken, no answer without a token, and what a booking's links lead to. `schemathesis.toml` beside this module says what
no document can.
"""

import argparse
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from devtools.local.example import TOKEN
from devtools.local.stack import Stack
from devtools.places import ROOT

CONFIGURATION = ROOT / "devtools" / "contract" / "schemathesis.toml"
PROGRAM = Path(sys.executable).with_name("schemathesis")
SECONDS = 20.0  # for one answer
NO_LIMITS = {"BOOKINGS_PER_MINUTE": "0", "BOOKINGS_PER_DAY": "0"}  # else nearly every answer is a 429


def tried(url: str, cases: int, seed: int, *, is_told: bool = True) -> tuple[int, str]:
    """Ask an app, at an address, so many times for each operation; return the exit status, and what was told if nobody saw it."""
    command = [
        *(str(PROGRAM), "--config-file", str(CONFIGURATION), "run", f"{url}/openapi.json", "--url", url),
        *("--header", f"Authorization: Bearer {TOKEN}", "--max-examples", str(cases), "--seed", str(seed)),
        *("--request-timeout", str(SECONDS), "--continue-on-failure", "--no-color"),
    ]
    with tempfile.TemporaryDirectory() as folder:  # it leaves a folder of its own where it is started
        output = None if is_told else subprocess.PIPE
        done = subprocess.run(command, cwd=folder, stdout=output, stderr=output, text=True, check=False)
    return done.returncode, f"{done.stdout or ''}{done.stderr or ''}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Start the local stack and ask it; return 0 when the document and the answers agree."""
    options = _parser().parse_args(arguments)
    os.environ.update(NO_LIMITS)
    logging.disable(logging.INFO)  # a line for each of thousands of answers
    with Stack() as stack:
        status, _ = tried(stack.url, options.cases, options.seed)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make contract-trials", description=__doc__)
    parser.add_argument("--cases", type=int, default=1000, help="how many cases an operation has in a phase, at most")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same cases")
    return parser


if __name__ == "__main__":
    sys.exit(main())
