"""Run the sandbox from the command line: `python -m sandbox --port 8001`."""

import argparse
import signal
import sys
from collections.abc import Sequence
from queue import SimpleQueue

from sandbox.server import SandboxServer, later_booking_id

DEFAULT_PORT = 8001


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM and return the exit code."""
    parser = argparse.ArgumentParser(prog="sandbox", description="Simulate the AdultWork REST API on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port to listen on, 0 for any (%(default)s)")
    port = parser.parse_args(arguments).port
    # A simple queue and not an Event: two signals close together would find the Event's lock taken by its own waiter.
    ends: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda signum, _: ends.put(signum))
    try:
        with SandboxServer(port, first_booking_id=later_booking_id()) as server:
            sys.stdout.write(f"sandbox listening on {server.url}\n")
            sys.stdout.flush()
            ends.get()
    except OSError as error:
        sys.stderr.write(f"sandbox cannot listen on port {port}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
