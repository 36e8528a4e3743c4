"""Settle an operation that is AMBIGUOUS or EXPIRED_UNKNOWN: `make resolve OPERATION=op_… BOOKING=1234|NONE WHY="…"`.

It works on the tables of `make run`, or, where OPERATIONS_TABLE and AUDIT_TABLE are set, on those of a stage, with the
credentials and the region that boto3 would take.
"""

import getpass
import os
import re
import sys
from collections.abc import Mapping

import boto3

from chalicelib.adapters.aws.database import DYNAMODB, DynamoDB
from chalicelib.adapters.aws.dynamodb.operations import DynamoDBOperationStore
from chalicelib.adapters.aws.service import Place
from chalicelib.adapters.http.authorities import default_authorities, tls_context
from chalicelib.adapters.http.transport import Transport
from chalicelib.adapters.system import SystemClock, ThreadConcurrency, UlidSource
from chalicelib.application.operations.resolve_operation import ResolveOperation, ResolveOperationCommand
from chalicelib.domain.errors import NotResolvableError, StoreUnavailableError
from devtools.local.dynamodb import AUDIT_TABLE, DEFAULT_PORT, HOST, OPERATIONS_TABLE, local_place

USAGE = """\
make resolve OPERATION=op_… BOOKING=1234 WHY="…"   the operation made this booking, says AdultWork
make resolve OPERATION=op_… BOOKING=NONE WHY="…"   it made none: an equal booking is let in again
BY=… says who you are, if not the user of this machine. WHY has 5 to 200 characters, and no name or number of a person."""
WRONG_USE, FAILED = 2, 1
_OPERATION = re.compile(r"op_[0-9A-HJKMNP-TV-Z]{26}")
_BOOKING = re.compile(r"NONE|[1-9][0-9]{0,17}")
_BY = re.compile(r"[\w.@+-]{1,64}")
_WHY = re.compile(r"[^\x00-\x1f\x7f]{5,200}")


class UsageError(Exception):
    """What was given is not understood; the message says what is."""


def read_command(given: Mapping[str, str]) -> ResolveOperationCommand:
    """Read what was given to make: OPERATION, BOOKING, WHY, and BY.

    Raises:
        UsageError: one of them is missing or of another form.
    """
    values = {name: given.get(name, "").strip() for name in ("OPERATION", "BOOKING", "BY", "WHY")}
    values["BY"] = values["BY"] or getpass.getuser()
    forms = {"OPERATION": _OPERATION, "BOOKING": _BOOKING, "BY": _BY, "WHY": _WHY}
    wrong = [name for name, form in forms.items() if not form.fullmatch(values[name])]
    if wrong:
        raise UsageError(f"{', '.join(wrong)}: missing, or not of this form.\n{USAGE}")
    booking_id = None if values["BOOKING"] == "NONE" else int(values["BOOKING"])
    request_id = "resolve-" + UlidSource().operation_id(SystemClock().now()).removeprefix("op_")
    return ResolveOperationCommand(values["OPERATION"], booking_id, values["BY"], values["WHY"], request_id)


def resolve(command: ResolveOperationCommand, environment: Mapping[str, str]) -> int:
    """Settle the operation; return the exit status."""
    clock = SystemClock()
    place, tables = _tables(environment)
    try:
        database = DynamoDB(place.service(DYNAMODB))
        store = DynamoDBOperationStore(database, tables[0], clock.sleep, clock, ThreadConcurrency(1), tables[1], ())
        state = ResolveOperation(store, clock).execute(command)
    except (NotResolvableError, StoreUnavailableError) as error:
        print(error, file=sys.stderr)
        return FAILED
    finally:
        place.transport.close()
    print(f"{command.operation_id} is {state}. Its audit event names {command.by} and the reason.")
    return 0


def _tables(environment: Mapping[str, str]) -> tuple[Place, tuple[str, str]]:
    """Return where the tables are and their names, of a stage or of the local run."""
    tables = (environment.get("OPERATIONS_TABLE"), environment.get("AUDIT_TABLE"))
    if tables[0] and tables[1]:
        region = {"AWS_REGION": boto3.Session().region_name or ""}  # a profile may name it
        transport = Transport(tls_context(environment.get("AWS_CA_BUNDLE") or default_authorities()))
        return Place.of({**region, **environment}, transport, SystemClock()), (tables[0], tables[1])
    port = environment.get("DYNAMODB_PORT") or str(DEFAULT_PORT)
    return local_place(f"http://{HOST}:{port}"), (OPERATIONS_TABLE, AUDIT_TABLE)


def main(environment: Mapping[str, str]) -> int:
    """Read what was given, and settle the operation."""
    try:
        command = read_command(environment)
    except UsageError as error:
        print(error, file=sys.stderr)
        return WRONG_USE
    return resolve(command, environment)


if __name__ == "__main__":
    sys.exit(main(os.environ))
