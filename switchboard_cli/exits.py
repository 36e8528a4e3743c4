"""How a command ends: one number for each kind of end, for scripts. docs/reviewers.md lists them, and a test compares."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import click
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.errors import NotFoundError, NotResolvableError, StoreUnavailableError
from chalicelib.domain.reviewer_errors import AuditUnavailableError, ErasureRefusedError, InvalidQueryError


class Exit(IntEnum):
    """The status of a command."""

    DONE = 0
    FOUND_WRONG = 1
    WRONG_USE = 2
    NOT_LOOKED = 2  # the doctor's: as little is known of the stage as after a wrong use
    NOT_FOUND = 3
    UNAVAILABLE = 4
    REFUSED = 5
    STOPPED = 130


MEANINGS = {
    Exit.DONE: "Done, and nothing is wrong.",
    Exit.FOUND_WRONG: "The records are not as they were written, or the stage has faults; what was found is told.",
    Exit.WRONG_USE: "The command was not understood: an option, a reason or a file that cannot be used. "
    "Of `doctor`: not all could be looked at.",
    Exit.NOT_FOUND: "There is no such operation, or nobody of this UserID.",
    Exit.UNAVAILABLE: "AWS could not be asked: credentials, rights, tables or the network. Nothing was told.",
    Exit.REFUSED: "The operation cannot be settled, its contact not be opened, or the person not be erased, as they stand.",
    Exit.STOPPED: "Stopped by Ctrl-C.",
}


class CommandError(click.ClickException):
    """A command that ends with one line on the standard error."""

    def __init__(self, message: str, status: Exit) -> None:
        super().__init__(message)
        self.exit_code = int(status)  # type: ignore[misc]  # click reads it from whatever was raised


@contextmanager
def told() -> Iterator[None]:
    """End a command in one line, with its status, when something that the product knows of goes wrong."""
    try:
        yield
    except InvalidQueryError as error:
        reasons = "; ".join(violation.message for violation in error.violations)
        raise CommandError(f"{error} {reasons}".strip(), Exit.WRONG_USE) from error
    except NotFoundError as error:
        raise CommandError(str(error), Exit.NOT_FOUND) from error
    except NotResolvableError as error:
        raise CommandError(str(error), Exit.REFUSED) from error
    except ErasureRefusedError as error:
        reasons = " ".join(violation.message for violation in error.violations)
        raise CommandError(f"{error} {reasons}", Exit.REFUSED) from error
    except (AuditUnavailableError, StoreUnavailableError) as error:
        cause = "" if error.__cause__ is None else f" ({type(error.__cause__).__name__})"
        raise CommandError(f"{error}{cause}", Exit.UNAVAILABLE) from error
    except (BotoCoreError, ClientError) as error:
        raise CommandError(f"AWS could not be asked: {error}", Exit.UNAVAILABLE) from error
