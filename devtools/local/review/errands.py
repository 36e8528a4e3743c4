"""What custodians have left to the clock, on the local stand-in: each hour of `make run`, and at demand: `make errands`."""

import os
import sys

from chalicelib.adapters.system import SystemClock
from chalicelib.application.people.run_errands import Ran
from chalicelib.composition.errands import build
from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.time_budget import Deadline
from devtools.local.dynamodb import AUDIT_TABLE, OPERATIONS_TABLE, local_environment

HOUR_SECONDS = 3600.0
SECONDS = 60.0


def run_errands() -> Ran:
    """Run what is left to do, in the environment of this process."""
    return build(os.environ).execute(Deadline.after(SystemClock().monotonic, SECONDS))


def run_and_tell() -> bool:
    """Run what is left to do, and tell it where there was something; what is left is for the next hour."""
    ran = run_errands()
    if ran != Ran():
        print(told(ran), flush=True)
    return False


def told(ran: Ran) -> str:
    """Return what a run did, in words."""
    return f"Errands of custodians: {ran.rows} rows were changed, and {ran.left} errands stay for the next hour."


def main() -> int:
    """Run the errands of `make run` ahead of their time; return the exit status."""
    port = os.environ.get("DYNAMODB_PORT") or "8002"
    names = {"OPERATIONS_TABLE": OPERATIONS_TABLE, "AUDIT_TABLE": AUDIT_TABLE}
    os.environ.update(names | local_environment(f"http://127.0.0.1:{port}"))
    try:
        print(told(run_errands()))
    except SwitchboardError as error:
        print(f"{error} Is `make run` up, with its database on port {port}?", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
