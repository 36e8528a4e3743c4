"""A read: its scope is checked, then AdultWork is asked, once."""

import pytest

from chalicelib.application.reading.read_endpoint import ReadEndpoint
from chalicelib.domain.access import AccessToken, Principal, Scope
from chalicelib.domain.errors import InsufficientScopeError, InvalidTokenError, SwitchboardError
from chalicelib.domain.reading.endpoint import Endpoint
from chalicelib.domain.reading.endpoints import CURRENT_CREDIT_BALANCE, MADE_BOOKING_DETAILS, PERMISSIONS
from chalicelib.domain.reading.parameter import Asked
from chalicelib.domain.reading.told import Told
from chalicelib.domain.time_budget import Deadline, TimeBudget
from tests.builders import TOKEN
from tests.fakes.clock import FixedClock
from tests.fakes.upstream import InMemoryIntrospector


class FakeReader:
    """Implements `EndpointReader`; `asked` holds what was asked and how many seconds there were."""

    def __init__(self, failure: SwitchboardError | None = None) -> None:
        self.failure = failure
        self.asked: list[tuple[Endpoint, Asked, float]] = []

    def read(self, endpoint: Endpoint, asked: Asked, token: AccessToken, deadline: Deadline) -> Told:
        """Answer, or fail."""
        assert token == TOKEN
        self.asked.append((endpoint, asked, deadline.remaining()))
        if self.failure is not None:
            raise self.failure
        return {"told": True}


def use_case(reader: FakeReader, introspector: InMemoryIntrospector) -> ReadEndpoint:
    """Return the use case on a clock that stands still."""
    return ReadEndpoint(introspector, reader, FixedClock(), TimeBudget())


def test_what_adultwork_answers_is_told() -> None:
    """Within the time for reads."""
    reader, introspector = FakeReader(), InMemoryIntrospector()
    told = use_case(reader, introspector).execute(MADE_BOOKING_DETAILS, {"BookingID": 7}, TOKEN, 26)
    assert told == {"told": True}
    assert reader.asked == [(MADE_BOOKING_DETAILS, {"BookingID": 7}, TimeBudget().reads)]


def test_a_call_that_is_nearly_over_leaves_less_time() -> None:
    """What the platform still grants."""
    reader = FakeReader()
    use_case(reader, InMemoryIntrospector()).execute(PERMISSIONS, {}, TOKEN, 2.5)
    assert reader.asked == [(PERMISSIONS, {}, 2.5)]


def test_what_is_known_of_a_token_is_not_asked_again() -> None:
    """The second read of a minute is one call."""
    reader, introspector = FakeReader(), InMemoryIntrospector()
    reading = use_case(reader, introspector)
    for _ in range(2):
        reading.execute(CURRENT_CREDIT_BALANCE, {}, TOKEN, 26)
    assert (introspector.calls, len(reader.asked)) == (1, 2)


def test_a_read_without_a_scope_asks_nothing_else() -> None:
    """Any token will do, and AdultWork itself says whether it is one."""
    introspector = InMemoryIntrospector()
    use_case(FakeReader(), introspector).execute(PERMISSIONS, {}, TOKEN, 26)
    assert introspector.calls == 0


@pytest.mark.parametrize(
    ("endpoint", "granted"),
    [(MADE_BOOKING_DETAILS, Scope.CREDITS_HISTORY), (CURRENT_CREDIT_BALANCE, Scope.PHONECHAT_BOOKINGS)],
)
def test_without_its_scope_nothing_is_read(endpoint: Endpoint, granted: Scope) -> None:
    """Another scope is of no use; who grants the right one need not wait."""
    introspector = InMemoryIntrospector(Principal(account=1001, scopes=frozenset({granted.value})))
    reader = FakeReader()
    with pytest.raises(InsufficientScopeError) as refused:
        use_case(reader, introspector).execute(endpoint, {}, TOKEN, 26)
    assert endpoint.scope is not None
    assert refused.value.scope == endpoint.scope.value
    assert introspector.forgotten == [TOKEN]
    assert reader.asked == []


def test_a_token_that_adultwork_no_longer_takes_is_forgotten() -> None:
    """Although it was good a moment ago."""
    introspector = InMemoryIntrospector()
    with pytest.raises(InvalidTokenError):
        use_case(FakeReader(InvalidTokenError("no")), introspector).execute(CURRENT_CREDIT_BALANCE, {}, TOKEN, 26)
    assert introspector.forgotten == [TOKEN]
