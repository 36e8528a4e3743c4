"""What the audit calls the people of a booking, read beside the other reads: no UserID stands in an event."""

from collections.abc import Callable
from dataclasses import field
from typing import cast

from chalicelib.application.ports import Concurrency
from chalicelib.application.register_ports import PeopleSeal, Register
from chalicelib.domain.errors import StoreUnavailableError, UpstreamUnavailableError
from chalicelib.domain.names import Names
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

NOT_READ = "The register of people could not be read, so nothing was sent. It is safe to try again."
RETRY_AFTER_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Named:
    """The names of a call, and why the candidate has none, where the register could not be read."""

    names: Names = field(default_factory=Names)
    failure: StoreUnavailableError | None = None

    def require_candidate(self) -> None:
        """Refuse to go on without the candidate's name: nothing was claimed.

        Raises:
            StoreUnavailableError: the register could not be read.
        """
        if self.failure is not None:
            raise self.failure


@dataclass(frozen=True, slots=True)
class Naming:
    """Find out what people are called."""

    register: Register
    people: PeopleSeal
    concurrency: Concurrency

    def ask(self, candidate: int | None, deadline: Deadline) -> Callable[[], str | None]:
        """Begin to read the candidate's row, if nobody has lately; the returned function waits for it."""
        known = None if candidate is None else self.register.recall(candidate)
        if candidate is None or known is not None:
            return lambda: known

        def find() -> str | None:
            found = self.register.find(candidate, deadline)
            self.people.prepare()  # AdultWork takes longer than the register; the claim has no time to spare
            return found

        return self.concurrency.start(find, deadline)

    def claimed(self, candidate: int, names: Names) -> None:
        """Remember the candidate of a claim that stands: the next booking need not read who has just been written."""
        self.register.remember(
            candidate, cast("str", names.candidate)
        )  # nothing is claimed without: `require_candidate`

    def named(self, account: int, candidate: int | None, pending: Callable[[], str | None]) -> Named:
        """Return the names: the client's where it is in memory, the candidate's as it was read, or a new one."""
        client = self.register.recall(account)
        try:
            told = pending()
        except StoreUnavailableError as error:
            return Named(Names(client), error)
        except UpstreamUnavailableError:  # how a call beside ours is late
            return Named(Names(client), StoreUnavailableError(NOT_READ, retry_after_seconds=RETRY_AFTER_SECONDS))
        if candidate is not None and told is None:
            return Named(Names(client, self.register.draw(), is_candidate_new=True))
        return Named(Names(client, told))
