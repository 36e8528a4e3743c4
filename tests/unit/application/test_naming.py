"""What people are called when the register does not tell: the client keeps its name, and nobody is sent on without one."""

from collections.abc import Callable

import pytest

from chalicelib.application.booking.naming import NOT_READ, Named, Naming
from chalicelib.domain.errors import StoreUnavailableError, Trouble, UpstreamUnavailableError
from chalicelib.domain.names import Names
from chalicelib.domain.time_budget import Deadline
from devtools.memory.register import InMemoryRegister, OpenPeopleSeal
from tests.fakes.system import SequentialConcurrency

CLIENT, CANDIDATE = 1001, 123456
DEADLINE = Deadline.after(lambda: 0.0, 60.0)
FAILURE = StoreUnavailableError("the table is gone", retry_after_seconds=7)


@pytest.fixture
def naming() -> Naming:
    """Remember the client."""
    register = InMemoryRegister()
    register.put(CLIENT, "p_client")
    register.remember(CLIENT, "p_client")
    return Naming(register, OpenPeopleSeal(), SequentialConcurrency())


def failing(error: Exception) -> Callable[[], str | None]:
    """Return a read that fails so."""

    def read() -> str | None:
        raise error

    return read


def test_a_register_that_cannot_be_read_leaves_the_client_s_name(naming: Naming) -> None:
    """The store's own error is told on."""
    named = naming.named(CLIENT, CANDIDATE, failing(FAILURE))
    assert named == Named(Names("p_client"), FAILURE)
    with pytest.raises(StoreUnavailableError, match="the table is gone"):
        named.require_candidate()


def test_a_register_that_is_late_is_the_store_s_trouble(naming: Naming) -> None:
    """It is read beside AdultWork, and is late as a call beside ours is; nothing was sent, and soon it may go."""
    named = naming.named(CLIENT, CANDIDATE, failing(UpstreamUnavailableError("late", trouble=Trouble.LATE)))
    assert named.names == Names("p_client")
    assert named.failure is not None
    assert (named.failure.message, named.failure.retry_after_seconds) == (NOT_READ, 5)


def test_who_has_no_name_gets_one(naming: Naming) -> None:
    """A candidate; where nobody is asked for, nobody is named."""
    assert naming.named(CLIENT, CANDIDATE, lambda: None) == Named(
        Names("p_client", f"p_{1:026}", is_candidate_new=True)
    )
    assert naming.named(CLIENT, None, lambda: None) == Named(Names("p_client"))
    assert naming.named(CLIENT, CANDIDATE, lambda: "p_known") == Named(Names("p_client", "p_known"))


def test_who_is_remembered_is_not_read_again(naming: Naming) -> None:
    """Nor is anybody where nobody is asked for; whoever is left has to be read, and the register is out of reach."""
    naming.register.will_fail()  # type: ignore[attr-defined]
    assert naming.ask(CLIENT, DEADLINE)() == "p_client"
    assert naming.ask(None, DEADLINE)() is None
    with pytest.raises(StoreUnavailableError):
        naming.ask(CANDIDATE, DEADLINE)()
