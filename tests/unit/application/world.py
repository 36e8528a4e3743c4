"""Everything around the use case, in memory, wired as the composition root wires the real things."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.application.place_booking import PlaceBooking, PlaceBookingCommand, Placed
from chalicelib.application.ports import HmacKeys
from chalicelib.application.reads import Reads
from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.form import JsonValue
from chalicelib.domain.operation import OperationState
from chalicelib.domain.time_budget import TimeBudget
from tests.builders import MEMBERS, POLICY, TOKEN
from tests.fakes.clock import FixedClock
from tests.fakes.store import InMemoryAuditTrail, InMemoryOperationStore
from tests.fakes.system import CountingIds, FixedKeys, SequentialConcurrency
from tests.fakes.upstream import InMemoryGateway, InMemoryIntrospector

KEY = "0123456789abcdef"


@dataclass
class World:
    """The use case with its fakes; a test may replace any of them."""

    clock: FixedClock = field(default_factory=FixedClock)
    introspector: InMemoryIntrospector = field(default_factory=InMemoryIntrospector)
    gateway: InMemoryGateway = field(default_factory=InMemoryGateway)
    store: InMemoryOperationStore = field(default_factory=InMemoryOperationStore)
    ids: CountingIds = field(default_factory=CountingIds)
    keys: HmacKeys = field(default_factory=FixedKeys)
    budget: TimeBudget = field(default_factory=TimeBudget)

    @property
    def trail(self) -> InMemoryAuditTrail:
        """Return the audit trail, which store and use case share."""
        return self.store.trail

    def place(
        self,
        document: Mapping[str, JsonValue] = MEMBERS,
        *,
        idempotency_key: str | None = KEY,
        seconds_left: float = 26,
        request_id: str = "request-1",
    ) -> Placed:
        """Run the use case once."""
        use_case = PlaceBooking(
            reads=Reads(self.introspector, self.gateway, SequentialConcurrency()),
            gateway=self.gateway,
            store=self.store,
            trail=self.trail,
            clock=self.clock,
            ids=self.ids,
            keys=self.keys,
            policy=POLICY,
            budget=self.budget,
        )
        return use_case.execute(PlaceBookingCommand(TOKEN, idempotency_key, document, request_id, seconds_left))

    def refusal(self, *args: Any, **kwargs: Any) -> SwitchboardError:  # noqa: ANN401 (what `place` takes)
        """Run the use case once and return its error."""
        try:
            placed = self.place(*args, **kwargs)
        except SwitchboardError as error:
            return error
        msg = f"it was placed: {placed}"
        raise AssertionError(msg)

    def events(self, operation_id: str | None) -> list[dict[str, Any]]:
        """Return an operation's stored events as documents."""
        return [json.loads(stored) for stored in self.trail.events(operation_id or "")]

    def kinds(self, operation_id: str | None) -> list[str]:
        """Return the kinds of an operation's stored events."""
        return [event["kind"] for event in self.events(operation_id)]

    def state_of(self, operation_id: str | None) -> OperationState | None:
        """Return how an operation stands."""
        return self.store.state_of(operation_id or "")
