"""Print the audit events of an operation of `make run`, as JSON lines: `python -m devtools.events op_…`."""

import os
import sys

from chalicelib.adapters.dynamodb.audit_trail import DynamoDBAuditTrail
from chalicelib.domain.errors import StoreUnavailableError
from devtools.dynamodb import AUDIT_TABLE, DEFAULT_PORT, HOST, local_client

USAGE = "Name one operation, for example: make events OPERATION=op_01JZ…  (its id is in the Location of the answer)"
WRONG_USE, FAILED = 2, 1


def print_events(operation_id: str, port: str) -> int:
    """Print the stored bytes of each event as a line; return the exit status."""
    client = local_client(f"http://{HOST}:{port}")
    try:
        events = DynamoDBAuditTrail(client, AUDIT_TABLE).events(operation_id)
    except StoreUnavailableError:
        print(f"The audit table on {HOST}:{port} cannot be read. Is `make run` up, on that port?", file=sys.stderr)
        return FAILED
    finally:
        client.close()
    if not events:
        print(f"There is no operation {operation_id} in the audit table.", file=sys.stderr)
        return FAILED
    for event in events:
        print(event.decode())
    return 0


def main(arguments: list[str]) -> int:
    """Print the events of the operation that the arguments name; return the exit status."""
    if len(arguments) != 1 or not arguments[0].startswith("op_"):
        print(USAGE, file=sys.stderr)
        return WRONG_USE
    port = os.environ.get("DYNAMODB_PORT", str(DEFAULT_PORT))
    if not port.isdecimal():
        print("DYNAMODB_PORT must be a number.", file=sys.stderr)
        return WRONG_USE
    return print_events(arguments[0], port)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
