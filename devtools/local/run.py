"""Run Switchboard on this machine until SIGINT or SIGTERM: `make run`."""

import os
import signal
import socket
import sys
from collections.abc import Mapping
from queue import SimpleQueue

from chalicelib.settings import InvalidSettingsError
from devtools.local.example import curl_booking, curl_preflight, now_on_upstream_clock
from devtools.local.page import BookingPage
from devtools.local.review.digests import LOOK_SECONDS, is_behind_with_digests
from devtools.local.review.errands import HOUR_SECONDS, run_and_tell
from devtools.local.review.identity import USERS, curl_search
from devtools.local.review.schedule import Schedule
from devtools.local.server import HOST
from devtools.local.stack import Ports, Stack
from devtools.local.state import StateInUseError, hold, state_folder

DEFAULTS = {
    "PORT": 8000,
    "SANDBOX_PORT": 8001,
    "DYNAMODB_PORT": 8002,
    "REVIEW_PORT": 8003,
    "IDENTITY_PORT": 8004,
    "PAGE_PORT": 8005,
}


class CannotRunError(Exception):
    """The stack cannot start; the message says what to change."""


def read_ports(environment: Mapping[str, str]) -> dict[str, int]:
    """Return the ports by the name of their variable; 0 is any free port.

    Raises:
        CannotRunError: one is not a port, is named twice, or is taken.
    """
    ports: dict[str, int] = {}
    for name, default in DEFAULTS.items():
        text = environment.get(name) or str(default)
        if not (text.isascii() and text.isdigit() and int(text) <= 65535):
            raise CannotRunError(f"{name}={text} is not a port.")
        if int(text) in ports.values() and int(text):
            raise CannotRunError(f"{name}={text} is used twice.")
        ports[name] = int(text)
    is_needed = {  # another upstream or provider may stand on the port
        "SANDBOX_PORT": not environment.get("ADULTWORK_BASE_URL"),
        "IDENTITY_PORT": not environment.get("REVIEW_ISSUER"),
    }
    for name, port in ports.items():
        if is_needed.get(name, True) and not _is_free(port):
            raise CannotRunError(f"Port {port} on {HOST} is in use. Choose another: make run {name}=…")
    return ports


def _is_free(port: int) -> bool:
    """Tell whether a server could listen on a port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def describe(stack: Stack, page_url: str) -> str:
    """Return what is up and what to paste."""
    database_port = stack.endpoint_url.rpartition(":")[2]
    return f"""\
switchboard  {stack.url}
page         {page_url}  (book from here)
upstream     {stack.upstream_url}{"  (sandbox)" if stack.sandbox else ""}
dynamodb     {stack.endpoint_url}
reference    {stack.url}/docs
reviewers    {stack.review_url}
console      {stack.console_url or "off: REVIEW_CLIENT_ID and REVIEW_CONSOLE_URL are not set"}
identity     {stack.issuer}{_users(stack)}

Book:
{curl_booking(stack.url, now_on_upstream_clock())}

Ask what a browser asks first:
{curl_preflight(stack.url)}

Read what the audit trail says; the id is at the end of the Location of a booking:
make events OPERATION=op_… DYNAMODB_PORT={database_port}

Make the signed digest of this hour now, to verify by (by itself, each hour has one 20 minutes after its end):
make digest DYNAMODB_PORT={database_port}

Do what custodians' holds and erasures leave to the clock now (by itself, it is done each hour):
make errands DYNAMODB_PORT={database_port}

Search the audit as a reviewer does:
{curl_search(stack.review_url, stack.issuer)}
"""


def _users(stack: Stack) -> str:
    """Return who can sign in at the local provider."""
    if stack.identity is None:
        return ""
    return f"  (ready users: {', '.join(USERS)})"


def serve(environment: Mapping[str, str], stops: "SimpleQueue[int]") -> None:
    """Run the stack until there is something in `stops`; print the line `ready` when all of it is up."""
    state = state_folder(environment)
    with hold(state):
        ports = read_ports(environment)
        *of_stack, page_port = (ports[name] for name in DEFAULTS)
        with (
            BookingPage(page_port) as page,
            Stack(Ports(*of_stack), state=state, page_origins=page.origins) as stack,
            Schedule("digests", is_behind_with_digests, LOOK_SECONDS),
            Schedule("errands", run_and_tell, HOUR_SECONDS),
        ):
            page.show(stack.url, has_sandbox=stack.sandbox is not None, has_sign_in=stack.has_sign_in)
            if stops.empty():
                print(describe(stack, page.url))
                print("ready", flush=True)
            stops.get()


def main() -> int:
    """Run until a signal asks to stop; return the exit status."""
    # A simple queue and not an Event: two signals close together would find the Event's lock taken by its own waiter.
    stops: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda signum, _: stops.put(signum))
    try:
        serve(os.environ, stops)
    except (CannotRunError, StateInUseError, InvalidSettingsError, OSError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
